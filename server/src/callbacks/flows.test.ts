import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { afterEach, test } from 'node:test'
import { type CallbackBench, sampleInbound, sampleSms, startCallbackBench } from '../../test/callbackBench.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { createTestSealer } from '../../test/testSealer.ts'
import { waitFor } from '../../test/waitFor.ts'
import { type ReceivedCall, startReceiver, type WebhookReceiver } from '../../test/webhookReceiver.ts'
import type { Database } from '../db/database.ts'
import { listEndpoints, readEndpoint } from '../webhooks/endpointRows.ts'
import { changeEndpoint, deleteEndpoint, rotateSecret } from '../webhooks/manageEndpoints.ts'
import { replayDelivery } from '../webhooks/replayDeliveries.ts'
import { flowsMax, type NewFlow } from './flows.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function receive(answer?: (response: ServerResponse, call: ReceivedCall) => void): Promise<WebhookReceiver> {
  const receiver = await startReceiver(answer)
  stops.push(() => receiver.close())
  return receiver
}

async function start(db: Database, nodeId = 'node-1'): Promise<CallbackBench> {
  const bench = await startCallbackBench(db, { nodeId })
  stops.push(() => bench.stop())
  return bench
}

async function subscribe(bench: CallbackBench, url: string, over: Partial<NewFlow> = {}): Promise<string> {
  const flow = { accountId: 'acme', channel: 'sms', number: '+49301234567', url, ...over } as const
  return (await bench.flows.subscribe(flow))?.id ?? assert.fail('too many flows')
}

const pathsOf = ({ calls }: WebhookReceiver) => calls.map(({ path }) => path)
const liveFlows = async (db: Database) => {
  const rows = await db.read<{ url: string }>(
    "select url from webhook_endpoints where format = 'power automate' and deleted_at is null order by id",
  )
  return rows.map(({ url }) => new URL(url).pathname)
}

onEveryStore('flows', (open) => {
  test('every flow of the number starts with the message, those of others do not', async () => {
    const receiver = await receive()
    const bench = await start(await open())
    await subscribe(bench, `${receiver.origin}/one?sig=s1`)
    await subscribe(bench, `${receiver.origin}/two`, { number: '49301234567' })
    await subscribe(bench, `${receiver.origin}/all`, { channel: null, number: null })
    await subscribe(bench, `${receiver.origin}/whatsapp`, { channel: 'whatsapp' })
    await subscribe(bench, `${receiver.origin}/other`, { number: '+49309' })
    await subscribe(bench, `${receiver.origin}/rival`, { accountId: 'rival' })
    await bench.receiveSms(sampleSms())
    await waitFor(() => receiver.calls.length === 3)
    assert.deepEqual(pathsOf(receiver).toSorted(), ['/all', '/one', '/two'])
    const [call] = receiver.callsTo('/one')
    assert.equal(call?.query.get('sig'), 's1')
    const { messageId, channel, from, to, receivedAt, content, event, timestamp, text, file } = JSON.parse(
      call?.body ?? '',
    )
    assert.deepEqual([channel, from, to, event], ['sms', '4915201234567', '49301234567', 'MoMessage'])
    assert.deepEqual([messageId, text, file], [sampleSms().message.id, 'Hi <...>', ''])
    assert.deepEqual(content, { contentType: 'text', text: 'Hi <...>', file: '' })
    assert.deepEqual([receivedAt, timestamp], ['2026-01-11T08:30:05Z', '2026-01-11T08:30:05Z'])
    await bench.happen({ kind: 'inbound', inbound: sampleInbound() })
    await waitFor(() => receiver.calls.length === 5)
    assert.deepEqual(pathsOf(receiver).slice(3).toSorted(), ['/all', '/whatsapp'])
  })

  test('whoever subscribes the same again gets the flow that is there, and a message starts it once', async () => {
    const receiver = await receive()
    const db = await open()
    const bench = await start(db)
    const url = `${receiver.origin}/one`
    const ids = await Promise.all([1, 2, 3].map(() => subscribe(bench, url)))
    const again = await subscribe(bench, url, { number: '49301234567' })
    assert.equal(new Set([...ids, again]).size, 1)
    const others = [{ accountId: 'rival' }, { channel: null }, { channel: 'whatsapp' }, { number: null }] as const
    for (const other of others) assert.notEqual(await subscribe(bench, url, other), again)
    assert.deepEqual(await liveFlows(db), Array(5).fill('/one'))
    for (const other of others.slice(1)) await bench.flows.unsubscribe('acme', await subscribe(bench, url, other))
    await bench.receiveSms(sampleSms())
    await subscribe(bench, `${receiver.origin}/last`)
    await bench.receiveSms(sampleSms())
    await waitFor(() => receiver.callsTo('/last').length === 1)
    await waitFor(() => receiver.callsTo('/one').length === 2)
    assert.equal(receiver.calls.length, 3)
    await bench.flows.unsubscribe('acme', again)
    assert.notEqual(await subscribe(bench, url), again)
  })

  for (const status of [404, 410]) {
    test(`a flow that answers ${status} is gone with it, and the other one of the number goes on`, async () => {
      const receiver = await receive((response, { path }) => {
        response.statusCode = path === '/gone' ? status : 202
        response.end()
      })
      const db = await open()
      const bench = await start(db)
      await subscribe(bench, `${receiver.origin}/gone`)
      await subscribe(bench, `${receiver.origin}/stays`)
      await bench.receiveSms(sampleSms())
      await waitFor(async () => (await liveFlows(db)).join() === '/stays')
      await bench.receiveSms(sampleSms({ id: '77185196-664a-43ec-b14a-fe97036c6001' }))
      await bench.pass(() => bench.countOf("status = 'failed'").then((count) => count === 1))
      await waitFor(() => receiver.callsTo('/stays').length === 2)
      assert.equal(receiver.callsTo('/gone').length, 1)
      assert.equal(await bench.countOf("status = 'failed' and last_error = 'the endpoint was deleted'"), 1)
    })
  }

  test('a URL of the settings is called again after a 404', async () => {
    const receiver = await receive((response) => {
      response.statusCode = 404
      response.end()
    })
    const bench = await start(await open())
    await bench.callbacks.write('acme', { kind: 'account' }, { inboundMessageUrl: `${receiver.origin}/in` })
    await bench.receiveSms(sampleSms())
    await bench.pass(() => receiver.calls.length === 3)
  })

  test('a flow that is away is tried again, and what it got can be sent once more', async () => {
    let failures = 2
    const receiver = await receive((response) => {
      response.statusCode = failures-- > 0 ? 503 : 202
      response.end()
    })
    const db = await open()
    const bench = await start(db)
    await subscribe(bench, `${receiver.origin}/`)
    await bench.receiveSms(sampleSms())
    await bench.pass(() => bench.countOf("status = 'delivered'").then((count) => count === 1))
    assert.equal(receiver.calls.length, 3)
    const [row] = await db.read<{ id: string }>('select id from webhook_deliveries')
    const id = row?.id ?? ''
    assert.equal(await replayDelivery({ db, now: bench.clock.now }, { accountId: 'rival', id }), false)
    assert.equal(await replayDelivery({ db, now: bench.clock.now }, { accountId: 'acme', id }), true)
    await bench.pass(() => receiver.calls.length === 4)
    assert.equal(new Set(receiver.calls.map((call) => call.id)).size, 1)
  })

  test('a flow is unsubscribed by its own account, once, and nobody is called any more', async () => {
    const receiver = await receive()
    const bench = await start(await open())
    const id = await subscribe(bench, `${receiver.origin}/one`)
    await subscribe(bench, `${receiver.origin}/two`)
    assert.equal(await bench.flows.unsubscribe('rival', id), false)
    assert.equal(await bench.flows.unsubscribe('acme', id), true)
    assert.equal(await bench.flows.unsubscribe('acme', id), false)
    await bench.receiveSms(sampleSms())
    await waitFor(() => receiver.calls.length === 1)
    assert.deepEqual(pathsOf(receiver), ['/two'])
  })

  test('flows are none of the endpoints that the account sees, changes, deletes or may have', async () => {
    const db = await open()
    const bench = await start(db)
    const id = await subscribe(bench, 'https://flows.example/1')
    assert.deepEqual(await listEndpoints(db, 'acme'), [])
    assert.equal(await readEndpoint(db, 'acme', id), null)
    const { clock, newId, subscriptions } = bench
    const management = { db, clock, newId, subscriptions, sealer: createTestSealer() }
    const own = { accountId: 'acme', id }
    assert.equal(await changeEndpoint(management, { ...own, wishes: { url: 'https://rival.example' } }), null)
    assert.equal(await rotateSecret(management, { ...own, secret: 'new', overlapMs: 0 }), null)
    assert.equal(await deleteEndpoint(management, own), false)
    await db.write((tx) =>
      tx.run(
        `insert into webhook_endpoints (id, account_id, url, method, events, channels, numbers, ordered, last_sequence,
           enabled, signature_method, created_at, updated_at, format)
         select cast(value->>0 as text), 'acme', 'https://flows.example', 'POST', '[]', '[]', '[]', 0, 0, 1, 'HS256',
           0, 0, 'power automate' from rows($1)`,
        [JSON.stringify(Array.from({ length: flowsMax - 1 }, (_, index) => [`flow ${index}`]))],
      ),
    )
    const flow = { accountId: 'acme', channel: null, number: null, url: 'https://flows.example/2' } as const
    assert.equal(await bench.flows.subscribe(flow), null)
    assert.equal(await subscribe(bench, 'https://flows.example/1'), id)
    assert.notEqual(await bench.flows.subscribe({ ...flow, accountId: 'rival' }), null)
  })

  test('a flow that another node took on starts with what this one receives, until it is gone there', async () => {
    const receiver = await receive()
    const db = await open()
    const one = await start(db)
    const two = await start(db, 'node-2')
    const id = await subscribe(one, `${receiver.origin}/`)
    two.clock.advance(1_000)
    await waitFor(async () => {
      await two.receiveSms(sampleSms())
      return receiver.calls.length > 0
    })
    await one.flows.unsubscribe('acme', id)
    await two.subscriptions.refresh()
    const before = await two.countOf('true')
    await two.receiveSms(sampleSms())
    assert.equal(await two.countOf('true'), before)
  })
})
