import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Answer, CallOptions, ProblemBody } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// Every status that /openapi.json documents for messages of the Chat API is reached, on both stores, and another
// account's key finds nothing.

const CONFIG = {
  http: { bodyBytesMax: 2_000 },
  accounts: [
    { id: 'acme', apiKeys: [{ key: 'key-of-acme', scopes: ['chat'] }], senders: ['Acme'] },
    { id: 'other', apiKeys: [{ key: 'key-of-other', scopes: ['chat', 'admin'] }] },
    { id: 'slow', apiKeys: [{ key: 'key-of-slow', scopes: ['chat'] }], limits: { requestsPerSecond: 0.01 } },
    { id: 'texts', apiKeys: [{ key: 'key-of-texts', scopes: ['messages'] }] },
  ],
  simulator: true,
}
const VERSIONS = ['/messaging/v1/chat', '/chat-api/v2']
const UNKNOWN = '01a200be-a3aa-76f3-adb0-c1d6fffe9b66'
const MESSAGE = {
  to: '+4915112345678',
  channels: ['tyntecEcho'],
  tyntecEcho: { from: 'echo', contentType: 'text', text: 'Hello' },
}
const BULK = {
  to: '+4915112345678',
  from: 'echo',
  channel: 'tyntecEcho',
  tyntecEcho: Array(2).fill(MESSAGE.tyntecEcho),
}

type Way = () => Promise<Answer<ProblemBody>>

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`every status of the Chat API on ${engine}`, () => {
    let server: InProcess
    let messageId: string

    before(async () => {
      server = await startInProcess(engine, CONFIG)
      const sent = await server.call<{ messageId: string }>(`${VERSIONS[0]}/messages`, { body: MESSAGE })
      messageId = sent.body.messageId
      await server.call(`${VERSIONS[0]}/messages`, {
        body: { ...MESSAGE, to: '+4915112345679' },
        headers: { 'idempotency-key': 'of another request' },
      })
      // Uses up what the account may ask for in its first 100 seconds.
      await server.call(`${VERSIONS[0]}/messages/${UNKNOWN}`, { key: 'key-of-slow' })
    })
    after(() => server.stop())

    const call =
      (path: string | (() => string), options: CallOptions = {}): Way =>
      () =>
        server.call(typeof path === 'string' ? path : path(), options)

    /** How an endpoint is refused for who calls. */
    const keyed = (path: string, options: CallOptions = {}): Record<number, Way> => ({
      401: call(path, { ...options, key: null }),
      403: call(path, { ...options, key: 'key-of-texts' }),
      429: call(path, { ...options, key: 'key-of-slow' }),
    })
    const sending = (path: string, body: object): Record<number, Way> => ({
      ...keyed(path, { body }),
      202: call(path, { body }),
      400: call(path, { body: {} }),
      409: call(path, { body, headers: { 'idempotency-key': 'of another request' } }),
      413: call(path, { body: 'x'.repeat(3_000) }),
      415: call(path, { body: 'x', headers: { 'content-type': 'text/plain' } }),
    })
    const reading = (prefix: string, more = ''): Record<number, Way> => ({
      ...keyed(`${prefix}/messages/${UNKNOWN}${more}`),
      200: call(() => `${prefix}/messages/${messageId}${more}`),
      404: call(`${prefix}/messages/${UNKNOWN}${more}`),
    })

    /** 503 is reached for all of them at once, in the last test. */
    const ways: Record<string, Record<number, Way>> = {
      ...Object.fromEntries(
        VERSIONS.flatMap((prefix) => [
          [`post ${prefix}/messages`, sending(`${prefix}/messages`, MESSAGE)],
          [`get ${prefix}/messages/{messageId}`, reading(prefix)],
          [`get ${prefix}/messages/{messageId}/status`, reading(prefix, '/status')],
          [`get ${prefix}/messages/{messageId}/history`, reading(prefix, '/history')],
        ]),
      ),
      'post /chat-api/v2/bulks': sending('/chat-api/v2/bulks', BULK),
    }

    test('the table has every endpoint and every status that is documented, and no other', async () => {
      const { body } = await server.call<{ paths: Record<string, Record<string, { responses: object }>> }>(
        '/openapi.json',
      )
      const documented = Object.entries(body.paths).flatMap(([path, operations]) =>
        Object.entries(operations)
          .filter(() => /^\/(messaging\/v1\/chat|chat-api\/v2)\/(messages|bulks)/.test(path))
          .map(([method, { responses }]) => [`${method} ${path}`, Object.keys(responses).map(Number)]),
      )
      const tabled = Object.entries(ways).map(([endpoint, statuses]) => [
        endpoint,
        [...Object.keys(statuses).map(Number), 503].sort(),
      ])
      assert.deepEqual(Object.fromEntries(tabled), Object.fromEntries(documented))
    })

    for (const [endpoint, statuses] of Object.entries(ways)) {
      test(`${endpoint} answers ${Object.keys(statuses).join(', ')}`, async () => {
        for (const [status, way] of Object.entries(statuses)) expectStatus(await way(), Number(status), endpoint)
      })
    }

    test('a sender that is not the account’s is a 403, on any channel of the chain', async () => {
      const { tyntecEcho } = MESSAGE
      for (const [channel, from] of [
        ['sms', 'Other'],
        ['whatsapp', '+4930901820'],
      ] as const) {
        const body = { ...MESSAGE, channels: ['tyntecEcho', channel], [channel]: { ...tyntecEcho, from } }
        const answer = await server.call(`${VERSIONS[0]}/messages`, { body })
        expectStatus(answer, 403, channel)
        assert.match(answer.body.detail ?? '', new RegExp(`^${channel}.from: `))
      }
      const sms = { from: 'Acme', text: 'Hello' }
      const permitted = await server.call(`${VERSIONS[0]}/messages`, { body: { ...MESSAGE, channels: ['sms'], sms } })
      assert.equal(permitted.status, 202, permitted.text)
    })

    test('media that are not the account’s are a 400 that names them', async () => {
      const media = { type: 'image', mediaId: UNKNOWN }
      const body = { ...MESSAGE, tyntecEcho: { from: 'echo', contentType: 'media', media } }
      const answer = await server.call(`${VERSIONS[0]}/messages`, { body })
      expectStatus(answer, 400, 'media')
      assert.deepEqual(
        answer.body.violations?.map(({ field }) => field),
        ['tyntecEcho.media.mediaId'],
      )
    })

    test('another account’s key finds nothing, and cannot tell it from what never was', async () => {
      for (const prefix of VERSIONS) {
        for (const more of ['', '/status', '/history']) {
          const answers = []
          for (const id of [messageId, UNKNOWN, 'x', `${messageId}%00`]) {
            const { status, text } = await server.call(`${prefix}/messages/${id}${more}`, { key: 'key-of-other' })
            answers.push([status, text])
          }
          assert.deepEqual(new Set(answers.map(([status]) => status)), new Set([404]))
          assert.equal(new Set(answers.map(([, text]) => text)).size, 1)
        }
      }
    })

    test('a slash at the end is the same path', async () => {
      const sent = await server.call<{ messageId: string }>('/chat-api/v2/messages/', { body: MESSAGE })
      assert.equal(sent.status, 202, sent.text)
      assert.equal((await server.call(`/chat-api/v2/messages/${sent.body.messageId}/status/`)).status, 200)
    })

    test('without its store every endpoint answers 503 with Retry-After, and recovers', async (context) => {
      const { postgres } = server
      if (postgres === null) return context.skip('the embedded store is part of the process')
      await postgres.interrupt()
      for (const [endpoint, { 200: found, 202: taken }] of Object.entries(ways)) {
        const answer = await (found ?? taken)?.()
        assert(answer !== undefined)
        expectStatus(answer, 503, endpoint)
        assert.match(answer.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/, endpoint)
      }
      await postgres.resume()
      assert.equal((await server.call(`${VERSIONS[0]}/messages/${messageId}`)).status, 200)
    })
  })
}

function expectStatus(answer: Answer<ProblemBody>, status: number, endpoint: string): void {
  assert.equal(answer.status, status, `${endpoint}: ${answer.text}`)
  if (status < 400) return
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.equal(answer.body.status, status)
}
