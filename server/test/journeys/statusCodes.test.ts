import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import { waitFor } from '../waitFor.ts'
import { type Answer, accountOf, type CallOptions, Installation, type ProblemBody } from './heliograph.ts'

// Every status that /openapi.json documents for an endpoint is reached; the table says how. Endpoints of a vendor's API
// are in suites of their own: byonStatuses, otpStatuses, chatStatuses, conversationStatuses and mediaStatuses.

let postgres: TestPostgres
let heliograph: Installation
let createdKey: string
let messageId: string
let requestId: string
let endpointId: string
let deliveryId: string
let inboundId: string
let callPath: string
let chatId: string
let fileId: string
let filePath: string

before(async () => {
  postgres = await startPostgres()
  heliograph = await Installation.create({
    config: {
      http: { bodyBytesMax: 2_000 },
      webhooks: { allowPrivateNetworks: true },
      accounts: [
        accountOf('acme', { senders: ['Acme'], numbers: [{ number: CONFIGURED }] }),
        accountOf('slow', { limits: { requestsPerSecond: 0.01 } }),
      ],
      simulator: true,
    },
    environment: { DATABASE_URL: await postgres.url('status') },
  })
  await heliograph.start()
  createdKey = (await makeKey()).key
  messageId = (await heliograph.send(SMS)).requestId
  requestId = await registerNumber()
  endpointId = await makeEndpoint()
  deliveryId = await makeDelivery()
  inboundId = await receive()
  callPath = await makeCall()
  chatId = await sendChat()
  fileId = await uploadFile()
  filePath = await linkOfFile()
  // Uses up what the account may ask for in its first 100 seconds.
  await heliograph.call('/api/v1/keys', { key: 'key-of-slow' })
})
after(async () => {
  await heliograph.remove()
  await postgres.stop()
})

const CONFIGURED = '+4915100000001'
const REGISTERED = '+4915100000002'
const SMS = { to: '+4915112345678', from: 'Acme', message: 'Hello' }
const LINK = `/messaging/v1/sms?${new URLSearchParams(SMS)}`

type Reply = Answer<ProblemBody>
type Way = () => Promise<Reply>

const call = (path: string, method = 'GET'): Way => {
  return () => heliograph.call(path, { method })
}
const post = (path: string, body: unknown, headers: Record<string, string> = {}, method = 'POST'): Way => {
  return () => heliograph.call(path, { method, body, headers })
}
const makeKey = async () => (await heliograph.call<{ id: string; key: string }>('/api/v1/keys', { body: {} })).body

/** How an endpoint behind a key is called rightly, and so how it is refused for who calls. */
function keyed(path: string, body?: object, method = body === undefined ? 'GET' : 'POST'): Record<number, Way> {
  const by = (key: string | null): Way => {
    return () => heliograph.call(path, { key, method, ...(body === undefined ? {} : { body }) })
  }
  const ways = { 401: by(null), 403: by('nonsense'), 429: by('key-of-slow') }
  if (body === undefined) return ways
  return {
    ...ways,
    413: post(path, { unknown: 'x'.repeat(3_000) }),
    415: post(path, 'x', { 'content-type': 'text/plain' }),
  }
}

async function registerNumber(): Promise<string> {
  const person = { contactName: 'E', contactEmail: 'e@example.com', contactPhone: REGISTERED }
  const contact = await heliograph.call<{ contactId: string }>('/byon/contacts/v1', {
    body: { companyName: 'Acme', ...person },
  })
  const path = `/byon/provisioning/v1?contactId=${contact.body.contactId}`
  const request = await heliograph.call<{ requestId: string }>(path, { body: [{ phoneNumber: REGISTERED }] })
  return request.body.requestId
}

const ENDPOINTS = '/api/v1/webhooks/endpoints'
const DELIVERIES = '/api/v1/webhooks/deliveries'
/** An endpoint that nothing ever happens for. */
const QUIET = { url: 'http://127.0.0.1:9/', events: ['nothing.ever'] }
const makeEndpoint = async () => (await heliograph.call<{ id: string }>(ENDPOINTS, { body: QUIET })).body.id

/** The id of a delivery of a message with a callback of its own. */
async function makeDelivery(): Promise<string> {
  await heliograph.send({ ...SMS, callbackUrl: 'http://127.0.0.1:9/' })
  let id: string | undefined
  await waitFor(async () => {
    id = (await heliograph.call<{ deliveries: { id: string }[] }>(DELIVERIES)).body.deliveries[0]?.id
    return id !== undefined
  })
  return String(id)
}

/** The id of an inbound message to the number of the configuration. */
async function receive(): Promise<string> {
  await heliograph.call('/sim/v1/inbound', { body: { from: '+491622943176', to: CONFIGURED, text: 'Hello' } })
  let id: string | undefined
  await waitFor(async () => {
    id = (await heliograph.call<{ messages: { requestId: string }[] }>('/api/v1/inbound')).body.messages[0]?.requestId
    return id !== undefined
  })
  return String(id)
}

const CALLS = '/sim/twilio/2010-04-01/Accounts/AC1'
const CALL = new URLSearchParams({ To: '+4915112345678', From: '+442079460000', Twiml: '<Response/>' })
const voice = (path: string, form?: URLSearchParams) =>
  heliograph.call<ProblemBody & { sid: string }>(path, {
    headers: { authorization: `Basic ${btoa('AC1:token')}`, 'content-type': 'application/x-www-form-urlencoded' },
    ...(form === undefined ? {} : { body: form.toString() }),
  })

/** Where a call can be seen that the simulator made. */
async function makeCall(): Promise<string> {
  return `${CALLS}/Calls/${(await voice(`${CALLS}/Calls.json`, CALL)).body.sid}.json`
}

const GRAPH = '/sim/whatsapp/v23.0'
const BUSINESS = '+442079460000'
const CHAT = { messaging_product: 'whatsapp', to: '+4915112345678', type: 'text', text: { body: 'Hello' } }
const FORM = `--x\r
content-disposition: form-data; name="messaging_product"\r
\r
whatsapp\r
--x\r
content-disposition: form-data; name="file"; filename="a.txt"\r
content-type: text/plain\r
\r
Hello\r
--x--\r
`
interface GraphBody extends ProblemBody {
  readonly id: string
  readonly url: string
  readonly messages: readonly { readonly id: string }[]
}
const graph = (path: string, options: CallOptions = {}) =>
  heliograph.call<GraphBody>(GRAPH + path, {
    ...options,
    headers: { authorization: 'Bearer sim', ...options.headers },
  })
const upload = () => graph('/1/media', { body: FORM, headers: { 'content-type': 'multipart/form-data; boundary=x' } })
const uploadFile = async () => (await upload()).body.id
const linkOfFile = async () => (await graph(`/${fileId}`)).body.url

/** The id of a message on the phone of somebody who wrote before, without which nothing arrives. */
async function sendChat(): Promise<string> {
  await heliograph.call('/sim/v1/chats/inbound', { body: { from: CHAT.to, to: BUSINESS, text: 'Hello' } })
  const id = (await graph('/1/messages', { body: CHAT })).body.messages[0]?.id ?? ''
  await waitFor(async () => (await heliograph.call(`/sim/v1/handsets/${CHAT.to}/chats`)).text.includes(id))
  return id
}

const REGISTRATION = { number: '+442079460001', webhookUrl: 'http://127.0.0.1:9/', appSecret: 'secret' }

const moveRequest = (status: string) =>
  heliograph.call(`/api/v1/provisioning/${requestId}/status`, { body: { status } })

async function withOneKeyTwice(send: (headers: Record<string, string>, text: string) => Promise<Reply>) {
  const headers = { 'idempotency-key': crypto.randomUUID() }
  await send(headers, 'first')
  return send(headers, 'second')
}

/** By endpoint and status. 503 is reached for all of them at once, in the last test. */
const WAYS: Record<string, Record<number, Way>> = {
  'post /messaging/v1/sms': {
    ...keyed('/messaging/v1/sms', SMS),
    200: post('/messaging/v1/sms', SMS),
    400: post('/messaging/v1/sms', {}),
    409: () => withOneKeyTwice((headers, message) => post('/messaging/v1/sms', { ...SMS, message }, headers)()),
  },
  'get /messaging/v1/sms': {
    ...keyed(LINK),
    200: call(LINK),
    400: call('/messaging/v1/sms'),
    409: () => withOneKeyTwice((headers, text) => heliograph.call(`${LINK}&reference=${text}`, { headers })),
  },
  'get /messaging/v1/messages/{requestId}': {
    ...keyed('/messaging/v1/messages/x'),
    200: () => heliograph.call(`/messaging/v1/messages/${messageId}`),
    404: call('/messaging/v1/messages/x'),
  },
  'post /messaging/v1/conversion': {
    ...keyed('/messaging/v1/conversion', { requestId: 'x' }),
    200: () => heliograph.call('/messaging/v1/conversion', { body: { requestId: messageId } }),
    400: post('/messaging/v1/conversion', {}),
    404: post('/messaging/v1/conversion', { requestId: 'x' }),
  },
  'get /api/v1/messages': {
    ...keyed('/api/v1/messages'),
    200: call('/api/v1/messages'),
    400: call('/api/v1/messages?limit=0'),
  },
  'get /api/v1/messages/{id}': {
    ...keyed('/api/v1/messages/x'),
    200: () => heliograph.call(`/api/v1/messages/${messageId}`),
    404: call('/api/v1/messages/x'),
  },
  'get /api/v1/inbound': {
    ...keyed('/api/v1/inbound'),
    200: call('/api/v1/inbound'),
    400: call('/api/v1/inbound?limit=0'),
  },
  'get /api/v1/inbound/{id}': {
    ...keyed('/api/v1/inbound/x'),
    200: () => heliograph.call(`/api/v1/inbound/${inboundId}`),
    404: call('/api/v1/inbound/x'),
  },
  'get /api/v1/opt-outs': {
    ...keyed('/api/v1/opt-outs'),
    200: call('/api/v1/opt-outs'),
    400: call('/api/v1/opt-outs?limit=0'),
  },
  'post /api/v1/text': {
    ...keyed('/api/v1/text', { message: 'x' }),
    200: post('/api/v1/text', { message: 'x' }),
    400: post('/api/v1/text', {}),
  },
  'get /api/v1/otp/guard': {
    ...keyed('/api/v1/otp/guard'),
    200: call('/api/v1/otp/guard'),
    400: call('/api/v1/otp/guard?limit=0'),
  },
  'get /api/v1/keys': { ...keyed('/api/v1/keys'), 200: call('/api/v1/keys') },
  'post /api/v1/keys': {
    ...keyed('/api/v1/keys', {}),
    201: post('/api/v1/keys', {}),
    400: post('/api/v1/keys', { scopes: ['all'] }),
  },
  'delete /api/v1/keys/{id}': {
    ...keyed('/api/v1/keys/x', undefined, 'DELETE'),
    204: async () => heliograph.call(`/api/v1/keys/${(await makeKey()).id}`, { method: 'DELETE' }),
    404: call('/api/v1/keys/x', 'DELETE'),
  },
  'get /api/v1/numbers': {
    ...keyed('/api/v1/numbers'),
    200: call('/api/v1/numbers'),
    400: call('/api/v1/numbers?limit=0'),
  },
  'post /api/v1/numbers/{number}/inbound': {
    ...keyed('/api/v1/numbers/x/inbound', { url: '' }),
    200: () => heliograph.call(`/api/v1/numbers/${REGISTERED}/inbound`, { body: { url: '' } }),
    400: post('/api/v1/numbers/x/inbound', {}),
    404: post('/api/v1/numbers/x/inbound', { url: '' }),
    409: post(`/api/v1/numbers/${CONFIGURED}/inbound`, { url: '' }),
  },
  'post /api/v1/provisioning/{requestId}/status': {
    ...keyed('/api/v1/provisioning/x/status', { status: 'LOA_READY' }),
    200: () => moveRequest('LOA_READY'),
    400: post('/api/v1/provisioning/x/status', {}),
    404: post('/api/v1/provisioning/x/status', { status: 'LOA_READY' }),
    409: () => moveRequest('DEPROVISIONED'),
  },
  [`get ${ENDPOINTS}`]: { ...keyed(ENDPOINTS), 200: call(ENDPOINTS) },
  [`post ${ENDPOINTS}`]: {
    ...keyed(ENDPOINTS, QUIET),
    201: post(ENDPOINTS, QUIET),
    400: post(ENDPOINTS, { ...QUIET, url: 'ftp://acme.example' }),
    409: async () => {
      for (let i = 0; i < 100; i++) await makeEndpoint()
      return heliograph.call(ENDPOINTS, { body: QUIET })
    },
  },
  [`get ${ENDPOINTS}/{id}`]: {
    ...keyed(`${ENDPOINTS}/x`),
    200: () => heliograph.call(`${ENDPOINTS}/${endpointId}`),
    404: call(`${ENDPOINTS}/x`),
  },
  [`patch ${ENDPOINTS}/{id}`]: {
    ...keyed(`${ENDPOINTS}/x`, {}, 'PATCH'),
    200: () => heliograph.call(`${ENDPOINTS}/${endpointId}`, { method: 'PATCH', body: { ordered: true } }),
    400: post(`${ENDPOINTS}/x`, { url: 'x' }, {}, 'PATCH'),
    404: post(`${ENDPOINTS}/x`, {}, {}, 'PATCH'),
    413: post(`${ENDPOINTS}/x`, { unknown: 'x'.repeat(3_000) }, {}, 'PATCH'),
    415: post(`${ENDPOINTS}/x`, 'x', { 'content-type': 'text/plain' }, 'PATCH'),
  },
  [`post ${ENDPOINTS}/{id}/rotate-secret`]: {
    ...keyed(`${ENDPOINTS}/x/rotate-secret`, {}),
    200: () => heliograph.call(`${ENDPOINTS}/${endpointId}/rotate-secret`, { body: {} }),
    400: post(`${ENDPOINTS}/x/rotate-secret`, { overlapSeconds: -1 }),
    404: post(`${ENDPOINTS}/x/rotate-secret`, {}),
  },
  [`delete ${ENDPOINTS}/{id}`]: {
    ...keyed(`${ENDPOINTS}/x`, undefined, 'DELETE'),
    204: () => heliograph.call(`${ENDPOINTS}/${endpointId}`, { method: 'DELETE' }),
    404: call(`${ENDPOINTS}/x`, 'DELETE'),
  },
  [`get ${DELIVERIES}`]: {
    ...keyed(DELIVERIES),
    200: call(DELIVERIES),
    400: call(`${DELIVERIES}?limit=0`),
    404: call(`${DELIVERIES}?endpoint=x`),
  },
  [`get ${DELIVERIES}/{id}`]: {
    ...keyed(`${DELIVERIES}/x`),
    200: () => heliograph.call(`${DELIVERIES}/${deliveryId}`),
    404: call(`${DELIVERIES}/x`),
  },
  [`post ${DELIVERIES}/{id}/replay`]: {
    ...keyed(`${DELIVERIES}/x/replay`, undefined, 'POST'),
    202: () => heliograph.call(`${DELIVERIES}/${deliveryId}/replay`, { method: 'POST' }),
    404: call(`${DELIVERIES}/x/replay`, 'POST'),
  },
  'post /api/v1/webhooks/replay': {
    ...keyed('/api/v1/webhooks/replay', { endpoint: 'x' }),
    202: post('/api/v1/webhooks/replay', { url: 'http://127.0.0.1:9/' }),
    400: post('/api/v1/webhooks/replay', {}),
    404: post('/api/v1/webhooks/replay', { endpoint: 'x' }),
  },
  ...outcomes('/sim/v1/outcomes', '999006'),
  'get /sim/v1/handsets': { 200: call('/sim/v1/handsets') },
  'delete /sim/v1/handsets': { 204: call('/sim/v1/handsets', 'DELETE') },
  'get /sim/v1/handsets/{number}/messages': {
    200: call('/sim/v1/handsets/1/messages'),
    400: call('/sim/v1/handsets/x/messages'),
  },
  'delete /sim/v1/handsets/{number}/messages': {
    204: call('/sim/v1/handsets/1/messages', 'DELETE'),
    400: call('/sim/v1/handsets/x/messages', 'DELETE'),
  },
  'post /sim/v1/inbound': {
    202: post('/sim/v1/inbound', { from: '+4915112345678', to: '+4930123456', text: 'Hello' }),
    400: post('/sim/v1/inbound', {}),
    409: post('/sim/v1/inbound', { from: '+4915112345678', to: '1', text: 'Hello', systemId: 'nobody' }),
  },
  'get /sim/v1/handsets/{number}/calls': {
    200: call('/sim/v1/handsets/1/calls'),
    400: call('/sim/v1/handsets/x/calls'),
  },
  'delete /sim/v1/handsets/{number}/calls': {
    204: call('/sim/v1/handsets/1/calls', 'DELETE'),
    400: call('/sim/v1/handsets/x/calls', 'DELETE'),
  },
  ...outcomes('/sim/v1/call-outcomes', '999701'),
  'get /sim/v1/handsets/{number}/chats': {
    200: call('/sim/v1/handsets/1/chats'),
    400: call('/sim/v1/handsets/x/chats'),
  },
  'delete /sim/v1/handsets/{number}/chats': {
    204: call('/sim/v1/handsets/1/chats', 'DELETE'),
    400: call('/sim/v1/handsets/x/chats', 'DELETE'),
  },
  'post /sim/v1/chats/inbound': {
    202: post('/sim/v1/chats/inbound', { from: '+4915112345678', to: BUSINESS, text: 'Hello' }),
    400: post('/sim/v1/chats/inbound', {}),
    409: post('/sim/v1/chats/inbound', { from: '+4915112345678', to: '+4930123456', text: 'Hello' }),
  },
  'post /sim/v1/chats/{id}/read': {
    204: () => heliograph.call(`/sim/v1/chats/${chatId}/read`, { method: 'POST' }),
    404: call('/sim/v1/chats/x/read', 'POST'),
  },
  ...outcomes('/sim/v1/chat-outcomes', '999802'),
  'get /sim/v1/whatsapp/numbers': { 200: call('/sim/v1/whatsapp/numbers') },
  'put /sim/v1/whatsapp/numbers/{id}': {
    200: post('/sim/v1/whatsapp/numbers/2', REGISTRATION, {}, 'PUT'),
    400: post('/sim/v1/whatsapp/numbers/2', {}, {}, 'PUT'),
    409: post('/sim/v1/whatsapp/numbers/3', { ...REGISTRATION, verifyToken: 'verify' }, {}, 'PUT'),
  },
  'delete /sim/v1/whatsapp/numbers/{id}': {
    204: call('/sim/v1/whatsapp/numbers/2', 'DELETE'),
    400: call('/sim/v1/whatsapp/numbers/x', 'DELETE'),
    404: call('/sim/v1/whatsapp/numbers/3', 'DELETE'),
  },
  'get /sim/v1/whatsapp/templates': { 200: call('/sim/v1/whatsapp/templates') },
  'put /sim/v1/whatsapp/templates/{name}': {
    200: post('/sim/v1/whatsapp/templates/greeting', { language: 'en', body: 'Hello' }, {}, 'PUT'),
    400: post('/sim/v1/whatsapp/templates/greeting', {}, {}, 'PUT'),
  },
  'delete /sim/v1/whatsapp/templates/{name}': {
    204: call('/sim/v1/whatsapp/templates/greeting', 'DELETE'),
    404: call('/sim/v1/whatsapp/templates/farewell', 'DELETE'),
  },
  'get /sim/v1/sinks': { 200: call('/sim/v1/sinks') },
  'put /sim/v1/sinks/{name}': {
    200: post('/sim/v1/sinks/a', { status: 200 }, {}, 'PUT'),
    400: post('/sim/v1/sinks/a', { status: 1 }, {}, 'PUT'),
  },
  'delete /sim/v1/sinks/{name}': {
    204: call('/sim/v1/sinks/a', 'DELETE'),
    400: call('/sim/v1/sinks/a%20b', 'DELETE'),
    404: call('/sim/v1/sinks/b', 'DELETE'),
  },
  'get /sim/v1/sinks/{name}/calls': { 200: call('/sim/v1/sinks/b/calls'), 400: call('/sim/v1/sinks/a%20b/calls') },
  'get /sim/v1/sink/{name}': { 200: call('/sim/v1/sink/b'), 400: call('/sim/v1/sink/a%20b') },
  'post /sim/v1/sink/{name}': { 200: post('/sim/v1/sink/b', {}), 400: post('/sim/v1/sink/a%20b', {}) },
  'get /sim/twilio/2010-04-01/Accounts/{account}': { 200: () => voice(`${CALLS}.json`) },
  'get /sim/twilio/2010-04-01/Accounts/{account}/Calls.json': { 200: () => voice(`${CALLS}/Calls.json`) },
  'post /sim/twilio/2010-04-01/Accounts/{account}/Calls.json': { 201: () => voice(`${CALLS}/Calls.json`, CALL) },
  'get /sim/twilio/2010-04-01/Accounts/{account}/Calls/{call}': { 200: () => voice(callPath) },
  'post /sim/whatsapp/{version}/{id}/messages': { 200: () => graph('/1/messages', { body: CHAT }) },
  'get /sim/whatsapp/{version}/{id}/message_templates': { 200: () => graph('/1/message_templates') },
  'post /sim/whatsapp/{version}/{id}/media': { 200: upload },
  'get /sim/whatsapp/{version}/{id}': { 200: () => graph('/1') },
  'delete /sim/whatsapp/{version}/{id}': { 200: async () => graph(`/${await uploadFile()}`, { method: 'DELETE' }) },
  'get /sim/whatsapp/attachments': {
    200: () => heliograph.call(filePath, { headers: { authorization: 'Bearer sim' } }),
    404: () => heliograph.call('/sim/whatsapp/attachments', { headers: { authorization: 'Bearer sim' } }),
  },
}

/** What becomes of something to a number; `like`: one of the endings. */
function outcomes(path: string, like: string): Record<string, Record<number, Way>> {
  return {
    [`get ${path}`]: { 200: call(path) },
    [`get ${path}/{number}`]: { 200: call(`${path}/1`), 400: call(`${path}/x`) },
    [`put ${path}/{number}`]: {
      200: post(`${path}/1`, { like }, {}, 'PUT'),
      400: post(`${path}/1`, { like: 'x' }, {}, 'PUT'),
    },
    [`delete ${path}/{number}`]: {
      204: call(`${path}/1`, 'DELETE'),
      400: call(`${path}/x`, 'DELETE'),
      404: call(`${path}/2`, 'DELETE'),
    },
  }
}

/** What the other suites have. */
const ELSEWHERE =
  /^\/(byon|2fa|messaging\/v1\/chat\/(messages|media)|chat-api\/v2\/(messages|bulks|applications|media)|conversations\/v3)\b/

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>
}

async function documented(): Promise<Map<string, number[]>> {
  const { paths } = (await heliograph.call<OpenApi>('/openapi.json')).body
  const ours = Object.entries(paths).filter(([path]) => !ELSEWHERE.test(path))
  const endpoints = ours.flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, { responses }]) => [`${method} ${path}`, Object.keys(responses).map(Number)] as const,
    ),
  )
  return new Map(endpoints)
}

test('the table has every endpoint and every status that is documented, and no other', async () => {
  const statuses = Object.entries(WAYS).map(([endpoint, ways]) => [
    endpoint,
    [...Object.keys(ways).map(Number), ...(endpoint.includes('/sim/') ? [] : [503])].sort(),
  ])
  assert.deepEqual(Object.fromEntries(statuses), Object.fromEntries(await documented()))
})

for (const [endpoint, ways] of Object.entries(WAYS)) {
  test(`${endpoint} answers ${Object.keys(ways).join(', ')}`, async () => {
    for (const [status, way] of Object.entries(ways)) expectStatus(await way(), Number(status), endpoint)
  })
}

test('without its store the server answers 503 with Retry-After at every endpoint behind a key, and recovers', async () => {
  await postgres.interrupt()
  // A key made by the server is trusted for a second without asking the store.
  await waitFor(
    async () => (await heliograph.call('/api/v1/text', { key: createdKey, body: { message: 'x' } })).status === 503,
  )
  const endpoints: Record<string, Way> = {
    ...Object.fromEntries(
      Object.entries(WAYS).map(([endpoint, ways]) => [endpoint, ways[200] ?? ways[201] ?? ways[404]]),
    ),
    'post /api/v1/text': () => heliograph.call('/api/v1/text', { key: createdKey, body: { message: 'x' } }),
  }
  for (const [endpoint, way] of Object.entries(endpoints)) {
    if (endpoint.includes('/sim/')) continue
    const answer = await way()
    expectStatus(answer, 503, endpoint)
    assert.equal(answer.headers.get('retry-after'), '1', endpoint)
  }
  const readyz = await heliograph.call('/readyz')
  assert.equal(readyz.status, 503)
  await postgres.resume()
  await waitFor(async () => (await heliograph.call('/readyz')).status === 200)
  const { requestId } = await heliograph.send(SMS)
  await heliograph.untilStatus(requestId, 'DELIVERED')
})

function expectStatus(answer: Reply, status: number, endpoint: string): void {
  assert.equal(answer.status, status, `${endpoint}: ${answer.text}`)
  // What the simulator answers in the place of a provider has that provider's form.
  if (status < 400 || endpoint.includes(' /sim/whatsapp/')) return
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.equal(answer.body.status, status)
}
