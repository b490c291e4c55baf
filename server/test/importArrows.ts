import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '../..')

/** Folders (and single files) of server/src, and what each may import from the others. */
const ARROWS: Record<string, readonly string[]> = {
  api: [
    'http',
    'accounts',
    'messages',
    'otp',
    'chat',
    'callbacks',
    'media',
    'contacts',
    'inbound',
    'routing',
    'webhooks',
    'numbers',
    'db',
    'clock.ts',
    'log.ts',
  ],
  http: ['accounts', 'carriers', 'db', 'clock.ts', 'metrics.ts', 'tokenBucket.ts'],
  dispatch: ['messages', 'channels', 'carriers', 'webhooks', 'db', 'clock.ts'],
  channels: ['carriers', 'messages', 'routing', 'text', 'numbers', 'clock.ts'],
  carriers: ['messages', 'numbers', 'clock.ts', 'tokenBucket.ts'],
  receipts: ['messages', 'carriers', 'webhooks', 'db', 'clock.ts'],
  inbound: ['messages', 'carriers', 'webhooks', 'numbers', 'db', 'clock.ts'],
  messages: ['numbers', 'db', 'clock.ts', 'inSlices.ts', 'sealer.ts'],
  otp: ['messages', 'routing', 'numbers', 'db', 'clock.ts', 'inSlices.ts', 'log.ts', 'sealer.ts'],
  contacts: ['accounts', 'numbers', 'db', 'clock.ts'],
  chat: ['messages', 'carriers', 'numbers', 'db', 'clock.ts', 'inSlices.ts'],
  callbacks: ['chat', 'inbound', 'messages', 'webhooks', 'db', 'clock.ts', 'ids.ts', 'sealer.ts'],
  media: ['carriers', 'db', 'clock.ts'],
  webhooks: ['db', 'clock.ts', 'ids.ts', 'sealer.ts'],
  accounts: ['numbers', 'db', 'clock.ts', 'ids.ts'],
  routing: [],
  numbers: [],
  db: ['clock.ts', 'operatorError.ts'],
  cli: [
    'app.ts',
    'accounts',
    'config',
    'config.ts',
    'db',
    'carriers',
    'clock.ts',
    'operatorError.ts',
    'secrets.ts',
    'keptFile.ts',
  ],
  config: ['accounts', 'carriers', 'media', 'messages', 'numbers', 'otp', 'routing', 'webhooks'],
  'config.ts': ['config', 'accounts', 'carriers', 'media', 'otp', 'routing', 'operatorError.ts'],
  'secrets.ts': ['accounts', 'keptFile.ts', 'operatorError.ts'],
  'nodeId.ts': ['keptFile.ts'],
  'keptFile.ts': ['operatorError.ts'],
  'main.ts': ['cli', 'config.ts', 'db'],
  'tokenBucket.ts': ['clock.ts'],
  'ids.ts': ['clock.ts'],
}

/** Packages of this repository, and which of them each may import. */
const PACKAGES: Record<string, { readonly folder: string; readonly imports: readonly string[] }> = {
  text: { folder: 'text', imports: [] },
  smpp: { folder: 'smpp', imports: [] },
  simulator: { folder: 'simulator', imports: ['smpp', 'text'] },
  server: { folder: 'server', imports: ['smpp', 'text', 'simulator'] },
  'airbyte-protocol': { folder: 'connectors/airbyte/protocol', imports: [] },
  'source-twilio': { folder: 'connectors/airbyte/source-twilio', imports: ['airbyte-protocol'] },
  'source-tyntec-sms': { folder: 'connectors/airbyte/source-tyntec-sms', imports: ['airbyte-protocol'] },
}

test('nothing in the server imports against the arrows', () => {
  const wrong = sources('server/src').flatMap((file) => {
    const from = roomOf(file)
    if (from === 'app.ts' || from === 'app') return []
    const allowed = new Set([from, PACKAGE_JSON, ...(ARROWS[from] ?? [])])
    return importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => roomOf(join(dirname(file), specifier)))
      .filter((to) => !allowed.has(to))
      .map((to) => `${file} imports ${to}`)
  })
  assert.deepEqual(wrong, [])
})

test('packages know only the packages below them, and only app.ts and main.ts stand above the folders', () => {
  const wrong = Object.entries(PACKAGES).flatMap(([name, { folder, imports }]) =>
    sources(`${folder}/src`).flatMap((file) =>
      importsOf(file)
        .flatMap((specifier) => /^@heliograph\/([a-z-]+)\//.exec(specifier)?.[1] ?? [])
        .filter((to) => to !== name && !imports.includes(to))
        .map((to) => `${file} imports the package ${to}`),
    ),
  )
  assert.deepEqual(wrong, [])
})

test('text stays pure: it imports no Node module', () => {
  const wrong = sources('text/src').flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith('node:'))
      .map((specifier) => `${file} imports ${specifier}`),
  )
  assert.deepEqual(wrong, [])
})

test('only config.ts and main.ts read the environment', () => {
  const readers = sources('server/src').filter((file) => /process\.env/.test(readFileSync(join(root, file), 'utf8')))
  assert.deepEqual(
    readers.filter((file) => !['server/src/config.ts', 'server/src/main.ts'].includes(file)),
    [],
  )
})

/** `../package.json`, for the version. */
const PACKAGE_JSON = '..'

function sources(folder: string): string[] {
  return globSync(`${folder}/**/*.ts`, { cwd: root }).filter(
    (file) => !/\.(test|contract)\.ts$/.test(file) && !isTestPeer(file),
  )
}

/** Files that tests alone use, and scripts that make committed data. */
function isTestPeer(file: string): boolean {
  return /\/(npmSmsc|test[A-Z][a-zA-Z]*|data\/[a-zA-Z]+)\.ts$/.test(file)
}

/** 'api', 'messages' … for files in a folder of server/src; the file's name for those directly in it. */
function roomOf(file: string): string {
  return relative('server/src', file).split('/')[0] ?? ''
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].flatMap((match) => match[1] ?? [])
}
