import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Answer, accountOf, Installation, KEY, type ProblemBody } from './heliograph.ts'
import { type RawAnswer, rawCall } from './rawHttp.ts'

// Whatever comes in: a clear 4xx that names the field, never a 5xx, and the server works on.

let heliograph: Installation

before(async () => {
  heliograph = await Installation.create({
    config: { accounts: [accountOf('acme')], simulator: true, webhooks: { allowPrivateNetworks: true } },
  })
  await heliograph.start()
})
after(() => heliograph.remove())

const SMS = { to: '+4915112345678', from: 'Heliograph', message: 'Hello' }

/** A request with a JSON body that is good as it stands. */
const BODIES: Record<string, Readonly<Record<string, unknown>>> = {
  '/messaging/v1/sms': SMS,
  '/messaging/v1/conversion': { requestId: 'none', delivered: true },
  '/api/v1/text': { message: 'Hello' },
  '/api/v1/keys': { name: 'x', scopes: ['messages'] },
}

interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>
}

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: { type?: string } }[]
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const describeApi = async () => (await heliograph.call<OpenApi>('/openapi.json', { key: null })).body

/** A value that no field of a single value can mean. */
const NEVER_RIGHT: readonly unknown[] = [{}, [], [1, 2], { a: 1 }, [[]], { toString: 'x' }]
const NEVER_TEXT = ['\u0000', 'a\u0000b', '\ud800', 'a\udc00', 'x'.repeat(100_000)]
const HOSTILE = [
  ...NEVER_TEXT,
  null,
  true,
  false,
  '',
  ' ',
  0,
  -1,
  0.5,
  1e308,
  '__proto__',
  'constructor',
  '‮',
  '💥',
  '%00',
]

test('every field of every body refuses what cannot be meant and names the field; nothing is a 5xx', async () => {
  const { paths } = await describeApi()
  let fields = 0
  for (const [path, body] of Object.entries(BODIES)) {
    const schema = paths[path]?.post?.requestBody?.content['application/json']?.schema
    assert(schema?.properties !== undefined, path)
    for (const [field, { type }] of Object.entries(schema.properties)) {
      fields++
      const never = type === 'array' ? [{}, 'x', [{}], [['messages']], 1] : NEVER_RIGHT
      for (const value of never) {
        const answer = await heliograph.call(path, { body: { ...body, [field]: value } })
        expectProblem(answer, `${path} ${field} = ${JSON.stringify(value)}`)
        assertNames(answer, field, JSON.stringify(value))
      }
      for (const value of HOSTILE) {
        const answer = await heliograph.call(path, { body: { ...body, [field]: value } })
        const what = `${path} ${field} = ${JSON.stringify(value).slice(0, 40)}`
        if (answer.status >= 300) expectProblem(answer, what)
        if (type === 'string' && NEVER_TEXT.some((text) => text === value)) expectProblem(answer, what)
        if (answer.status === 400) assertNames(answer, field, what)
      }
    }
  }
  assert(fields > 25, `${fields} fields were tried`)
})

test('every query parameter refuses repetition by name and survives anything', async () => {
  const { paths } = await describeApi()
  const base: Record<string, URLSearchParams> = {
    '/messaging/v1/sms': new URLSearchParams(SMS),
    '/api/v1/messages': new URLSearchParams(),
  }
  const values = ['', '%00', '%ED%A0%80', '%FF', '[]', '{}', 'NaN', '-1', '1e999', '__proto__', 'x'.repeat(5_000)]
  let parameters = 0
  for (const [path, query] of Object.entries(base)) {
    for (const { name, in: place } of paths[path]?.get?.parameters ?? []) {
      if (place !== 'query') continue
      parameters++
      const others = new URLSearchParams(query)
      others.delete(name)
      const repeated = await heliograph.call(`${path}?${others}&${name}=1&${name.toUpperCase()}=2`)
      expectProblem(repeated, `${path} ${name} twice`)
      assertNames(repeated, name, 'twice')
      for (const value of values) {
        const answer = await heliograph.call(`${path}?${others}&${name}=${value}`)
        const what = `${path} ${name} = ${value.slice(0, 20)}`
        if (answer.status >= 300) expectProblem(answer, what)
        if (answer.status === 400) assertNames(answer, name, what)
      }
    }
  }
  assert(parameters > 20, `${parameters} parameters were tried`)
})

test('ids in paths that cannot be are as unknown as any other', async () => {
  const ids = [
    '%00',
    '%ED%A0%80',
    '%zz',
    '%',
    '..',
    '..%2f..%2fetc',
    '__proto__',
    "'%20or%201=1--",
    '💥',
    'x'.repeat(300),
  ]
  for (const id of [...ids, 'x'.repeat(9_000)]) {
    for (const [method, path] of [
      ['GET', '/messaging/v1/messages/'],
      ['GET', '/api/v1/messages/'],
      ['DELETE', '/api/v1/keys/'],
    ] as const) {
      const answer = await heliograph.call(`${path}${id}`, { method })
      if (id === '..') assert(answer.status < 500)
      else expectProblem(answer, `${method} ${path}${id.slice(0, 20)}`)
    }
  }
})

test('a body that is not one JSON object is refused, however deep, large or twisted', async () => {
  const deep = (open: string, close: string) => `${open.repeat(10_000)}${close.repeat(10_000)}`
  const rest = JSON.stringify(SMS).slice(1)
  const bodies: Record<string, number> = {
    '': 400,
    ' ': 400,
    '{': 400,
    '{"to":': 400,
    '{"to":"+4915112345678",}': 400,
    "{'to':'x'}": 400,
    null: 400,
    true: 400,
    '"x"': 400,
    '1': 400,
    '[]': 400,
    [`[${JSON.stringify(SMS)}]`]: 400,
    [`{"to":"+491","to":"+492",${rest}`]: 400,
    [`{"\\u0074o":"+491",${rest}`]: 400,
    [`{"__proto__":{"scopes":["admin"]},${rest}`]: 400,
    [`{"\\u005f_proto__":1,${rest}`]: 400,
    [deep('[', ']')]: 400,
    [`{"message":${deep('[', ']')}}`]: 400,
    [`{"message":${deep('{"a":', '}').replace(':}', ':1}')}}`]: 400,
    [`{"unknown":${deep('[', ']')},${rest}`]: 200,
    [`{"constructor":{"prototype":{"x":1}},"toString":1,${rest}`]: 200,
    [`{"unknown":"${'x'.repeat(1_048_576)}",${rest}`]: 413,
    [`\ufeff${JSON.stringify(SMS)}`]: 400,
  }
  for (const [body, status] of Object.entries(bodies)) {
    const answer = await heliograph.call('/messaging/v1/sms', { body })
    const what = `${body.slice(0, 50)} (${body.length})`
    if (status >= 300) expectProblem(answer, what)
    assert.equal(answer.status, status, `${what}: ${answer.text}`)
  }
})

test('a form is held to the same rules', async () => {
  const good = new URLSearchParams(SMS).toString()
  const bodies: Record<string, number> = {
    '': 400,
    '&&&==': 400,
    [`${good}&to=%2B491`]: 400,
    'to=%00&from=%00&message=%00': 400,
    [`${good}&__proto__=x&constructor=y`]: 200,
    [`${good}&message=%zz`]: 400,
    [`x=${'y'.repeat(1_100_000)}`]: 413,
    [Array.from({ length: 20_000 }, (_, index) => `a${index}=`).join('&')]: 400,
  }
  for (const [body, status] of Object.entries(bodies)) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await heliograph.call('/messaging/v1/sms', { body, headers })
    assert.equal(answer.status, status, `${body.slice(0, 60)}: ${answer.text}`)
    if (status >= 300) expectProblem(answer, body.slice(0, 60))
  }
})

test('a content type that nothing reads is refused with 415', async () => {
  for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense', 'application/']) {
    const answer = await heliograph.call('/messaging/v1/sms', { body: SMS, headers: { 'content-type': type } })
    expectProblem(answer, type)
    assert.equal(answer.status, 415, type)
  }
})

test('paths and methods that there are not are refused as problems', async () => {
  for (const path of [
    '/',
    '/messaging',
    '/messaging/v1/sms/more',
    '/api/v1',
    '/sim/v1/nothing',
    '/%2e%2e/',
    '/a?b=%zz',
  ]) {
    const answer = await heliograph.call(path)
    if (answer.status >= 300 || path !== '/') expectProblem(answer, path)
  }
  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'NONSENSE']) {
    const answer = await heliograph.call('/messaging/v1/sms', { method })
    expectProblem(answer, method)
  }
  // A look at the head must not send what the link says.
  const before = await listed()
  const query = new URLSearchParams(SMS)
  const head = await heliograph.call(`/messaging/v1/sms?${query}`, { method: 'HEAD' })
  assert(head.status >= 400 && head.status < 500, String(head.status))
  assert.equal(await listed(), before)
})

test('requests that no HTTP client would write are refused as problems', async () => {
  const head = `POST /messaging/v1/sms HTTP/1.1\r\nhost: x\r\napikey: ${KEY}\r\ncontent-type: application/json\r\n`
  const body = JSON.stringify(SMS)
  const requests: Record<string, string | Buffer> = {
    'a header of 20 KB': `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
    'a path of 20 KB': `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
    '3,000 headers': `GET /messaging/v1/messages/x HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(3_000)}\r\n`,
    'no HTTP at all': '\u0016\u0003\u0001 TLS?\r\n\r\n',
    'two lengths': `${head}content-length: 5\r\ncontent-length: 6\r\n\r\n${body}`,
    'length and chunks': `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    'a negative length': `${head}content-length: -1\r\n\r\n${body}`,
    'a broken chunk': `${head}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    'a length beyond the limit': `${head}content-length: 99999999999\r\n\r\n${body}`,
    'octets that are not UTF-8': Buffer.concat([
      Buffer.from(`${head}content-length: 24\r\n\r\n{"to":"+4915112345678`),
      Buffer.from([0xff, 0x22, 0x7d]),
    ]),
    'two keys': `GET /messaging/v1/messages/x HTTP/1.1\r\nhost: x\r\napikey: ${KEY}\r\napikey: ${KEY}\r\n\r\n`,
    'an idempotency key of 256 characters': `${head}idempotency-key: ${'x'.repeat(256)}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  }
  for (const [what, request] of Object.entries(requests)) expectRawProblem(await rawCall(heliograph.url, request), what)
  // Node answers this one itself, without a body.
  assert.equal((await rawCall(heliograph.url, 'GET /healthz HTTP/1.1\r\n\r\n')).status, 400)
})

test('after all that the server sends messages and has nothing to complain of', async () => {
  const { requestId } = await heliograph.send(SMS)
  await heliograph.untilStatus(requestId, 'DELIVERED')
  const { code } = await heliograph.stop()
  assert.deepEqual([code, heliograph.errors], [0, ''])
  assert.doesNotMatch(heliograph.output, /"level":"(error|fatal)"/)
})

async function listed(): Promise<number> {
  const { body } = await heliograph.call<{ messages: unknown[] }>('/api/v1/messages?limit=500')
  return body.messages.length
}

function expectProblem(answer: Answer<ProblemBody>, what: string): void {
  const { status, headers, body, text } = answer
  assert(status >= 400 && status < 500, `${what}: ${status} ${text.slice(0, 200)}`)
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/, `${what}: ${text.slice(0, 200)}`)
  assert.equal(body.status, status, what)
  assert(body.title !== '' && body.type !== '' && body.detail !== '', what)
}

function expectRawProblem(answer: RawAnswer, what: string): void {
  assert(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status} ${answer.body}`)
  assert.match(answer.type, /^application\/problem\+json/, `${what}: ${answer.body}`)
  assert.equal(JSON.parse(answer.body).status, answer.status, what)
}

/** The field, or a place inside it, is among the violations; a text that is too long is one of too many parts. */
function assertNames({ body }: Answer<ProblemBody>, field: string, what: string): void {
  const named = body.violations?.map((violation) => violation.field) ?? []
  assert(
    named.some(
      (name) => name === field || name.startsWith(`${field}.`) || (field === 'message' && name === 'partLimit'),
    ),
    `${what}: ${JSON.stringify(body)} does not name ${field}`,
  )
}
