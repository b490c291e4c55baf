import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { after, before, test } from 'node:test'
import { waitFor } from '../waitFor.ts'
import { startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { accountOf, Installation } from './heliograph.ts'

// Callbacks reach whoever can be reached, whatever the other endpoints do.

let heliograph: Installation
let receiver: WebhookReceiver
/** Takes connections and never says a word. */
let hanging: Server
let failures = 0

before(async () => {
  hanging = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(hanging, 'listening')
  receiver = await startReceiver((response, { path, attempt }) => {
    if (path === '/gone') response.statusCode = 410
    if (path === '/moved') {
      response.statusCode = 302
      response.setHeader('location', `${receiver.origin}/elsewhere`)
    }
    if (path === '/flaky' && attempt < 2) {
      failures++
      response.statusCode = 500
    }
    response.end()
  })
  heliograph = await Installation.create({
    config: {
      webhooks: { allowPrivateNetworks: true },
      accounts: [accountOf('acme')],
      simulator: true,
    },
  })
  await heliograph.start()
})
after(async () => {
  await heliograph.remove()
  hanging.close()
  await receiver.close()
})

interface Explained {
  readonly callbacks: readonly {
    readonly id: string
    readonly status: string
    readonly attempts: readonly unknown[]
  }[]
}

const send = (callbackUrl: string) => heliograph.send({ to: '+4915112345678', callbackUrl })
const callbacksOf = async (requestId: string) =>
  (await heliograph.call<Explained>(`/api/v1/messages/${requestId}`)).body.callbacks

test('a failed call is repeated with the same id until it is taken, across a restart too', async () => {
  const { requestId } = await send(`${receiver.origin}/flaky`)
  await waitFor(() => failures === 1)
  await waitFor(async () => (await callbacksOf(requestId))[0]?.attempts.length === 1)
  await heliograph.kill()
  await heliograph.start()
  await waitFor(() => receiver.callsTo('/flaky').length >= 2, 30_000)
  const calls = receiver.callsTo('/flaky')
  assert.equal(new Set(calls.map(({ id }) => id)).size, 1)
  assert.deepEqual(
    calls.map(({ attempt }) => attempt),
    [1, 2],
  )
  assert.equal(new Set(calls.map(({ body }) => body)).size, 1)
  await waitFor(async () => (await callbacksOf(requestId))[0]?.status === 'delivered')
  assert.equal((await callbacksOf(requestId))[0]?.id, calls[0]?.id)
})

test('a dead and a hanging endpoint with hundreds of callbacks do not hold up a third', async () => {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const dead = `http://127.0.0.1:${portOf(free)}/dead`
  free.close()
  await once(free, 'close')
  const hung = `http://127.0.0.1:${portOf(hanging)}/hung`
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 30 }, (_, index) => send(index % 2 === 0 ? dead : hung)))
  }
  const sentAt = Date.now()
  const sent = await Promise.all(Array.from({ length: 20 }, (_, index) => send(`${receiver.origin}/well?n=${index}`)))
  for (const { requestId } of sent) await heliograph.untilStatus(requestId, 'DELIVERED')
  await waitFor(() => receiver.callsTo('/well').length === 20)
  // A call to the hanging one takes 15 s to be given up: nobody waited behind it.
  assert(Date.now() - sentAt < 10_000)
})

test('410 ends a delivery and a redirect is not followed', async () => {
  const gone = await send(`${receiver.origin}/gone`)
  const moved = await send(`${receiver.origin}/moved`)
  await waitFor(async () => (await callbacksOf(gone.requestId))[0]?.status === 'failed')
  await waitFor(async () => (await callbacksOf(moved.requestId))[0]?.attempts.length === 1)
  assert.equal((await callbacksOf(moved.requestId))[0]?.status, 'pending')
  assert.equal(receiver.callsTo('/elsewhere').length, 0)
  assert.equal(receiver.callsTo('/gone').length, 1)
})

test('a URL to a private network is refused unless the operator allows it, in every notation', async (context) => {
  const guarded = await Installation.create({ config: { accounts: [accountOf('acme')], simulator: true } })
  context.after(() => guarded.remove())
  await guarded.start()
  const urls = [
    'http://127.0.0.1/',
    'http://localhost:8080/x',
    'http://LOCALHOST./',
    'http://sub.localhost/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://0.0.0.0/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'http://user:password@example.com/',
    '//example.com/',
    'example.com',
  ]
  for (const callbackUrl of urls) {
    const body = { to: '+4915112345678', from: 'Heliograph', message: 'x', callbackUrl }
    const answer = await guarded.call('/messaging/v1/sms', { body })
    assert.equal(answer.status, 400, callbackUrl)
    assert.deepEqual(
      answer.body.violations?.map(({ field }) => field),
      ['callbackUrl'],
      callbackUrl,
    )
  }
})

function portOf(server: Server): number {
  const address = server.address()
  assert(typeof address === 'object' && address !== null)
  return address.port
}
