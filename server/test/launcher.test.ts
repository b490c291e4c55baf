import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { waitFor } from './waitFor.ts'

const LAUNCHER = fileURLToPath(new URL('../../bin/heliograph.cjs', import.meta.url))
const oldNode = findOldNode()
const skip = oldNode === null ? 'there is no Node before 26 on this machine' : false

const folder = mkdtempSync(join(tmpdir(), 'heliograph-launcher-'))
after(() => rmSync(folder, { recursive: true }))

test('on a Node that can run the server the command runs in the same process', () => {
  const ended = run(process.execPath, [LAUNCHER, '--version'])
  assert.deepEqual([ended.status, ended.stderr], [0, ''])
  assert.match(ended.stdout, /^\d+\.\d+\.\d+\n$/)
})

test('on an old Node the bundled one runs the command, and its exit code is passed on', { skip }, () => {
  const help = run(oldNode ?? '', [LAUNCHER, 'help'])
  assert.equal(help.status, 0, help.stderr)
  assert(help.stdout.startsWith('Usage: heliograph COMMAND'))
  const misused = run(oldNode ?? '', [LAUNCHER, 'begin'])
  assert.equal(misused.status, 2)
  assert(misused.stderr.startsWith('heliograph: Unknown command "begin"'))
})

test('what was compiled is kept in the installation for the next start', () => {
  const root = fakeInstallation('compiled', { bundled: true, main: 'export const runCommand = async () => 0' })
  for (const node of oldNode === null ? [process.execPath] : [oldNode, process.execPath]) {
    const kept = join(root, 'node_modules/.cache/heliograph')
    rmSync(kept, { recursive: true, force: true })
    const { NODE_COMPILE_CACHE: _, ...env } = process.env
    const ended = spawnSync(node, [join(root, 'bin/heliograph.cjs'), 'start'], { timeout: 30_000, env })
    assert.equal(ended.status, 0, String(ended.stderr))
    assert(readdirSync(kept, { recursive: true }).length >= 2)
  }
})

test('a server that is killed has kept what it compiled', async (t) => {
  const kept = join(folder, 'kept')
  const words = [LAUNCHER, 'start', '--port', '0', '--data', join(folder, 'data')]
  const env = { ...process.env, NODE_COMPILE_CACHE: kept }
  const server = spawn(process.execPath, words, { stdio: 'ignore', env })
  t.after(() => server.kill('SIGKILL'))
  await waitFor(() => existsSync(kept) && readdirSync(kept, { recursive: true }).length > 100, 30_000)
  server.kill('SIGKILL')
  await once(server, 'exit')
})

test('a signal to the launcher reaches the server, and its end is the end of both', { skip }, async () => {
  const root = fakeInstallation('signals', {
    bundled: true,
    main: `
      process.on('SIGTERM', () => { console.log('stopping'); process.exitCode = 7; clearInterval(alive) })
      const alive = setInterval(() => {}, 1000)
      console.log('ready')
    `,
  })
  const launcher = spawn(oldNode ?? '', [join(root, 'bin/heliograph.cjs'), 'start'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  launcher.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (text.includes('ready')) launcher.kill('SIGTERM')
  })
  const [code, signal] = await once(launcher, 'close')
  assert.deepEqual([code, signal, output], [7, null, 'ready\nstopping\n'])
})

test('without any fitting Node there is one clear message', { skip }, () => {
  const root = fakeInstallation('bare', { bundled: false, main: '' })
  const ended = run(oldNode ?? '', [join(root, 'bin/heliograph.cjs'), 'start'])
  assert.equal(ended.status, 1)
  assert.match(ended.stderr, /^heliograph: this is Node \d+\S+, and Heliograph needs Node 26 or newer\.\n/)
  assert(!ended.stderr.includes('    at '), ended.stderr)
})

/** A folder laid out as an installation, with a main of the test's own; `bundled`: with this Node as the bundled one. */
function fakeInstallation(name: string, { bundled, main }: { bundled: boolean; main: string }): string {
  const root = join(folder, name)
  mkdirSync(join(root, 'bin'), { recursive: true })
  mkdirSync(join(root, 'server/src'), { recursive: true })
  cpSync(LAUNCHER, join(root, 'bin/heliograph.cjs'))
  writeFileSync(join(root, 'server/src/main.ts'), main)
  if (bundled) {
    const node = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
    const home = join(root, 'node_modules', `${node}-${process.platform}-${process.arch}`)
    mkdirSync(join(home, 'bin'), { recursive: true })
    writeFileSync(join(home, 'package.json'), '{}')
    symlinkSync(process.execPath, join(home, 'bin/node'))
  }
  return root
}

/** The first Node before 26 on PATH; the one of this project comes before it there. */
function findOldNode(): string | null {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, 'node'))
  for (const node of [...candidates, '/usr/bin/node']) {
    const version = existsSync(node) ? spawnSync(node, ['--version'], { encoding: 'utf8', timeout: 10_000 }).stdout : ''
    const major = Number(/^v(\d+)\./.exec(version ?? '')?.[1] ?? Number.NaN)
    if (major >= 18 && major < 26) return node
  }
  return null
}

function run(node: string, words: readonly string[]) {
  return spawnSync(node, words, { encoding: 'utf8', timeout: 30_000 })
}
