// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what the file itself says.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { optOutRepliesOf } from './accounts/optOutReplies.ts'
import type { Environment } from './config/readYaml.ts'
import { type Config, ConfigError, type ConfigFlags, loadConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'heliograph-config-'))
after(() => rmSync(folder, { recursive: true }))

test('without a file the demo is complete: simulator, its carrier and route, one account', () => {
  const config = loadConfig({ environment: {} })
  assert.equal(config.demo, true)
  assert.deepEqual(config.http, { host: '127.0.0.1', port: 8080, publicUrl: null, bodyBytesMax: 1_048_576 })
  assert.equal(config.webhooks.allowPrivateNetworks, true)
  assert.deepEqual(idsOf(config.accounts), ['demo'])
  assert.deepEqual(idsOf(config.carriers), ['simulator', 'simulator-voice', 'simulator-whatsapp'])
  assert.deepEqual(carriersOf(config.routes), ['simulator', 'simulator-voice'])
  assert.deepEqual(config.simulator, { host: '127.0.0.1', smppPort: 0 })
  assert.equal(config.store.url, null)
  assert.equal(config.retention.messagesDays, 90)
  assert.equal(config.dataDirectory, join(process.cwd(), 'data'))
})

test('a file is read completely, with defaults where it is silent', () => {
  const config = load(
    `
http: { port: 0 }
accounts:
  - id: acme
    apiKeys: [{ key: "\${ACME_KEY}", scopes: [messages] }, { key: other-key }]
    numbers:
      - { number: "+4915112345678", inbound: { url: "https://acme.example/sms" } }
      - { number: "12345", optOut: on }
    senders: [Acme, "12345"]
    limits: { requestsPerSecond: 50 }
    optOutReplies: { stop: Bye, help: "" }
carriers:
  - { id: smsc-1, type: smpp, host: smsc.example, systemId: x, password: 00123 }
routes:
  - { carrier: smsc-1, account: acme, gateway: DEFAULT, prefix: +49, mccmnc: 26201 }
prices:
  - { mccmnc: 00101, price: 0.10, currency: EUR, effective: "2026-01-01T00:00:00+01:00" }
networks:
  - { prefix: "+49151", mccmnc: "26201", name: Telekom }
`,
    { ACME_KEY: 'from-outside' },
  )
  assert.equal(config.demo, false)
  assert.equal(config.webhooks.allowPrivateNetworks, false)
  assert.equal(config.simulator, null)
  assert.deepEqual(config.accounts, [
    {
      id: 'acme',
      name: 'acme',
      apiKeys: [
        { key: 'from-outside', name: null, scopes: ['messages'] },
        { key: 'other-key', name: null, scopes: ['messages', 'numbers', 'otp', 'chat'] },
      ],
      numbers: [
        { number: '+4915112345678', inbound: { url: 'https://acme.example/sms', method: 'POST' }, optOut: 'auto' },
        { number: '12345', inbound: null, optOut: 'on' },
      ],
      senders: [
        { kind: 'alphanumeric', value: 'Acme' },
        { kind: 'short code', value: '12345' },
      ],
      limits: { requestsPerSecond: 50 },
      optOutReplies: { stop: 'Bye', start: optOutRepliesOf('acme').start, help: '' },
    },
  ])
  assert.equal(smppOf(config.carriers[0]).port, 2775)
  assert.equal(smppOf(config.carriers[0]).password, '00123', 'digits without quotes stay as written')
  assert.deepEqual(config.routes, [
    {
      carrier: 'smsc-1',
      gateway: 'DEFAULT',
      account: 'acme',
      prefix: '49',
      mccmnc: '26201',
      sender: null,
      priority: 1,
    },
  ])
  assert.deepEqual(config.prices, [
    {
      mccmnc: '00101',
      prefix: null,
      account: null,
      price: '0.10',
      currency: 'EUR',
      effectiveAt: Date.UTC(2025, 11, 31, 23),
    },
  ])
  assert.deepEqual(config.networks, [{ prefix: '49151', mccmnc: '26201', name: 'Telekom' }])
})

test('every mistake is reported at once with its path and what was expected', () => {
  const problems = problemsOf(
    `
htp: {}
http: { port: "8o80", hosts: x }
accounts:
  - { id: acme, apiKeys: [{ key: one-key, scopes: [all] }], numbers: [{ number: "+1" }], limits: { requestsPerSecond: 0 } }
  - { id: acme, apiKeys: [{ key: one-key }], senders: ["", "twelve chars"] }
  - { name: Nobody, apiKeys: [{ key: not one word }] }
carriers:
  - { id: smsc-1, type: smpp, host: smsc.example, port: "x", systemId: x, password: y, onDoubt: maybe }
routes:
  - { carrier: smsc-9 }
  - { carrier: smsc-1, prefix: DE, priority: high }
prices:
  - { price: "-1", currency: euro, effective: "2026-13-01" }
  - { price: "1", currency: EUR, effective: "2026-13-01" }
retention: 7
`,
  )
  assert.deepEqual(problems, [
    'htp: unknown key, did you mean http?',
    'http.hosts: unknown key, did you mean host?',
    'http.port: expected a whole number 0–65535, got "8o80"',
    'accounts[0].apiKeys[0].scopes[0]: expected "messages", "numbers", "otp", "chat" or "admin", got "all"',
    'accounts[0].limits.requestsPerSecond: expected a number above 0, got 0',
    'accounts[1].senders[0]: expected text that is not empty, got ""',
    'accounts[2].id: missing, expected 1–64 letters, digits, dots, dashes or underscores, a letter or digit first',
    'accounts[2].apiKeys[0].key: expected 1–256 printable ASCII characters without spaces, got something else (not shown: it is a secret)',
    'carriers[0].port: expected a whole number 1–65535, got "x"',
    'carriers[0].onDoubt: expected "resend" or "hold", got "maybe"',
    'routes[1].prefix: expected the first 1–15 digits of an international number, got "DE"',
    'routes[1].priority: expected a whole number 0–1000000, got "high"',
    'prices[0].price: expected a decimal number such as "0.065", got "-1"',
    'prices[0].currency: expected a currency of 3 capital letters such as EUR, got "euro"',
    'retention: expected a map, got 7',
    'accounts[0].numbers[0].number: expected an international number or a short code of 3–8 digits, got "+1"',
    'accounts[1].id: the same as accounts[0].id, expected one of its own',
    'accounts[1].apiKeys[0].key: the same as accounts[0].apiKeys[0].key, expected one of its own',
    'accounts[1].senders[0]: expected an international number, a short code or 1–11 GSM characters, got "twelve chars"',
    'routes[0].carrier: expected the id of one of the carriers (there are: smsc-1), got "smsc-9"',
    'prices[1].effective: expected a time such as "2026-01-01T00:00:00Z", got "2026-13-01"',
  ])
})

test('a mistake in one carrier is not told again as a route to an unknown carrier', () => {
  const carrier = '{ id: a, type: smpp, host: h, systemId: x, password: y }'
  assert.deepEqual(problemsOf(`carriers: [${carrier}]\nroutes: [{ carrier: b }]`), [
    'routes[0].carrier: expected the id of one of the carriers (there are: a), got "b"',
  ])
  assert.deepEqual(
    problemsOf('carriers: [{ id: a, type: smpp, systemId: x, password: y }]\nroutes: [{ carrier: a }]'),
    ['carriers[0].host: missing, expected text that is not empty'],
  )
})

test('the message of the error names the file and lists the problems', () => {
  const file = write('http: { port: 70000 }\nnode: { id: "-" }\n')
  assert.throws(() => loadConfig({ flags: { config: file }, environment: {} }), {
    name: 'ConfigError',
    message: `${file} has 2 problems:
  http.port: expected a whole number 0–65535, got 70000
  node.id: expected 1–64 letters, digits, dots, dashes or underscores, a letter or digit first, got "-"`,
  })
})

test('a file that is missing or no YAML is refused with the place', () => {
  assert.throws(() => loadConfig({ flags: { config: join(folder, 'nowhere.yaml') }, environment: {} }), {
    message: `Cannot read the configuration file ${join(folder, 'nowhere.yaml')}: no such file or directory`,
  })
  assert.deepEqual(problemsOf('http:\n  port: 1\n  port: 2\n'), ['line 3, column 3: Map keys must be unique'])
  assert.deepEqual(problemsOf('- a list\n'), ['the file: expected a map, got a list'])
})

test('an empty file, and sections without content, mean the defaults', () => {
  for (const text of ['', '# nothing yet\n', 'http:\naccounts:\ncarriers: []\n']) {
    const config = load(text)
    assert.equal(config.demo, false)
    assert.deepEqual(config.accounts, [])
    assert.equal(config.http.port, 8080)
    assert.deepEqual(carriersOf(config.routes), ['simulator', 'simulator-voice'])
  }
})

test('variables stand for text, numbers and yes or no, and never show in a message', () => {
  const text = 'http: { port: "${A_PORT}", host: "${A}${B}" }\nwebhooks: { allowPrivateNetworks: "${YES}" }\n'
  const config = load(text, { A_PORT: '8081', A: 'a.', B: 'example', YES: 'true' })
  assert.deepEqual(config.http, { host: 'a.example', port: 8081, publicUrl: null, bodyBytesMax: 1_048_576 })
  assert.equal(config.webhooks.allowPrivateNetworks, true)
  assert.deepEqual(problemsOf(text, { A_PORT: 'hidden', A: '', B: '', YES: 'hidden' }), [
    'http.host: expected text that is not empty, got the value of "${A}${B}"',
    'http.port: expected a whole number 0–65535, got the value of "${A_PORT}"',
    'webhooks.allowPrivateNetworks: expected true or false, got the value of "${YES}"',
  ])
})

test('a variable that is not set is refused, a comment that names one is not read, and $${ is ${', () => {
  assert.deepEqual(problemsOf('http: { host: "${NOWHERE}" }\nnode: { id: "${NOR_THIS}" }'), [
    'http.host: the environment variable NOWHERE is not set',
    'node.id: the environment variable NOR_THIS is not set',
  ])
  assert.equal(load('# ${NOWHERE}\nhttp: { host: "$${NOWHERE}" }').http.host, '${NOWHERE}')
})

test('flags go before the environment and the environment before the file', () => {
  const text = 'http: { host: file.example, port: 1 }\nstore: { url: postgres://file/db }\n'
  const environment = {
    HOST: 'environment.example',
    PORT: '2',
    DATABASE_URL: 'postgres://environment/db',
    HELIOGRAPH_DATA: '/environment',
    LOG_LEVEL: 'debug',
    HELIOGRAPH_SECRET: 'x'.repeat(32),
  }
  const fromFile = load(text)
  assert.deepEqual(
    [fromFile.http.host, fromFile.http.port, fromFile.store.url],
    ['file.example', 1, 'postgres://file/db'],
  )
  const fromEnvironment = load(text, environment)
  assert.deepEqual([fromEnvironment.http.host, fromEnvironment.http.port], ['environment.example', 2])
  assert.equal(fromEnvironment.store.url, 'postgres://environment/db')
  assert.equal(fromEnvironment.dataDirectory, '/environment')
  assert.equal(fromEnvironment.logLevel, 'debug')
  assert.equal(fromEnvironment.secret, 'x'.repeat(32))
  const fromFlags = load(text, environment, { host: 'flag.example', port: '3', data: '/flag' })
  assert.deepEqual([fromFlags.http.host, fromFlags.http.port, fromFlags.dataDirectory], ['flag.example', 3, '/flag'])
  assert.equal(load(text, { PORT: '', HOST: '' }).http.port, 1, 'a variable set to nothing is as good as not set')
})

test('wrong flags and variables are refused by their name, secrets unshown', () => {
  const environment = { PORT: 'x', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://u:p@h', HELIOGRAPH_SECRET: 'short' }
  assert.throws(() => loadConfig({ flags: { port: '-1' }, environment }), {
    message: `The configuration has 5 problems:
  --port: expected a whole number 0–65535, got "-1"
  PORT: expected a whole number 0–65535, got "x"
  LOG_LEVEL: expected "silent", "fatal", "error", "warn", "info", "debug" or "trace", got "loud"
  DATABASE_URL: expected a postgres:// URL, got something else (not shown: it is a secret)
  HELIOGRAPH_SECRET: expected at least 32 characters, got something else (not shown: it is a secret)`,
  })
})

test('the simulator runs without carriers or where asked for, and takes routes only by name beside carriers', () => {
  const carriers = 'carriers: [{ id: a, type: smpp, host: h, systemId: x, password: y }]\n'
  assert.equal(load(carriers).simulator, null)
  assert.deepEqual(carriersOf(load(carriers).routes), ['a'])
  const both = load(`${carriers}simulator: { smppPort: 2775 }\n`)
  assert.deepEqual(idsOf(both.carriers), ['a', 'simulator', 'simulator-voice', 'simulator-whatsapp'])
  assert.deepEqual(carriersOf(both.routes), ['a'])
  assert.equal(smppOf(both.carriers[1]).port, 2775)
  const neither = load('simulator: false\n')
  assert.deepEqual([neither.simulator, neither.carriers, neither.routes], [null, [], []])
  assert.deepEqual(
    problemsOf('carriers: [{ id: simulator, type: smpp, host: h, systemId: x, password: y }]\nsimulator: true'),
    ["carriers[0].id: the same as the simulator's, expected one of its own"],
  )
})

test('an inbound URL that the guard would refuse later is refused at the start', () => {
  const text = 'accounts: [{ id: a, numbers: [{ number: "12345", inbound: { url: "http://127.0.0.1/mo" } }] }]\n'
  assert.deepEqual(problemsOf(text), [
    'accounts[0].numbers[0].inbound.url: must not point to a private or reserved address',
  ])
  assert.equal(load(`${text}webhooks: { allowPrivateNetworks: true }`).accounts[0]?.numbers[0]?.inbound?.method, 'POST')
})

test('an anchor that contains itself is refused instead of read for ever', () => {
  assert.match(problemsOf('http: &a { host: *a }\n')[0] ?? '', /nested deeper than 20 levels/)
})

test('the configuration cannot be changed', () => {
  const config = load('http: { port: 1 }')
  assert.throws(() => Object.assign(config.http, { port: 2 }), TypeError)
  assert.throws(() => Object.assign(config.routes[0] ?? {}, { priority: 2 }), TypeError)
})

function load(text: string, environment: Environment = {}, flags: ConfigFlags = {}) {
  return loadConfig({ flags: { ...flags, config: write(text) }, environment })
}

function problemsOf(text: string, environment: Environment = {}): readonly string[] {
  try {
    load(text, environment)
  } catch (error) {
    assert(error instanceof ConfigError, String(error))
    return error.problems
  }
  return []
}

let files = 0

function write(text: string): string {
  const file = join(folder, `${++files}.yaml`)
  writeFileSync(file, text)
  return file
}

function smppOf(carrier: Config['carriers'][number] | undefined) {
  if (carrier?.type !== 'smpp') throw new Error('not an SMPP carrier')
  return carrier
}

function idsOf(entries: readonly { readonly id: string }[]): string[] {
  return entries.map(({ id }) => id)
}

function carriersOf(routes: readonly { readonly carrier: string }[]): string[] {
  return routes.map(({ carrier }) => carrier)
}
