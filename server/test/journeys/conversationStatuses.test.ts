import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { flowsMax } from '../../src/callbacks/flows.ts'
import type { Answer, CallOptions, ProblemBody } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// Every status that /openapi.json documents for the Conversations API is reached, on both stores.

const NUMBER = '+4930123456'
const WHATSAPP = '+442079460000'
const CONFIG = {
  http: { bodyBytesMax: 2_000 },
  accounts: [
    {
      id: 'acme',
      apiKeys: [{ key: 'key-of-acme', scopes: ['chat'] }],
      senders: ['Acme'],
      numbers: [{ number: NUMBER }],
    },
    { id: 'full', apiKeys: [{ key: 'key-of-full', scopes: ['chat'] }], numbers: [{ number: '+4930123457' }] },
    { id: 'slow', apiKeys: [{ key: 'key-of-slow', scopes: ['chat'] }], limits: { requestsPerSecond: 0.01 } },
    { id: 'texts', apiKeys: [{ key: 'key-of-texts', scopes: ['messages'] }] },
  ],
  simulator: true,
}
const V3 = '/conversations/v3'
const CHANNELS = `${V3}/configurations/channels`
const WEBHOOKS = `${V3}/power-automate/webhooks`
const APPLICATIONS = '/chat-api/v2/applications'
const CONNECTOR = `${APPLICATIONS}/ms-connector/inbound-message-callback`
const UNKNOWN = '01a200be-a3aa-76f3-adb0-c1d6fffe9b66'
const FLOW = { inboundMessageUrl: 'https://flow.example/start' }
const OLD_FLOW = { callbackUrl: 'https://flow.example/start' }
const MESSAGE = { to: '+4915112345678', from: 'Acme', channel: 'sms', content: { text: 'Hello' } }
const { content: _, ...ENVELOPE } = MESSAGE

type Way = () => Promise<Answer<ProblemBody>>

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`every status of the Conversations API on ${engine}`, () => {
    let server: InProcess
    let messageId: string

    before(async () => {
      server = await startInProcess(engine, CONFIG)
      const sent = await server.call<{ messageId: string }>(`${V3}/messages`, { body: MESSAGE })
      messageId = sent.body.messageId
      await server.call(`${V3}/messages`, {
        body: { ...MESSAGE, to: '+4915112345679' },
        headers: { 'idempotency-key': 'of another request' },
      })
      // Uses up what the account may ask for in its first 100 seconds.
      await server.call(`${V3}/configurations`, { key: 'key-of-slow' })
      await fillFlows()
    })
    after(() => server.stop())

    /** As many as there may be: the refusal of one more is documented, too. */
    const fillFlows = async () => {
      const subscribeOne = (index: number) => {
        const body = { callbackUrl: `https://flow.example/${index}` }
        return server.call(CONNECTOR, { method: 'PATCH', body, key: 'key-of-full' })
      }
      for (let made = 0; made < flowsMax; made += FLOWS_AT_ONCE) {
        await Promise.all(Array.from({ length: FLOWS_AT_ONCE }, (_, index) => subscribeOne(made + index)))
      }
    }
    const subscribed = async (): Promise<string> =>
      new URL((await server.call(CONNECTOR, { method: 'PATCH', body: OLD_FLOW })).headers.get('location') ?? '')
        .pathname

    const call =
      (path: string | (() => string | Promise<string>), options: CallOptions = {}): Way =>
      async () =>
        server.call(typeof path === 'string' ? path : await path(), options)

    /** How an endpoint is refused for who calls. */
    const keyed = (path: string, options: CallOptions = {}): Record<number, Way> => ({
      401: call(path, { ...options, key: null }),
      403: call(path, { ...options, key: 'key-of-texts' }),
      429: call(path, { ...options, key: 'key-of-slow' }),
    })
    const writing = (method: string, path: string, { status, body }: { status: number; body: object }) => ({
      ...keyed(path, { method, body }),
      [status]: call(path, { method, body }),
      400: call(path, { method, body: '[]' }),
      413: call(path, { method, body: 'x'.repeat(3_000) }),
      415: call(path, { method, body: 'x', headers: { 'content-type': 'text/plain' } }),
    })
    const sending = (path: string, body: object) => ({
      ...writing('POST', path, { status: 202, body }),
      409: call(path, { body, headers: { 'idempotency-key': 'of another request' } }),
    })
    const listing = (path: string): Record<number, Way> => ({
      ...keyed(path),
      200: call(path),
      400: call(`${path}?page=0`),
    })
    const numbered = (channel: string, own: string): Record<string, Record<number, Way>> => {
      const path = (number: string) => `${CHANNELS}/${channel}/phone-numbers/${number}`
      const callback = { messageStatusUrl: 'https://a.example/' }
      const foreign = `${path('+4930999999')}/callbacks`
      return {
        [`get ${path('{phoneNumber}')}`]: {
          ...keyed(path(own)),
          200: call(path(own)),
          404: call(path('+4930999999')),
        },
        [`put ${path('{phoneNumber}')}/callbacks`]: {
          ...writing('PUT', `${path(own)}/callbacks`, { status: 200, body: callback }),
          404: call(foreign, { method: 'PUT', body: callback }),
        },
      }
    }
    const triggered = (channel: string, own: string): Record<string, Record<number, Way>> => {
      const path = (number: string) => `${WEBHOOKS}/channels/${channel}/phone-numbers/${number}`
      const full = channel === 'sms' ? '+4930123457' : own
      return Object.fromEntries(
        ['POST', 'PUT'].map((method) => [
          `${method.toLowerCase()} ${path('{phoneNumber}')}`,
          {
            ...writing(method, path(own), { status: 201, body: FLOW }),
            404: call(path('+4930999999'), { method, body: FLOW }),
            409: call(path(full), { method, body: FLOW, key: 'key-of-full' }),
          },
        ]),
      )
    }
    const reading = (more: string): Record<number, Way> => ({
      ...keyed(`${V3}/messages/${UNKNOWN}${more}`),
      200: call(() => `${V3}/messages/${messageId}${more}`),
      404: call(`${V3}/messages/${UNKNOWN}${more}`),
    })
    const text = (channel: string) => `${V3}/power-automate/messages/${channel}/text`
    const credentials = `${V3}/configurations/mediaCredentials`

    /** 503 is reached for all of them at once, in the last test. */
    const ways: Record<string, Record<number, Way>> = {
      [`post ${V3}/messages`]: sending(`${V3}/messages`, MESSAGE),
      [`post ${text('sms')}`]: sending(text('sms'), MESSAGE),
      [`post ${text('whatsapp')}`]: sending(text('whatsapp'), { ...MESSAGE, channel: 'whatsapp', from: WHATSAPP }),
      [`post ${V3}/bulks`]: sending(`${V3}/bulks`, { ...ENVELOPE, messages: [MESSAGE.content, MESSAGE.content] }),
      [`get ${V3}/messages/{messageId}/status`]: reading('/status'),
      [`get ${V3}/messages/{messageId}/events`]: reading('/events'),
      [`get ${V3}/configurations`]: { ...keyed(`${V3}/configurations`), 200: call(`${V3}/configurations`) },
      [`put ${V3}/configurations/callbacks`]: writing('PUT', `${V3}/configurations/callbacks`, {
        status: 200,
        body: { messageStatusUrl: 'https://a.example/' },
      }),
      [`put ${credentials}`]: writing('PUT', credentials, {
        status: 200,
        body: { basic: { username: 'files', password: 'secret' } },
      }),
      [`delete ${credentials}`]: {
        ...keyed(credentials, { method: 'DELETE' }),
        200: call(credentials, { method: 'DELETE' }),
      },
      [`get ${CHANNELS}`]: listing(CHANNELS),
      [`get ${CHANNELS}/sms`]: listing(`${CHANNELS}/sms`),
      [`get ${CHANNELS}/whatsapp`]: listing(`${CHANNELS}/whatsapp`),
      ...numbered('sms', NUMBER),
      ...numbered('whatsapp', WHATSAPP),
      ...triggered('sms', NUMBER),
      ...triggered('whatsapp', WHATSAPP),
      [`delete ${WEBHOOKS}/{id}`]: {
        ...keyed(`${WEBHOOKS}/${UNKNOWN}`, { method: 'DELETE' }),
        204: call(subscribed, { method: 'DELETE' }),
        404: call(`${WEBHOOKS}/${UNKNOWN}`, { method: 'DELETE' }),
      },
      [`patch ${CONNECTOR}`]: {
        ...writing('PATCH', CONNECTOR, { status: 201, body: OLD_FLOW }),
        409: call(CONNECTOR, { method: 'PATCH', body: OLD_FLOW, key: 'key-of-full' }),
      },
      [`get ${APPLICATIONS}`]: { ...keyed(APPLICATIONS), 200: call(APPLICATIONS) },
      [`get ${APPLICATIONS}/default`]: { ...keyed(`${APPLICATIONS}/default`), 200: call(`${APPLICATIONS}/default`) },
      [`patch ${APPLICATIONS}/default`]: writing('PATCH', `${APPLICATIONS}/default`, {
        status: 204,
        body: { webhooks: [{ events: [], callbackUrl: 'https://a.example/' }] },
      }),
    }

    test('the table has every endpoint and every status that is documented, and no other', async () => {
      const { body } = await server.call<{ paths: Record<string, Record<string, { responses: object }>> }>(
        '/openapi.json',
      )
      const documented = Object.entries(body.paths).flatMap(([path, operations]) =>
        Object.entries(operations)
          .filter(() => /^\/(conversations\/v3\/(?!media)|chat-api\/v2\/applications)/.test(path))
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

    test('a sender that is not the account’s is a 403', async () => {
      const content = { contentType: 'text', text: 'Hello' }
      for (const body of [
        { ...MESSAGE, from: 'Other' },
        { ...MESSAGE, channel: 'whatsapp', from: '+4930901820', content },
      ]) {
        const answer = await server.call(`${V3}/messages`, { body })
        expectStatus(answer, 403, body.channel)
        assert.match(answer.body.detail ?? '', /^from: /)
      }
    })

    test('without its store every endpoint answers 503 with Retry-After, and recovers', async (context) => {
      const { postgres } = server
      if (postgres === null) return context.skip('the embedded store is part of the process')
      const subscription = await subscribed()
      await postgres.interrupt()
      for (const [endpoint, statuses] of Object.entries(ways)) {
        const path = endpoint === `delete ${WEBHOOKS}/{id}`
        const good = Object.entries(statuses).find(([status]) => Number(status) < 300)?.[1]
        const answer = path ? await server.call(subscription, { method: 'DELETE' }) : await good?.()
        assert(answer !== undefined)
        expectStatus(answer, 503, endpoint)
        assert.match(answer.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/, endpoint)
      }
      await postgres.resume()
      assert.equal((await server.call(`${V3}/configurations`)).status, 200)
    })
  })
}

const FLOWS_AT_ONCE = 100

function expectStatus(answer: Answer<ProblemBody>, status: number, endpoint: string): void {
  assert.equal(answer.status, status, `${endpoint}: ${answer.text}`)
  if (status < 400) return
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.equal(answer.body.status, status)
}
