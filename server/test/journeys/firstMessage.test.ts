import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Installation } from './heliograph.ts'

// The story of the first five minutes: start without any configuration and paste what is printed.

let heliograph: Installation

before(async () => {
  const program = fileURLToPath(new URL('../../../bin/heliograph.cjs', import.meta.url))
  heliograph = await Installation.create({ config: null, program })
  await heliograph.start()
})
after(() => heliograph.remove())

test('the pasted lines of the banner send a message that ends DELIVERED and stands on the phone', async () => {
  const [send = '', read = '', phone = ''] = commandsIn(heliograph.output)
  const { requestId, status } = await runInShell(send)
  assert.equal(status, 'ACCEPTED')
  const readNow = () => runInShell(read.replace('REQUEST_ID', String(requestId)))
  let message = await readNow()
  for (let tries = 0; message.status !== 'DELIVERED' && tries < 100; tries++) message = await readNow()
  assert.equal(message.status, 'DELIVERED')
  assert.equal(message.errorCode, '0000')
  const { messages } = await runInShell(phone)
  assert(Array.isArray(messages) && messages.length === 1, 'one message on the phone')
  assert.equal(messages[0].text, 'Hello')
  assert.equal(messages[0].from, 'Heliograph')
})

test('health, metrics, the API description and its page answer without a key', async () => {
  const answers = ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs/'].map(async (path) => {
    const { status, text } = await heliograph.call(path, { key: null })
    assert.equal(status, 200, path)
    return text
  })
  const [healthz = '', readyz = '', metrics = '', openapi = '', docs = ''] = await Promise.all(answers)
  assert.equal(healthz, '{"status":"ok"}')
  assert.equal(JSON.parse(readyz).status, 'ready')
  assert.match(metrics, /^heliograph_messages_accepted_total \d+$/m)
  assert.equal(JSON.parse(openapi).openapi, '3.1.0')
  assert.match(docs, /<html/i)
})

test('a data folder in use is refused with one clear line and exit code 1', async () => {
  const second = await heliograph.run('start', '--port', '0')
  assert.equal(second.code, 1)
  assert.equal(second.stdout, '')
  assert.match(second.stderr, /^heliograph: The data folder \S+ is in use by another Heliograph[^\n]*\n$/)
})

test('a port in use is refused with one clear line and exit code 1', async () => {
  const other = await Installation.create({ config: null })
  const second = await other.run('start', '--port', new URL(heliograph.url).port)
  await other.remove()
  assert.equal(second.code, 1)
  assert.match(second.stderr, /^heliograph: [^\n]*(EADDRINUSE|in use)[^\n]*\n$/)
})

test('the next start prints the same key and still knows the message', async () => {
  const key = keyIn(heliograph.output)
  const [, read = ''] = commandsIn(heliograph.output)
  const sent = await heliograph.send({ to: '+4915112345679' }, { key })
  const { code } = await heliograph.stop()
  assert.equal(code, 0)
  assert.equal(heliograph.errors, '')
  const printed = heliograph.output.length
  await heliograph.start()
  assert.equal(keyIn(heliograph.output.slice(printed)), key)
  const [, readAgain = ''] = commandsIn(heliograph.output.slice(printed))
  assert.notEqual(readAgain, read, 'on another port')
  const message = await runInShell(readAgain.replace('REQUEST_ID', sent.requestId))
  assert.equal(message.requestId, sent.requestId)
})

/** The curl commands of the banner, just as they are printed, over their line ends. */
function commandsIn(output: string): string[] {
  return [...output.matchAll(/^ +(curl (?:[^\n]*\\\n)*[^\n]*)$/gm)].map(([, command]) => command ?? '')
}

function keyIn(output: string): string {
  return /^ +API key +(\S+)$/m.exec(output)?.[1] ?? assert.fail(`no key in ${output}`)
}

async function runInShell(command: string): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command.replace('curl', 'curl -sS --max-time 20')])
  return JSON.parse(stdout)
}
