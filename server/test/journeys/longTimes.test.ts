import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Smsc, startSmsc } from '@heliograph/simulator/smsc'
import { type Heliograph, startHeliograph } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { JumpingClock } from '../jumpingClock.ts'
import { waitFor } from '../waitFor.ts'
import { startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { accountOf, carrierOf, KEY } from './heliograph.ts'

// What takes hours, days or months, on a clock that jumps. Everything else is real, but in this process.

let folder: string
let smsc: Smsc
let receiver: WebhookReceiver
let heliograph: Heliograph
let taken = false

const clock = new JumpingClock()

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliograph-journey-'))
  smsc = await startSmsc({ host: '127.0.0.1', port: 0, resendMs: 100 })
  receiver = await startReceiver((response, { path }) => {
    if (path === '/late' && !taken) response.statusCode = 500
    response.end()
  })
  const file = join(folder, 'heliograph.yaml')
  const config = {
    http: { port: 0 },
    webhooks: { allowPrivateNetworks: true },
    accounts: [accountOf('acme')],
    carriers: [carrierOf('up', smsc.port), carrierOf('down', 1)],
    routes: [
      { carrier: 'up', gateway: 'DEFAULT' },
      { carrier: 'down', gateway: 'DOWN' },
    ],
  }
  await writeFile(file, JSON.stringify(config))
  const environment = { LOG_LEVEL: 'silent' }
  heliograph = await startHeliograph(loadConfig({ flags: { config: file, data: join(folder, 'data') }, environment }), {
    clock,
  })
})
after(async () => {
  await heliograph.stop()
  await receiver.close()
  await smsc.close()
  await rm(folder, { recursive: true })
})

interface Message {
  readonly requestId: string
  readonly status: string
  readonly errorCode: string | null
  readonly errorReason: string | null
}

async function call(path: string, body?: object): Promise<{ status: number; body: Message }> {
  const response = await fetch(new URL(path, heliograph.url), {
    headers: { apikey: KEY, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

const send = async (sms: object): Promise<string> => {
  const answer = await call('/messaging/v1/sms', { to: '+4915112345678', from: 'Heliograph', message: 'x', ...sms })
  assert.equal(answer.status, 200)
  return answer.body.requestId
}
const read = async (requestId: string) => (await call(`/messaging/v1/messages/${requestId}`)).body
const until = (requestId: string, status: string) => waitLong(async () => (await read(requestId)).status === status)

test('a message no carrier takes within its validity expires, and its sender is told', async () => {
  const requestId = await send({ gateway: 'DOWN', validity: 10, callbackUrl: `${receiver.origin}/expired` })
  clock.jump(9 * MINUTE_MS)
  const other = await send({ gateway: 'DOWN', validity: 10 })
  clock.jump(2 * MINUTE_MS)
  await until(requestId, 'EXPIRED')
  assert.equal((await read(requestId)).errorCode, '0b02')
  assert.equal((await read(other)).status, 'ACCEPTED', 'the younger one still waits')
  await waitLong(() => receiver.callsTo('/expired').length === 1)
})

test('a message whose receipt never comes is given up an hour after its validity', async () => {
  const requestId = await send({ to: '+4915112999100', validity: 10, callbackUrl: `${receiver.origin}/unknown` })
  await until(requestId, 'BUFFERED')
  clock.jump(11 * MINUTE_MS)
  const witness = await send({ gateway: 'DOWN', validity: 1 })
  clock.jump(2 * MINUTE_MS)
  await until(witness, 'EXPIRED')
  assert.equal((await read(requestId)).status, 'BUFFERED', 'a carrier may report late')
  clock.jump(60 * MINUTE_MS)
  await until(requestId, 'EXPIRED')
  const { errorCode, errorReason } = await read(requestId)
  assert.deepEqual([errorCode, errorReason], [null, 'no receipt came within the validity'])
  await waitLong(() => receiver.callsTo('/unknown').length === 1)
})

test('a message is sent at its time, months from now', async () => {
  const at = new Date(clock.now() + 60 * DAY_MS).toISOString()
  const requestId = await send({ sendDateTime: at })
  await until(await send({}), 'DELIVERED')
  assert.equal((await read(requestId)).status, 'ACCEPTED')
  clock.jump(60 * DAY_MS + MINUTE_MS)
  await until(requestId, 'DELIVERED')
})

test('a callback is tried for a day and then given up', async () => {
  const first = await send({ callbackUrl: `${receiver.origin}/late?first` })
  await waitLong(() => receiver.callsTo('/late').length === 1)
  clock.jump(23 * 60 * MINUTE_MS)
  await waitLong(() => receiver.callsTo('/late').length === 2)
  taken = true
  clock.jump(50 * MINUTE_MS)
  await waitLong(() => receiver.callsTo('/late').length === 3)
  assert.equal(new Set(receiver.callsTo('/late').map(({ id }) => id)).size, 1)
  taken = false
  const second = await send({ callbackUrl: `${receiver.origin}/late?second` })
  await waitLong(() => receiver.callsTo('/late').length === 4)
  clock.jump(25 * 60 * MINUTE_MS)
  const callbackOf = async (requestId: string): Promise<string> => {
    const response = await fetch(`${heliograph.url}/api/v1/messages/${requestId}`, { headers: { apikey: KEY } })
    const { callbacks } = JSON.parse(await response.text())
    return callbacks[0].status
  }
  await waitLong(async () => (await callbackOf(second)) === 'failed')
  assert.equal(await callbackOf(first), 'delivered')
})

test('a status is kept three months after the final state and then purged', async () => {
  const requestId = await send({})
  await until(requestId, 'DELIVERED')
  clock.jump(80 * DAY_MS)
  const witness = await send({})
  await until(witness, 'DELIVERED')
  assert.equal((await read(requestId)).status, 'DELIVERED')
  clock.jump(11 * DAY_MS)
  await waitLong(async () => (await call(`/messaging/v1/messages/${requestId}`)).status === 404)
  assert.equal((await read(witness)).status, 'DELIVERED')
})

/** After a jump a node must not send before its next heartbeat, up to 5 s later. */
const waitLong = (condition: () => boolean | Promise<boolean>) => waitFor(condition, 30_000)

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
