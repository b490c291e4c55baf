import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { waitFor } from '../server/test/waitFor.ts'
import { SCENARIOS } from './scenario.ts'

const SMALL = ['--store', 'sqlite', '--runs', '1', '--messages', '200', '--warm-up', '50', '--json']

test('all scenarios reach their end with every message, and leave no files', async (t) => {
  const { bench, folder } = await startBench(t, SMALL)
  const [output] = await Promise.all([text(bench.stdout), once(bench, 'exit')])
  const [environment, ...runs] = output.trim().split('\n').map(parseRecord)
  assert.equal(environment?.kind, 'environment')
  assert.deepEqual(
    runs.map(({ scenario, accepted, missing, duplicates }) => ({ scenario, accepted, missing, duplicates })),
    SCENARIOS.map((scenario) => ({ scenario, accepted: 200, missing: 0, duplicates: 0 })),
  )
  for (const { endToEndPerSecond, serverMicroseconds } of runs) {
    assert.ok(Number(endToEndPerSecond) > 0)
    assert.ok(Number(serverMicroseconds) > 0)
  }
  assert.equal(bench.exitCode, 0)
  assert.deepEqual(await readdir(folder), [])
})

test('a bench that is killed takes its processes and files with it', async (t) => {
  const { bench, folder } = await startBench(t, SMALL)
  const hasDataFolder = async () => (await readdir(folder)).length > 0
  await waitFor(hasDataFolder, 30_000)
  bench.kill('SIGKILL')
  // The output closes with the last process that can write to it.
  await Promise.all([text(bench.stdout), text(bench.stderr)])
  assert.deepEqual(await readdir(folder), [])
})

test('a wrong option is refused in one line', async (t) => {
  for (const [words, message] of [
    [['--store', 'mysql'], '--store must be sqlite or postgres, not "mysql"'],
    [['--runs', '0'], '--runs must be a number from 1 to 1000, not "0"'],
    [['--fly'], "Unknown option '--fly'"],
  ] as const) {
    const { bench } = await startBench(t, words)
    const [output] = await Promise.all([text(bench.stderr), once(bench, 'exit')])
    assert.equal(output, `bench: ${message}\n`)
    assert.equal(bench.exitCode, 1)
  }
})

async function startBench(t: TestContext, words: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'heliograph-bench-test-'))
  const bench = spawn(process.execPath, [join(import.meta.dirname, 'run.ts'), ...words], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(async () => {
    bench.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })
  return { bench, folder }
}

function parseRecord(line: string): Record<string, unknown> {
  return JSON.parse(line)
}
