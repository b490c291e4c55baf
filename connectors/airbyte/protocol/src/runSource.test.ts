import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { catalogOf, checkedMessages, recordsOf, statesOf, statusesOf } from './runForTest.ts'

const MAIN = join(import.meta.dirname, 'exampleMain.ts')

async function start(t: TestContext, command: string, config: object, catalog?: object) {
  const folder = await mkdtemp(join(tmpdir(), 'airbyte-'))
  t.after(() => rm(folder, { recursive: true }))
  const argv = [MAIN, command]
  for (const [name, content] of Object.entries({ config, catalog })) {
    if (content === undefined) continue
    await writeFile(join(folder, name), JSON.stringify(content))
    argv.push(`--${name}`, join(folder, name))
  }
  return startProcess(t, argv)
}

function startProcess(t: TestContext, argv: readonly string[]) {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
  return { child, ended, errors: text(child.stderr) }
}

test('a program writes protocol lines only, and ends with its exit code', async (t) => {
  const { child, ended } = startProcess(t, [MAIN, 'spec'])
  const messages = checkedMessages(await text(child.stdout))
  assert.deepEqual(
    messages.map(({ type }) => type),
    ['SPEC'],
  )
  assert.deepEqual(await ended, { code: 0, signal: null })
})

test('a stray console.log goes to standard error', async (t) => {
  const { child, ended, errors } = await start(t, 'check', { key: 'k', count: 1 })
  const messages = checkedMessages(await text(child.stdout))
  assert.deepEqual(messages, [{ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }])
  assert.match(await errors, /must not reach standard output/)
  assert.deepEqual(await ended, { code: 0, signal: null })
})

const skip = process.platform === 'linux' ? false : 'resident memory is read from /proc'

test('a slow reader holds the source back: its memory stays flat over 150 MB', { skip }, async (t) => {
  const config = { key: 'k', count: 150_000 }
  const { child, ended } = await start(t, 'read', config, catalogOf({ numbers: 'incremental' }))
  let bytes = 0
  let peakKb = 0
  for await (const piece of child.stdout) {
    bytes += piece.length
    // While more is to come than a pipe holds, the process is there to be asked.
    if (peakKb === 0 && bytes > 140_000_000) peakKb = await peakMemoryKb(child)
  }
  assert.ok(bytes > 150_000_000)
  assert.ok(peakKb > 0 && peakKb < 150 * 1_024, `at most ${peakKb} kB were held`)
  assert.deepEqual(await ended, { code: 0, signal: null })
})

async function peakMemoryKb({ pid }: ChildProcessByStdio<null, Readable, Readable>): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1])
}

test('SIGTERM while the reader is slow: a state, INCOMPLETE, exit code 143', async (t) => {
  const { child, ended } = await start(
    t,
    'read',
    { key: 'k', count: 5_000_000 },
    catalogOf({ numbers: 'incremental', stuck: 'incremental' }),
  )
  await once(child.stdout, 'readable')
  child.kill('SIGTERM')
  const messages = checkedMessages(await text(child.stdout))
  assert.deepEqual(await ended, { code: 143, signal: null })
  assert.deepEqual(statusesOf(messages, 'numbers'), ['STARTED', 'RUNNING', 'INCOMPLETE'])
  assert.deepEqual(statusesOf(messages, 'stuck'), ['STARTED', 'INCOMPLETE'])
  assert.equal(statesOf(messages, 'numbers').at(-1)?.number, recordsOf(messages, 'numbers').length)
})

test('a reader that goes away ends the source', async (t) => {
  const { child, ended } = await start(t, 'read', { key: 'k', count: 5_000_000 }, catalogOf({ numbers: 'incremental' }))
  await once(child.stdout, 'readable')
  child.stdout.destroy()
  assert.deepEqual(await ended, { code: 1, signal: null })
})

test('a rate limit is traced, and lifted with the next record; no secret is shown', async (t) => {
  let requests = 0
  const server = createServer((_request, response) => {
    requests++
    if (requests <= 2) response.writeHead(429, { 'retry-after': '0.1' }).end('{}')
    else response.end('[{"number":1}]')
  })
  t.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const config = { key: 'sesame', count: 0, url: `http://127.0.0.1:${port}/sesame` }
  const { child, ended, errors } = await start(t, 'read', config, catalogOf({ fetched: 'full_refresh' }))
  const output = await text(child.stdout)
  const messages = checkedMessages(output)
  assert.deepEqual(await ended, { code: 0, signal: null })
  const limited = 'RUNNING: RATE_LIMITED'
  assert.deepEqual(statusesOf(messages, 'fetched'), ['STARTED', limited, limited, 'RUNNING', 'COMPLETE'])
  const reset = messages.find(({ trace }) => trace?.stream_status?.reasons)?.trace
  assert.ok(reset.stream_status.reasons[0].rate_limited.quota_reset >= reset.emitted_at)
  assert.ok(!(output + (await errors)).includes('sesame'))
  assert.ok(output.includes(`127.0.0.1:${port}/****`), 'the address of the request was logged')
})
