import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { waitFor } from '../waitFor.ts'
import { startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { type Answer, accountOf, Installation, KEY, type ProblemBody } from './heliograph.ts'

// Who may do what, and that nobody learns a key from us.

let heliograph: Installation
let receiver: WebhookReceiver

before(async () => {
  receiver = await startReceiver((response) => {
    response.statusCode = 500
    response.end()
  })
  heliograph = await Installation.create({
    config: {
      webhooks: { allowPrivateNetworks: true },
      accounts: [
        accountOf('acme'),
        accountOf('rival'),
        accountOf('strict', { senders: ['Strict', '+491701234567'] }),
        accountOf('slow', { limits: { requestsPerSecond: 2 } }),
        { id: 'narrow', apiKeys: [{ key: 'key-for-otp', scopes: ['otp'] }, { key: 'key-for-messages' }] },
      ],
      simulator: true,
    },
    // All that can be logged.
    environment: { LOG_LEVEL: 'trace' },
  })
  await heliograph.start()
})
after(async () => {
  await heliograph.remove()
  await receiver.close()
})

const SECRET_TEXT = 'nobody-else-may-read-this'
const sms = (more: object = {}) => ({ to: '+4915112345678', from: 'Strict', message: SECRET_TEXT, ...more })
const sendBy = (key: string | null, more: object = {}) => heliograph.call('/messaging/v1/sms', { key, body: sms(more) })

interface CreatedKey {
  readonly id: string
  readonly key: string
  readonly prefix: string
}

const createKey = async (scopes = ['messages']) =>
  (await heliograph.call<CreatedKey>('/api/v1/keys', { body: { scopes, name: 'made here' } })).body

test('no key is 401, a wrong one 403, and what a wrong one is wrong about is not said', async () => {
  const missing = await sendBy(null)
  assert.equal(missing.status, 401)
  assert.match(missing.body.detail ?? '', /No API key found in request/)
  assert.equal((await heliograph.call('/messaging/v1/sms', { headers: { apikey: '' }, key: null })).status, 401)
  const wrong = ['x', 'hg_', `hg_${'a'.repeat(8)}_${'b'.repeat(36)}`, `${KEY}x`, KEY.toUpperCase(), 'x'.repeat(5_000)]
  const details = new Set<unknown>()
  for (const key of wrong) {
    const answer = await sendBy(key)
    assert.equal(answer.status, 403, key)
    details.add(answer.body.detail)
  }
  assert.equal(details.size, 1)
})

test('the header may be written in any case', async () => {
  for (const name of ['apikey', 'apiKey', 'ApiKey', 'APIKEY']) {
    const answer = await heliograph.call('/messaging/v1/sms', { key: null, headers: { [name]: KEY }, body: sms() })
    assert.equal(answer.status, 200, name)
  }
})

test('a key does what its scopes say and no more', async () => {
  assert.equal((await sendBy('key-for-messages')).status, 200)
  const otp = await sendBy('key-for-otp')
  assert.equal(otp.status, 403)
  assert.match(otp.body.detail ?? '', /"messages"/)
  const paths = ['/messaging/v1/messages/x', '/api/v1/messages', '/api/v1/messages/x']
  for (const path of paths) assert.equal((await heliograph.call(path, { key: 'key-for-otp' })).status, 403, path)
  const { key } = await createKey(['messages'])
  assert.equal((await sendBy(key)).status, 200)
  assert.equal((await heliograph.call('/api/v1/keys', { key })).status, 403, 'keys are for keys with the scope admin')
})

test('a key that is revoked by the API stops working with the very next request', async () => {
  const { id, key, prefix } = await createKey()
  assert.equal((await sendBy(key)).status, 200)
  assert.equal((await heliograph.call(`/api/v1/keys/${id}`, { method: 'DELETE' })).status, 204)
  assert.equal((await sendBy(key)).status, 403)
  assert.equal((await heliograph.call(`/api/v1/keys/${id}`, { method: 'DELETE' })).status, 404, 'only once')
  const { keys } = (await heliograph.call<{ keys: { id: string; revokedDate: string | null }[] }>('/api/v1/keys')).body
  const listed = keys.find((candidate) => candidate.id === id)
  assert.notEqual(listed?.revokedDate, null)
  assert(!JSON.stringify(keys).includes(key) && key.includes(prefix))
})

test('a key made and revoked on the command line works and stops working in the running server', async () => {
  const created = await heliograph.run('keys', 'create', '--account', 'acme', '--scopes', 'messages')
  assert.equal(created.code, 0, created.stderr)
  const [key = ''] = created.stdout.split('\n')
  const id = /^Key (\S+) of/m.exec(created.stdout)?.[1] ?? ''
  assert.equal((await sendBy(key)).status, 200)
  assert.equal((await heliograph.run('keys', 'revoke', id)).code, 0)
  await waitFor(async () => (await sendBy(key)).status === 403, 3_000)
})

test("another account's things are as unknown as things that never were", async () => {
  const { requestId } = await heliograph.send(sms())
  const { id } = await createKey()
  const asRival = { key: 'key-of-rival' }
  const calls = [
    () => heliograph.call(`/messaging/v1/messages/${requestId}`, asRival),
    () => heliograph.call(`/api/v1/messages/${requestId}`, asRival),
    () => heliograph.call('/messaging/v1/conversion', { ...asRival, body: { requestId } }),
    () => heliograph.call(`/api/v1/keys/${id}`, { ...asRival, method: 'DELETE' }),
  ]
  for (const call of calls) assert.equal((await call()).status, 404)
  const list = await heliograph.call<{ messages: unknown[] }>('/api/v1/messages', asRival)
  assert.deepEqual([list.status, list.body.messages], [200, []])
  const { body: keys } = await heliograph.call<{ keys: unknown[] }>('/api/v1/keys', asRival)
  assert.deepEqual(keys.keys, [])
  assert.equal((await heliograph.statusOf(requestId)).requestId, requestId, 'its own account sees it')
})

test('one idempotency key is two for two accounts', async () => {
  const headers = { 'idempotency-key': 'shared' }
  const mine = await heliograph.call<{ requestId: string }>('/messaging/v1/sms', { body: sms(), headers })
  const body = sms({ message: 'other' })
  const theirs = await heliograph.call<{ requestId: string }>('/messaging/v1/sms', {
    body,
    headers,
    key: 'key-of-rival',
  })
  assert.equal(theirs.status, 200)
  assert.notEqual(theirs.body.requestId, mine.body.requestId)
})

test('an account with senders of its own may use those alone, however they are written', async () => {
  const allowed = ['Strict', '+491701234567', '00491701234567', '491701234567']
  for (const from of allowed) assert.equal((await sendBy('key-of-strict', { from })).status, 200, from)
  const refused = await sendBy('key-of-strict', { from: 'Heliograph' })
  assert.equal(refused.status, 403)
  assert.match(refused.body.detail ?? '', /sender/)
})

test('a key over its rate is told when to go on, and other accounts notice nothing', async () => {
  const answers: Answer<ProblemBody>[] = []
  for (let i = 0; i < 4; i++) answers.push(await heliograph.call('/api/v1/messages', { key: 'key-of-slow' }))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 429, 429],
  )
  const headers = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'].map((name) =>
    answers[0]?.headers.get(name),
  )
  assert.deepEqual(headers, ['2', '1', '1'])
  const retryAfter = Number(answers[3]?.headers.get('retry-after'))
  assert.equal(retryAfter, 1)
  assert.equal((await sendBy(KEY)).status, 200)
  await waitFor(async () => (await heliograph.call('/api/v1/messages', { key: 'key-of-slow' })).status === 200, 5_000)
})

test('no key, text, number or callback URL is ever logged, and of keys no file has more than the configuration', async () => {
  const { key, id } = await createKey()
  const callbackUrl = `${receiver.origin}/secret-path?token=secret-token`
  await sendBy(key, { to: '+4915187654321', callbackUrl })
  await heliograph.call(`/messaging/v1/sms?${new URLSearchParams({ ...sms(), to: '+4915187654321', validity: 'x' })}`)
  await heliograph.call(`/nowhere/${KEY}`, { key })
  await waitFor(() => receiver.callsTo('/secret-path').length > 0)
  await heliograph.call(`/api/v1/keys/${id}`, { method: 'DELETE' })
  assert.equal((await heliograph.stop()).code, 0)
  const printed = heliograph.output + heliograph.errors
  assert(printed.includes('"msg":"started"'), 'the log is on')
  const words = [KEY, 'key-of-', key, key.slice(12), SECRET_TEXT, '15187654321', 'secret-path', 'secret-token']
  for (const word of words) assert(!printed.includes(word), `${word} in ${printed.slice(0, 2_000)}`)
  for (const file of await readdir(heliograph.dataFolder)) {
    const octets = await readFile(join(heliograph.dataFolder, file))
    for (const word of [KEY, key, key.slice(12)]) assert(!octets.includes(word), `${word} in ${file}`)
  }
})
