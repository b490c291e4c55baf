import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { afterEach, test } from 'node:test'
import {
  type CallbackBench,
  sampleInbound,
  sampleSms,
  sampleStatus,
  startCallbackBench,
} from '../../test/callbackBench.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { createTestSealer } from '../../test/testSealer.ts'
import { waitFor } from '../../test/waitFor.ts'
import { type ReceivedCall, startReceiver, type WebhookReceiver } from '../../test/webhookReceiver.ts'
import type { Database } from '../db/database.ts'
import { readDelivery } from '../webhooks/listDeliveries.ts'
import { createEndpoint } from '../webhooks/manageEndpoints.ts'
import type { CallbackSettings } from './callbackSettings.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function receive(answer?: (response: ServerResponse, call: ReceivedCall) => void): Promise<WebhookReceiver> {
  const receiver = await startReceiver(answer)
  stops.push(() => receiver.close())
  return receiver
}

async function start(db: Database, options: { nodeId?: string; key?: Buffer } = {}): Promise<CallbackBench> {
  const bench = await startCallbackBench(db, options)
  stops.push(() => bench.stop())
  return bench
}

const ACCOUNT = { kind: 'account' } as const
const NUMBER = { kind: 'number', channel: 'whatsapp', number: '+49301234567' } as const
const COMPLETE: CallbackSettings = {
  callbackVersion: '2.13',
  inboundMessageUrl: 'https://acme.example/in',
  messageStatusUrl: 'https://acme.example/status',
  eventFilter: ['MessageStatus::failed'],
  signature: { secret: 'a secret of ours', method: 'HS512' },
  header: { key: 'x-token', value: 't0p' },
}
const EMPTY: CallbackSettings = {
  callbackVersion: null,
  inboundMessageUrl: null,
  messageStatusUrl: null,
  eventFilter: null,
  signature: null,
  header: null,
}

const named = ({ body }: ReceivedCall): string => JSON.parse(body).event

onEveryStore('callbacks', (open) => {
  test('settings are read as they were written, by their own account and scope, and never with secrets', async () => {
    const db = await open()
    const { callbacks } = await start(db)
    const shown = { ...COMPLETE, signature: { method: 'HS512' }, header: { key: 'x-token' } }
    assert.deepEqual(await callbacks.write('acme', NUMBER, COMPLETE), shown)
    assert.deepEqual(await callbacks.read('acme', { ...NUMBER, number: '49301234567' }), shown)
    assert.equal(await callbacks.read('acme', ACCOUNT), null)
    assert.equal(await callbacks.read('acme', { kind: 'channel', channel: 'whatsapp' }), null)
    assert.equal(await callbacks.read('rival', NUMBER), null)
    await callbacks.write('acme', ACCOUNT, { callbackVersion: '1.1' })
    const listed = await callbacks.list('acme')
    assert.deepEqual(
      listed.map(({ scope }) => scope),
      [ACCOUNT, { ...NUMBER, number: '49301234567' }],
    )
    assert.deepEqual(await callbacks.list('rival'), [])
    const rows = JSON.stringify(await db.read('select * from callback_settings'))
    assert.doesNotMatch(rows, /a secret of ours|t0p/)
  })

  test('what is left out of a change stays, and null takes it away', async () => {
    const { callbacks } = await start(await open())
    await callbacks.write('acme', ACCOUNT, COMPLETE)
    const changed = await callbacks.write('acme', ACCOUNT, { messageStatusUrl: null, callbackVersion: '3' })
    assert.deepEqual(changed, {
      ...COMPLETE,
      callbackVersion: '3',
      messageStatusUrl: null,
      signature: { method: 'HS512' },
      header: { key: 'x-token' },
    })
    assert.deepEqual(await callbacks.write('acme', ACCOUNT, EMPTY), EMPTY)
  })

  test('a status goes to the URL of its request, else to the narrowest one that was set, else nowhere', async () => {
    const receiver = await receive()
    const bench = await start(await open())
    const { callbacks, happen } = bench
    await happen(sampleStatus())
    await callbacks.write('acme', ACCOUNT, { messageStatusUrl: `${receiver.origin}/account` })
    await callbacks.write('acme', NUMBER, { messageStatusUrl: `${receiver.origin}/number`, callbackVersion: '1.1' })
    await callbacks.write('rival', ACCOUNT, { messageStatusUrl: `${receiver.origin}/rival` })
    await happen(sampleStatus({ number: '+49309' }), sampleStatus({ number: '49301234567' }))
    await happen(sampleStatus({}, { callbackUrl: `${receiver.origin}/request` }))
    await waitFor(() => receiver.calls.length === 3)
    assert.deepEqual(receiver.calls.map(({ path }) => path).toSorted(), ['/account', '/number', '/request'])
    assert.equal(named(receiver.callsTo('/account')[0] ?? assert.fail()), 'MessageStatus::delivered')
    for (const path of ['/number', '/request']) {
      const body = JSON.parse(receiver.callsTo(path)[0]?.body ?? '')
      assert.deepEqual(Object.keys(body), ['messageId', 'deliveryChannel', 'status'], path)
    }
    await waitFor(() => bench.countOf("status = 'delivered' and message_id is not null").then((count) => count === 3))
  })

  test('a filter lets through the status events that it names, and every message', async () => {
    const receiver = await receive()
    const { callbacks, happen } = await start(await open())
    const url = `${receiver.origin}/`
    const eventFilter = ['MessageStatus::seen', 'MessageStatus::channelFailed']
    await callbacks.write('acme', ACCOUNT, { messageStatusUrl: url, inboundMessageUrl: url, eventFilter })
    const events = ['accepted', 'dispatched', 'channelFailed', 'delivered', 'seen', 'failed', 'unknown'] as const
    await happen(...events.map((event) => sampleStatus({ event })), { kind: 'inbound', inbound: sampleInbound() })
    await waitFor(() => receiver.calls.length === 3)
    assert.deepEqual(receiver.calls.map(named).toSorted(), [...eventFilter, 'MoMessage'].toSorted())
  })

  test('a call carries the vendor’s signature and the header, by the secret as it is when it is made', async () => {
    let refused = 1
    const receiver = await receive((response) => {
      response.statusCode = refused-- > 0 ? 500 : 200
      response.end()
    })
    const { callbacks, happen, pass, clock } = await start(await open())
    await callbacks.write('acme', ACCOUNT, {
      messageStatusUrl: `${receiver.origin}/`,
      signature: { secret: 'the first secret', method: 'HS256' },
      header: { key: 'x-token', value: 't0p' },
    })
    await happen(sampleStatus())
    await waitFor(() => receiver.calls.length === 1)
    await callbacks.write('acme', ACCOUNT, {
      signature: { secret: 'the second secret', method: 'HS512' },
      header: null,
    })
    await pass(() => receiver.calls.length === 2)
    const secrets = [
      ['sha256', 'the first secret'],
      ['sha512', 'the second secret'],
    ] as const
    for (const [index, [algorithm, secret]] of secrets.entries()) {
      const { headers, body } = receiver.calls[index] ?? assert.fail()
      const timestamp = String(headers['x-request-timestamp'])
      assert.ok(Math.abs(Number(timestamp) - clock.now()) < 60_000)
      const octets = createHmac(algorithm, secret).update(`${timestamp}\n${body}`).digest('base64')
      const urlSafe = octets.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
      assert.equal(headers['x-signature'], urlSafe)
      assert.equal(headers['x-signature-version'], 'V1.0')
      assert.equal(headers['x-token'], index === 0 ? 't0p' : undefined)
    }
  })

  test('a secret that cannot be read holds the call back instead of leaving it unsigned', async () => {
    const receiver = await receive()
    const db = await open()
    const before = await start(db)
    await before.callbacks.write('acme', ACCOUNT, { ...EMPTY, messageStatusUrl: `${receiver.origin}/` })
    await before.callbacks.write('acme', ACCOUNT, { signature: { secret: 'sealed before', method: 'HS256' } })
    await before.stop()
    const bench = await start(db, { key: Buffer.alloc(32, 'other') })
    assert.match(bench.troubles.join(), /callback_settings.secret acme .*sealed with another key/)
    await bench.happen(sampleStatus())
    await waitFor(() => bench.countOf('attempts = 1').then((count) => count === 1))
    assert.deepEqual([bench.attempts, receiver.calls], [['retry null'], []])
    const [row] = await db.read<{ id: string }>('select id from webhook_deliveries')
    const delivery = await readDelivery(db, 'acme', row?.id ?? '')
    assert.match(delivery?.lastError ?? '', /secret/)
    await bench.callbacks.write('acme', ACCOUNT, { signature: { secret: 'sealed anew', method: 'HS256' } })
    await bench.pass(() => receiver.calls.length === 1)
    assert.notEqual(receiver.calls[0]?.headers['x-signature'], undefined)
  })

  test('a delivery from before there were signers is called as ever', async () => {
    const receiver = await receive()
    const db = await open()
    const bench = await start(db)
    await bench.callbacks.write('acme', ACCOUNT, { ...COMPLETE, messageStatusUrl: receiver.origin })
    await bench.leaveWaiting(`${receiver.origin}/dlr`)
    await bench.pass(() => receiver.calls.length === 1)
    const [row] = await db.read('select signer from webhook_deliveries')
    assert.deepEqual(row, { signer: null })
    const names = Object.keys(receiver.calls[0]?.headers ?? {})
    assert.ok(!names.some((name) => /signature|token/.test(name)), names.join())
  })

  test('what one node is told, another follows within a second, and both sign alike', async () => {
    const receiver = await receive()
    const db = await open()
    const one = await start(db)
    const two = await start(db, { nodeId: 'node-2' })
    await one.callbacks.write('acme', ACCOUNT, { messageStatusUrl: `${receiver.origin}/`, header: COMPLETE.header })
    await two.happen(sampleStatus())
    two.clock.advance(1_000)
    await waitFor(async () => {
      await two.happen(sampleStatus())
      return receiver.calls.length > 0
    })
    assert.equal(receiver.calls[0]?.headers['x-token'], 't0p')
    await one.happen(sampleStatus({ event: 'seen' }))
    await waitFor(() => receiver.calls.some((call) => named(call) === 'MessageStatus::seen'))
  })

  test('a person’s message goes to the account’s URL and to its own endpoints that want it', async () => {
    const receiver = await receive((response) => {
      // Any 2xx takes it.
      response.statusCode = 204
      response.end()
    })
    const db = await open()
    const bench = await start(db)
    const { clock, newId, subscriptions } = bench
    const management = { db, clock, newId, subscriptions, sealer: createTestSealer() }
    const wishes = { method: 'POST', ordered: false, enabled: true, signatureMethod: 'HS256', header: null } as const
    const everything = { ...wishes, url: `${receiver.origin}/own`, events: [], channels: [], numbers: [] }
    for (const [accountId, over] of [
      ['acme', {}],
      ['acme', { url: `${receiver.origin}/whatsapp`, channels: ['whatsapp'], numbers: ['+49301234567'] }],
      ['acme', { url: `${receiver.origin}/voice`, channels: ['voice'] }],
      ['rival', { url: `${receiver.origin}/rival` }],
    ] as const) {
      await createEndpoint(management, { accountId, wishes: { ...everything, ...over }, secret: 'new' })
    }
    await bench.callbacks.write('acme', ACCOUNT, { inboundMessageUrl: `${receiver.origin}/in` })
    await bench.callbacks.write('rival', ACCOUNT, { inboundMessageUrl: `${receiver.origin}/rival` })
    await bench.happen({ kind: 'inbound', inbound: sampleInbound() })
    await waitFor(() => bench.countOf("status = 'delivered'").then((count) => count === 3))
    assert.deepEqual(receiver.calls.map(({ path }) => path).toSorted(), ['/in', '/own', '/whatsapp'])
    for (const call of receiver.calls) assert.equal(named(call), 'MoMessage')
    assert.equal(receiver.callsTo('/own')[0]?.headers['webhook-event'], 'message.inbound')
  })

  test('an inbound SMS is told with its parts, and not a second time to the account’s own endpoints', async () => {
    const receiver = await receive()
    const db = await open()
    const bench = await start(db)
    const { clock, newId, subscriptions } = bench
    const wishes = { method: 'POST', ordered: false, enabled: true, signatureMethod: 'HS256', header: null } as const
    const everything = { ...wishes, url: `${receiver.origin}/own`, events: [], channels: [], numbers: [] }
    await createEndpoint(
      { db, clock, newId, subscriptions, sealer: createTestSealer() },
      { accountId: 'acme', wishes: everything, secret: null },
    )
    await bench.callbacks.write('acme', ACCOUNT, { inboundMessageUrl: `${receiver.origin}/in` })
    await bench.receiveSms(sampleSms(), { ...sampleSms({ accountId: '' }), owner: null })
    await waitFor(() => bench.countOf("status = 'delivered'").then((count) => count === 1))
    assert.deepEqual(
      receiver.calls.map(({ path }) => path),
      ['/in'],
    )
    const { event, channel, from, to, content, sms } = JSON.parse(receiver.calls[0]?.body ?? '')
    assert.deepEqual([event, channel, from, to], ['MoMessage', 'sms', '4915201234567', '49301234567'])
    assert.deepEqual(content, { contentType: 'text', text: 'Hi <...>' })
    assert.deepEqual([sms.size, sms.missingParts, sms.parts.length, sms.origin.mcc], [2, true, 1, '262'])
  })

  test('media credentials are replaced, shown without secrets, sealed at rest and deleted', async () => {
    const db = await open()
    const { callbacks } = await start(db)
    await callbacks.writeMediaCredentials('acme', { kind: 'basic', username: 'ada', password: 'p4ss' })
    assert.deepEqual(await callbacks.readMediaCredentials('acme'), { kind: 'basic', username: 'ada' })
    const oauth2 = { kind: 'oauth2', clientId: 'c1', url: 'https://acme.example/token' } as const
    await callbacks.writeMediaCredentials('acme', { ...oauth2, clientSecret: 's3cret' })
    assert.deepEqual(await callbacks.readMediaCredentials('acme'), oauth2)
    assert.equal(await callbacks.readMediaCredentials('rival'), null)
    assert.doesNotMatch(JSON.stringify(await db.read('select * from media_credentials')), /p4ss|s3cret/)
    await callbacks.writeMediaCredentials('rival', null)
    await callbacks.writeMediaCredentials('acme', null)
    assert.equal(await callbacks.readMediaCredentials('acme'), null)
  })
})
