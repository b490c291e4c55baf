import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Smsc, startSmsc } from '@heliograph/simulator/smsc'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import { waitFor } from '../waitFor.ts'
import { startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { accountOf, carrierOf, Installation } from './heliograph.ts'

// Two servers on one PostgreSQL: each knows what the other accepted, and one finishes what the other cannot.

let postgres: TestPostgres
let smsc: Smsc
let receiver: WebhookReceiver
const nodes: Installation[] = []

before(async () => {
  postgres = await startPostgres()
  smsc = await startSmsc({ host: '127.0.0.1', port: 0, resendMs: 100 })
  receiver = await startReceiver()
  const environment = { DATABASE_URL: await postgres.url('nodes'), HELIOGRAPH_SECRET: 'shared-by-both'.repeat(3) }
  for (let n = 1; n <= 2; n++) {
    const config = {
      webhooks: { allowPrivateNetworks: true },
      accounts: [accountOf('acme')],
      carriers: [carrierOf('smsc', smsc.port)],
      node: { id: `node-${n}` },
    }
    nodes.push(await Installation.create({ config, environment }))
  }
  await Promise.all(nodes.map((node) => node.start()))
})
after(async () => {
  await Promise.all(nodes.map((node) => node.remove()))
  await receiver.close()
  await smsc.close()
  await postgres.stop()
})

test('either node answers for what the other accepted, and an idempotency key counts for both', async () => {
  const [first, second] = both()
  const { requestId } = await first.send({ to: '+4915112345678' })
  await second.untilStatus(requestId, 'DELIVERED')
  const body = { to: '+4915112345679', from: 'Heliograph', message: 'Hello' }
  const headers = { 'idempotency-key': 'both' }
  const answers = await Promise.all(
    [first, second, first, second].map((node) =>
      node.call<{ requestId: string }>('/messaging/v1/sms', { body, headers }),
    ),
  )
  assert.equal(new Set(answers.map((answer) => answer.body.requestId)).size, 1)
  await first.untilStatus(answers[0]?.body.requestId ?? '', 'DELIVERED')
  assert.equal(smsc.handsets.messages('4915112345679').length, 1)
})

test('a key that one node revokes stops working at the other within about a second', async () => {
  const [first, second] = both()
  const { id, key } = (await first.call<{ id: string; key: string }>('/api/v1/keys', { body: {} })).body
  assert.equal((await second.call('/api/v1/messages', { key })).status, 200)
  assert.equal((await first.call(`/api/v1/keys/${id}`, { method: 'DELETE' })).status, 204)
  await waitFor(async () => (await second.call('/api/v1/messages', { key })).status === 403, 3_000)
})

test('what a killed node had accepted the other delivers, with its callbacks, once its lease has lapsed', async () => {
  const [first, second] = both()
  const acknowledged = new Map<string, string>()
  let count = 0
  const sendUntilGone = async () => {
    for (;;) {
      const number = `49151${24_000_000 + ++count}`
      try {
        const { requestId } = await first.send({ to: number, callbackUrl: `${receiver.origin}/dlr` })
        acknowledged.set(requestId, number)
      } catch {
        return // The node is gone, which is what this is about.
      }
    }
  }
  const clients = Promise.all(Array.from({ length: 16 }, sendUntilGone))
  await waitFor(() => acknowledged.size >= 150)
  await first.kill()
  await clients
  for (const [requestId, number] of acknowledged) {
    await second.untilStatus(requestId, 'DELIVERED', 45_000)
    assert(smsc.handsets.messages(number).length >= 1)
  }
  const called = () => new Set(receiver.callsTo('/dlr').map(({ body }) => JSON.parse(body).requestId))
  await waitFor(() => called().size >= acknowledged.size, 45_000)
  const missing = called()
  assert.deepEqual(
    [...acknowledged.keys()].filter((requestId) => !missing.has(requestId)),
    [],
  )
})

function both(): [Installation, Installation] {
  const [first, second] = nodes
  assert(first !== undefined && second !== undefined)
  return [first, second]
}
