import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openSqlite } from './db/sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'heliograph-main-'))
after(() => rmSync(folder, { recursive: true }))

test('a wrong command line prints what is wrong and the usage, and exits with 2', async () => {
  const ended = await run(['start', '--prot', '1'])
  assert.equal(ended.code, 2)
  assert(ended.stderr.startsWith("heliograph: Unknown option '--prot'\n\nUsage: heliograph COMMAND"), ended.stderr)
  assert.equal(ended.stdout, '')
})

test("an operator's mistake is told without a stack and exits with 1", async () => {
  const config = write('http: { port: x }\n')
  assert.deepEqual(await run(['start', '--config', config]), {
    code: 1,
    stdout: '',
    stderr: `heliograph: ${config} has a problem:\n  http.port: expected a whole number 0–65535, got "x"\n`,
  })
})

test('a key is made, listed without its secret, and revoked', async () => {
  const flags = ['--data', join(folder, 'keys'), '--config', write('accounts: [{ id: acme }]\n')]
  const created = await run([
    'keys',
    'create',
    '--account',
    'acme',
    '--scopes',
    'messages, otp',
    '--name',
    'x',
    ...flags,
  ])
  assert.equal(created.code, 0, created.stderr)
  const [key = '', , text = ''] = created.stdout.split('\n')
  assert.match(key, /^hg_\w{8}_\w{36}$/)
  const id = /^Key (\S+) of account acme, scopes: messages, otp\.$/.exec(text)?.[1] ?? ''
  const listed = await run(['keys', 'list', '--account', 'acme', ...flags])
  assert.match(listed.stdout, new RegExp(`^${id} +acme +${key.slice(0, 11)}_… +messages,otp +\\S+Z +valid +x$`, 'm'))
  assert(!listed.stdout.includes(key.slice(12)))
  assert.deepEqual(await run(['keys', 'revoke', id, ...flags]), {
    code: 0,
    stdout: `Key ${id} is revoked.\n`,
    stderr: '',
  })
  assert.deepEqual(await run(['keys', 'revoke', id, ...flags]), {
    code: 1,
    stdout: '',
    stderr: `heliograph: There is no valid key with the id "${id}"\n`,
  })
})

test('a key for an account that the configuration does not have is refused', async () => {
  const ended = await run(['keys', 'create', '--account', 'acme', '--data', join(folder, 'none')])
  assert.deepEqual(ended, { code: 1, stdout: '', stderr: 'heliograph: There is no account "acme" (there are: demo)\n' })
})

test('migrate applies what is missing, says so, and refuses a data folder in use', async () => {
  const directory = join(folder, 'migrate')
  const first = await run(['migrate', '--data', directory])
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /^applied 0001_messages\n(applied \S+\n)+$/)
  const db = await openSqlite({ directory })
  try {
    const ended = await run(['migrate', '--data', directory])
    assert.equal(ended.code, 1)
    assert.match(ended.stderr, /^heliograph: The data folder \S+migrate is in use by another Heliograph[^\n]*\n$/)
    const listed = await run(['keys', 'list', '--data', directory])
    assert.equal(listed.code, 0, 'keys work beside a running server')
  } finally {
    await db.close()
  }
  assert.equal((await run(['migrate', '--data', directory])).stdout, 'The database is up to date.\n')
})

test('doctor is content with a new installation and changes nothing', async () => {
  const directory = join(folder, 'doctor')
  const ended = await run(['doctor', '--data', directory])
  assert.equal(ended.code, 0)
  assert.deepEqual(levelsOf(ended.stdout).slice(0, 5), [
    'ok node',
    'warn config',
    'warn data',
    'warn secret',
    'warn store',
  ])
  const carriers = levelsOf(ended.stdout).slice(5)
  assert(carriers.length > 1 && carriers.every((level) => level === 'ok carrier'), ended.stdout)
  assert(!existsSync(directory))
})

test('doctor finds a carrier that does not answer, a short key and a damaged secret', async () => {
  const directory = join(folder, 'ill')
  await run(['migrate', '--data', directory])
  writeFileSync(join(directory, 'secret'), 'short', { mode: 0o600 })
  const smsc = createServer().listen(0, '127.0.0.1')
  await once(smsc, 'listening')
  const carrier = (id: string, port: number) =>
    `{ id: ${id}, type: smpp, host: 127.0.0.1, port: ${port}, systemId: x, password: y }`
  const config = write(`
accounts: [{ id: acme, apiKeys: [{ key: guess-me }] }]
carriers: [${carrier('up', portOf(smsc))}, ${carrier('down', 1)}]
`)
  const ended = await run(['doctor', '--data', directory, '--config', config])
  smsc.close()
  assert.equal(ended.code, 1)
  const expected = [
    'ok node',
    'ok config',
    'warn keys',
    'ok data',
    'fail secret',
    'ok store',
    'ok carrier',
    'fail carrier',
  ]
  assert.deepEqual(levelsOf(ended.stdout), expected)
  assert.match(ended.stdout, /fail {2}carrier {5}down at 127\.0\.0\.1:1: .*ECONNREFUSED/)
})

test('doctor stops at a configuration that cannot be read', async () => {
  const ended = await run(['doctor', '--config', write('nothing: known\n')])
  assert.equal(ended.code, 1)
  assert.deepEqual(levelsOf(ended.stdout).slice(0, 2), ['ok node', 'fail config'])
})

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

async function run(words: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text
  })
  const [code] = await once(child, 'close')
  return { code, ...output }
}

let files = 0

function write(text: string): string {
  const file = join(folder, `${++files}.yaml`)
  writeFileSync(file, text)
  return file
}

function levelsOf(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => /^(ok|warn|fail)/.test(line))
    .map((line) => line.split(/\s+/).slice(0, 2).join(' '))
}

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address()
  assert(typeof address === 'object' && address !== null)
  return address.port
}
