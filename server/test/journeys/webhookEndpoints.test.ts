import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { waitFor } from '../waitFor.ts'
import { type ReceivedCall, startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { accountOf } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// An account's own endpoints, from their creation to a replay, and what nobody else may do with them.

const ENDPOINTS = '/api/v1/webhooks/endpoints'
const DELIVERIES = '/api/v1/webhooks/deliveries'
const REPLAY = '/api/v1/webhooks/replay'

interface Endpoint {
  readonly id: string
  readonly secret: string
  readonly numbers: readonly string[]
}

interface Delivery {
  readonly id: string
  readonly event: string
  readonly status: string
  readonly attempts: number
  readonly endpoint: string | null
}

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`webhook endpoints on ${engine}`, () => {
    let server: InProcess
    let receiver: WebhookReceiver
    let broken = true

    before(async () => {
      receiver = await startReceiver((response, { path }) => {
        response.statusCode = path === '/broken' && broken ? 410 : 200
        response.end('noted')
      })
      server = await startInProcess(engine, {
        webhooks: { allowPrivateNetworks: true },
        accounts: [
          accountOf('acme', { numbers: [{ number: '+4930123456' }], senders: ['Acme', '+4930123456'] }),
          accountOf('rival'),
        ],
        simulator: true,
      })
      await waitFor(async () => (await server.call('/readyz')).status === 200)
    })
    after(async () => {
      await server.stop()
      await receiver.close()
    })

    const create = async (path: string, more: object = {}) => {
      const { status, body } = await server.call<Endpoint>(ENDPOINTS, {
        body: { url: `${receiver.origin}${path}`, ...more },
      })
      assert.equal(status, 201, JSON.stringify(body))
      return body
    }
    const send = async (from = 'Acme') => {
      const sms = { to: '+4915112345678', from, message: 'Hello' }
      return (await server.call<{ requestId: string }>('/messaging/v1/sms', { body: sms })).body.requestId
    }
    const list = async (query: string) =>
      (await server.call<{ deliveries: Delivery[] }>(`${DELIVERIES}?${query}`)).body.deliveries

    test('a final message and an inbound one are told to whoever wants them, signed', async () => {
      const all = await create('/all')
      const number = await create('/number', {
        numbers: ['004930123456'],
        events: ['message.status', 'message.inbound'],
      })
      assert.deepEqual(number.numbers, ['+4930123456'])
      const requestId = await send()
      await waitFor(() => receiver.callsTo('/all').length === 1)
      const [call] = receiver.callsTo('/all')
      assert.ok(call !== undefined)
      const status = await server.call<object>(`/messaging/v1/messages/${requestId}`)
      assert.deepEqual(JSON.parse(call.body), status.body)
      assert.equal(call.headers['webhook-signature'], signature(all.secret, call))
      await send('+4930123456')
      await waitFor(() => receiver.callsTo('/number').length === 1)
      await server.call('/sim/v1/inbound', { body: { from: '+4915112345678', to: '+4930123456', text: 'Hi there' } })
      await waitFor(() => receiver.callsTo('/number').length === 2 && receiver.callsTo('/all').length === 3)
      const told = receiver.callsTo('/number')[1]
      assert.equal(told?.headers['webhook-event'], 'message.inbound')
      const { message, to, contentList } = JSON.parse(told?.body ?? '')
      assert.deepEqual([message, to, contentList.length], ['Hi there', '+4930123456', 1])
      for (const { id } of [all, number]) {
        assert.equal((await server.call(`${ENDPOINTS}/${id}`, { method: 'DELETE' })).status, 204)
      }
    })

    test('an endpoint that is gone is disabled and keeps what is for it until it is enabled', async () => {
      const { id } = await create('/broken', { events: ['message.status'] })
      await send()
      const read = async () =>
        (await server.call<{ enabled: boolean; disabledReason: string | null }>(`${ENDPOINTS}/${id}`)).body
      await waitFor(async () => !(await read()).enabled)
      assert.equal((await read()).disabledReason, 'answered 410')
      await send()
      await waitFor(async () => (await list(`endpoint=${id}&status=pending`)).length === 2)
      broken = false
      const enabled = await server.call<{ enabled: boolean; disabledReason: null }>(`${ENDPOINTS}/${id}`, {
        method: 'PATCH',
        body: { enabled: true },
      })
      assert.deepEqual([enabled.body.enabled, enabled.body.disabledReason], [true, null])
      await waitFor(async () => (await list(`endpoint=${id}&status=delivered`)).length === 2, 20_000)
      await server.call(`${ENDPOINTS}/${id}`, { method: 'DELETE' })
    })

    test('deliveries are read with their attempts and made again', async () => {
      const { id } = await create('/again', { events: ['message.status'] })
      await send()
      await waitFor(async () => (await list(`endpoint=${id}&status=delivered`)).length === 1)
      const [delivery] = await list(`endpoint=${id}`)
      assert.ok(delivery !== undefined)
      assert.equal((await server.call(`${DELIVERIES}/${delivery.id}/replay`, { method: 'POST' })).status, 202)
      await waitFor(() => receiver.callsTo('/again').length === 2)
      const since = new Date(Date.now() - 60_000).toISOString()
      await waitFor(async () => (await list(`endpoint=${id}&status=delivered`)).length === 1)
      const replayed = await server.call<{ replayed: number }>(REPLAY, { body: { endpoint: id, since } })
      assert.deepEqual([replayed.status, replayed.body.replayed], [202, 1])
      await waitFor(() => receiver.callsTo('/again').length === 3)
      assert.deepEqual(
        receiver.callsTo('/again').map((call) => [call.id, call.attempt]),
        [1, 2, 3].map((attempt) => [delivery.id, attempt]),
      )
      await waitFor(async () => (await list(`endpoint=${id}&status=delivered`)).length === 1)
      const details = await server.call<{ attemptList: { status: number; responseStart: string }[] }>(
        `${DELIVERIES}/${delivery.id}`,
      )
      assert.deepEqual(
        details.body.attemptList.map(({ status, responseStart }) => [status, responseStart]),
        [1, 2, 3].map(() => [200, 'noted']),
      )
      await server.call(`${ENDPOINTS}/${id}`, { method: 'DELETE' })
    })

    test('a second account finds nothing of it, on any route', async () => {
      const { id } = await create('/private', { events: ['message.status'] })
      await send()
      await waitFor(async () => (await list(`endpoint=${id}&status=delivered`)).length === 1)
      const [delivery] = await list(`endpoint=${id}`)
      const routes: readonly (readonly [string, string, object?])[] = [
        ['GET', `${ENDPOINTS}/${id}`],
        ['PATCH', `${ENDPOINTS}/${id}`, { enabled: false }],
        ['DELETE', `${ENDPOINTS}/${id}`],
        ['POST', `${ENDPOINTS}/${id}/rotate-secret`, {}],
        ['GET', `${DELIVERIES}?endpoint=${id}`],
        ['GET', `${DELIVERIES}/${delivery?.id}`],
        ['POST', `${DELIVERIES}/${delivery?.id}/replay`],
        ['POST', REPLAY, { endpoint: id }],
        ['POST', REPLAY, { endpoint: id, since: '2026-01-01T00:00:00Z' }],
      ]
      for (const [method, path, body] of routes) {
        const answer = await server.call(path, { method, key: 'key-of-rival', ...(body === undefined ? {} : { body }) })
        assert.equal(answer.status, 404, `${method} ${path}: ${answer.text}`)
        assert.doesNotMatch(answer.text, /private/)
      }
      const theirs = await server.call(ENDPOINTS, { key: 'key-of-rival' })
      assert.equal(theirs.text, '{"endpoints":[]}')
      const deliveries = await server.call(DELIVERIES, { key: 'key-of-rival' })
      assert.equal(deliveries.text, '{"deliveries":[],"next":null}')
      const url = `${receiver.origin}/private`
      const since = '2026-01-01T00:00:00Z'
      const replay = await server.call<{ replayed: number }>(REPLAY, { key: 'key-of-rival', body: { url, since } })
      assert.equal(replay.body.replayed, 0)
      assert.equal((await server.call<Endpoint>(`${ENDPOINTS}/${id}`)).status, 200)
      await server.call(`${ENDPOINTS}/${id}`, { method: 'DELETE' })
    })

    test('what is wrong with a request is said by field, whatever it is', async () => {
      const { id } = await create('/fine', { enabled: false, events: ['nothing.ever'] })
      const url = `${receiver.origin}/x`
      const header = (name: string, value = 'x') => ({ url, header: { name, value } })
      const refused: readonly (readonly [string, string, unknown, string])[] = [
        ['POST', ENDPOINTS, {}, 'url'],
        ['POST', ENDPOINTS, { url: 'x' }, 'url'],
        ['POST', ENDPOINTS, { url: 'http://user:password@acme.example/' }, 'url'],
        ['POST', ENDPOINTS, { url: `http://acme.example/${'x'.repeat(3_000)}` }, 'url'],
        ['POST', ENDPOINTS, { url: 'http://acme.example/\u0000' }, 'url'],
        ['POST', ENDPOINTS, { url, method: 'PUT' }, 'method'],
        ['POST', ENDPOINTS, { url, events: ['x'] }, 'events.0'],
        ['POST', ENDPOINTS, { url, events: Array.from({ length: 101 }, () => 'a.b') }, 'events'],
        ['POST', ENDPOINTS, { url, channels: ['SMS\u0000'] }, 'channels.0'],
        ['POST', ENDPOINTS, { url, numbers: ['\u0000'] }, 'numbers'],
        ['POST', ENDPOINTS, { url, numbers: ['\ud800'] }, 'numbers'],
        ['POST', ENDPOINTS, { url, numbers: [''] }, 'numbers.0'],
        ['POST', ENDPOINTS, { url, ordered: 'perhaps' }, 'ordered'],
        ['POST', ENDPOINTS, { url, secret: 'short' }, 'secret'],
        ['POST', ENDPOINTS, { url, secret: 'whsec_no' }, 'secret'],
        ['POST', ENDPOINTS, { url, secret: 'with a blank' }, 'secret'],
        ['POST', ENDPOINTS, { url, signatureMethod: 'none' }, 'signatureMethod'],
        ['POST', ENDPOINTS, header('bad name'), 'header.name'],
        ['POST', ENDPOINTS, header('x', 'a\r\nb: c'), 'header.value'],
        ['POST', ENDPOINTS, header('x', 'ü'), 'header.value'],
        ...['Host', 'content-length', 'Webhook-Id', 'x-signature', 'Transfer-Encoding', 'connection'].map(
          (name) => ['POST', ENDPOINTS, header(name), 'header.name'] as const,
        ),
        ['PATCH', `${ENDPOINTS}/${id}`, { url: 'file:///etc/passwd' }, 'url'],
        ['PATCH', `${ENDPOINTS}/${id}`, { numbers: ['a\u0000'] }, 'numbers'],
        ['PATCH', `${ENDPOINTS}/${id}`, { header: { name: 'webhook-x', value: 'x' } }, 'header.name'],
        ['POST', `${ENDPOINTS}/${id}/rotate-secret`, { overlapSeconds: 604_801 }, 'overlapSeconds'],
        ['POST', `${ENDPOINTS}/${id}/rotate-secret`, { secret: 'x' }, 'secret'],
        ['POST', REPLAY, {}, 'endpoint'],
        ['POST', REPLAY, { endpoint: id, url }, 'endpoint'],
        ['POST', REPLAY, { endpoint: id, since: 'yesterday' }, 'since'],
        ['POST', REPLAY, { endpoint: id, cursor: 'x' }, 'cursor'],
        ['POST', REPLAY, { url: 'a\u0000' }, 'url'],
        ['GET', `${DELIVERIES}?status=lost`, undefined, 'status'],
        ['GET', `${DELIVERIES}?limit=501`, undefined, 'limit'],
        ['GET', `${DELIVERIES}?since=x`, undefined, 'since'],
        ['GET', `${DELIVERIES}?event=%00`, undefined, 'event'],
        ['GET', `${DELIVERIES}?cursor=e30`, undefined, 'cursor'],
      ]
      for (const [method, path, body, field] of refused) {
        const answer = await server.call(path, {
          method,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        assert.equal(answer.status, 400, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`)
        assert.deepEqual(
          answer.body.violations?.map((one) => one.field),
          [field],
          answer.text,
        )
      }
      for (const unknown of ['%00', '%ED%A0%80', 'x'.repeat(256), '..%2f', id.toUpperCase()]) {
        for (const path of [
          `${ENDPOINTS}/${unknown}`,
          `${DELIVERIES}/${unknown}`,
          `${DELIVERIES}?endpoint=${unknown}`,
        ]) {
          const { status } = await server.call(path)
          assert.ok(status === 404 || status === 400, `${path}: ${status}`)
        }
      }
      await server.call(`${ENDPOINTS}/${id}`, { method: 'DELETE' })
    })
  })
}

test('an endpoint’s URL may not lead into a private network, when it is made or changed', async (context) => {
  const server = await startInProcess('sqlite', { accounts: [accountOf('acme')], simulator: true })
  context.after(() => server.stop())
  const { body } = await server.call<Endpoint>(ENDPOINTS, { body: { url: 'https://acme.example/', enabled: false } })
  const hosts = [
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f.1',
    '10.1.2.3',
    '169.254.169.254',
    '[::1]',
    '[::ffff:10.0.0.1]',
  ]
  for (const host of hosts) {
    for (const [method, path] of [['POST', ENDPOINTS] as const, ['PATCH', `${ENDPOINTS}/${body.id}`] as const]) {
      const answer = await server.call(path, { method, body: { url: `http://${host}/` } })
      assert.equal(answer.status, 400, `${method} ${host}`)
      assert.deepEqual(
        answer.body.violations?.map(({ field }) => field),
        ['url'],
      )
    }
  }
})

function signature(secret: string, { id, headers, body }: ReceivedCall): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signed = `${id}.${headers['webhook-timestamp']}.${body}`
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}
