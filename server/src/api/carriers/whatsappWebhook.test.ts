import assert from 'node:assert/strict'
import * as http from 'node:http'
import { type TestContext, test } from 'node:test'
import { FakeClock } from '../../../test/fakeClock.ts'
import { waitFor } from '../../../test/waitFor.ts'
import { signatureOf } from '../../carriers/whatsapp/signature.ts'
import { type RigOptions, WhatsAppRig } from '../../carriers/whatsapp/testWhatsApp.ts'
import { createHttpServer } from '../../http/server.ts'
import { webhookPath, whatsAppWebhookRoutes } from './whatsappWebhook.ts'

test('Meta’s first call is answered with its challenge, for the right token only', async (context) => {
  const { get } = await startRig(context)
  const query = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`
  const right = { 'hub.mode': 'subscribe', 'hub.verify_token': 'verify me', 'hub.challenge': '1158201444' }
  const answer = await get(webhookPath('wa') + query(right))
  assert.deepEqual([answer.status, await answer.text()], [200, '1158201444'])
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/)
  const statusOf = async (parameters: Record<string, string>) =>
    (await get(webhookPath('wa') + query(parameters))).status
  assert.equal(await statusOf({ ...right, 'hub.verify_token': 'verify me ' }), 403)
  assert.equal(await statusOf({ ...right, 'hub.verify_token': '' }), 403)
  assert.equal(await statusOf({ ...right, 'hub.mode': 'unsubscribe' }), 403)
  assert.equal(await statusOf({ ...right, 'hub.challenge': '<script>' }), 400)
  assert.equal(await statusOf({}), 403)
  assert.equal((await get(`${webhookPath('wa') + query(right)}&hub.verify_token=x`)).status, 403)
  assert.equal((await get(webhookPath('other') + query(right))).status, 404)
})

test('a webhook is taken with the signature of its bytes, whatever type they claim to have', async (context) => {
  const { post, rig } = await startRig(context)
  // Spaces, escapes and order would not survive being read and written again.
  const body = ` ${statusWebhook('wamid.1').replace('"sent"', '"s\\u0065nt"')} `
  assert.equal(await post(body), 200)
  assert.equal(await post(body, { contentType: 'text/plain' }), 200)
  assert.equal(await post(body, { contentType: null }), 200)
  assert.equal(rig.receipts.length, 3)
  assert.equal(await post(body, { signature: null }), 401)
  assert.equal(await post(body, { signature: signatureOf('other', Buffer.from(body)) }), 403)
  assert.equal(await post(body.trim(), { signature: signatureOf('secret', Buffer.from(body)) }), 403)
  assert.equal(await post(body, { path: webhookPath('other') }), 404)
  assert.equal(await post(''), 200)
  assert.equal(rig.receipts.length, 3)
})

test('what cannot be committed comes again, and what has come before does no harm', async (context) => {
  const { post, rig } = await startRig(context)
  let refusals = 1
  rig.takes = () => refusals-- <= 0
  const body = statusWebhook('wamid.1', 'wamid.2')
  assert.equal(await post(body), 503)
  assert.deepEqual(
    rig.receipts.map(({ carrierMessageId }) => carrierMessageId),
    ['wamid.2'],
  )
  assert.equal(await post(body), 200)
  assert.deepEqual(
    rig.receipts.map(({ carrierMessageId }) => carrierMessageId),
    ['wamid.2', 'wamid.1', 'wamid.2'],
  )
})

test('that a message was seen is told once its delivery is committed', async (context) => {
  const { post, rig } = await startRig(context)
  rig.takes = () => false
  const body = webhook({ statuses: [{ id: 'wamid.1', status: 'read', timestamp: '1767225600' }] })
  assert.equal(await post(body), 503)
  assert.deepEqual([rig.receipts.length, rig.seen.length], [0, 0])
  rig.takes = () => true
  assert.equal(await post(body), 200)
  assert.equal(rig.receipts[0]?.state, 'delivered')
  assert.deepEqual(rig.seen, [{ carrierId: 'wa', carrierMessageId: 'wamid.1', at: Date.UTC(2026, 0, 1) }])
})

test('a commit that does not come to an end is answered in time', async (context) => {
  const clock = new FakeClock()
  const { post, rig } = await startRig(context, { clock })
  rig.takes = () => null
  const answer = post(statusWebhook('wamid.1'))
  await waitFor(() => clock.timers > 0)
  clock.advance(10_000)
  assert.equal(await answer, 503)
})

test('what is said of another number with the same secret reaches it, and of others nobody', async (context) => {
  const rigs = await startRig(context)
  const sibling = new WhatsAppRig(context, 'http://127.0.0.1:9', { config: { id: 'wb', phoneNumberId: '1002' } })
  const config = { id: 'wc', phoneNumberId: '1003', appSecret: 'other' }
  const stranger = new WhatsAppRig(context, 'http://127.0.0.1:9', { config })
  rigs.receivers.set('wb', sibling.carrier).set('wc', stranger.carrier)
  for (const id of ['1001', '1002', '1003', '1004']) assert.equal(await rigs.post(webhook(ONE_STATUS, id)), 200)
  assert.deepEqual(
    [rigs.rig, sibling, stranger].map(({ receipts }) => receipts.length),
    [1, 1, 0],
  )
  sibling.takes = () => false
  assert.equal(await rigs.post(webhook(ONE_STATUS, '1002')), 503)
})

test('bodies up to Meta’s 3 MB are taken, larger ones are not, and unreadable ones are dropped', async (context) => {
  const { post, rig } = await startRig(context)
  const statuses = Array.from({ length: 1_000 }, (_, index) => ({
    id: `wamid.${index}`,
    status: 'sent',
    timestamp: '1',
  }))
  assert.equal(await post(webhook({ statuses, padding: 'x'.repeat(2_900_000) })), 200)
  assert.equal(rig.receipts.length, 1_000)
  assert.equal(await post('x'.repeat(4_194_305)), 413)
  assert.equal(await post('['.repeat(1_000_000)), 200)
  assert.equal(await post('<html>'), 200)
  assert.deepEqual(rig.log, [
    { event: 'carrier.webhook_unreadable', carrierId: 'wa', count: 1 },
    { event: 'carrier.webhook_unreadable', carrierId: 'wa', count: 1 },
  ])
})

test('who has no right to tell anything is refused before the body is read', async (context) => {
  const { announce } = await startRig(context)
  assert.equal(await announce(4_000_000, { path: webhookPath('none') }).status, 404)
  assert.equal(await announce(4_000_000, { signature: null }).status, 401)
  assert.equal(await announce(4_194_305).status, 413)
})

test('large bodies that never come take a bounded room, and leave it when they go', async (context) => {
  const { announce, post } = await startRig(context)
  const slow = Array.from({ length: 16 }, () => announce(4_194_304))
  await waitFor(async () => (await announce(4_194_304, { waitMs: 100 }).status) === 503)
  assert.equal(await post(webhook(ONE_STATUS)), 200)
  const large = webhook({ ...ONE_STATUS, padding: 'x'.repeat(100_000) })
  assert.equal(await post(large), 503)
  for (const { request } of slow) request.destroy()
  await waitFor(async () => (await post(large)) === 200)
})

test('the server’s other routes go on reading JSON', async (context) => {
  const { url } = await startRig(context)
  const response = await fetch(`${url}/echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  })
  assert.deepEqual(await response.json(), { a: 1 })
})

const ONE_STATUS = { statuses: [{ id: 'wamid.1', status: 'sent', timestamp: '1' }] }

function statusWebhook(...ids: readonly string[]): string {
  return webhook({ statuses: ids.map((id) => ({ id, status: 'sent', timestamp: '1' })) })
}

function webhook(value: object, phoneNumberId = '1001'): string {
  const metadata = { phone_number_id: phoneNumberId }
  const changes = [{ field: 'messages', value: { metadata, ...value } }]
  return JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] })
}

interface PostOptions {
  readonly signature?: string | null // null: none
  readonly contentType?: string | null
  readonly path?: string
}

async function startRig(context: TestContext, options: RigOptions = {}) {
  const rig = new WhatsAppRig(context, 'http://127.0.0.1:9', options)
  const receivers = new Map([['wa', rig.carrier]])
  const trouble = (error: unknown) => {
    throw error
  }
  const app = createHttpServer({ bodyBytesMax: 1_024, trouble })
  context.after(() => app.close())
  await app.register(whatsAppWebhookRoutes, { receivers })
  app.post('/echo', (request) => request.body)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    rig,
    receivers,
    url,
    get: (path: string) => fetch(url + path),
    /** Begins to post a body, of which nothing ever comes. */
    announce(bytes: number, { signature = 'sha256=00', path, waitMs = 5_000 }: PostOptions & { waitMs?: number } = {}) {
      const headers = { 'content-length': bytes, ...(signature === null ? {} : { 'x-hub-signature-256': signature }) }
      const request = http.request(url + (path ?? webhookPath('wa')), { method: 'POST', headers, agent: false })
      context.after(() => request.destroy())
      const status = new Promise<number | null>((resolve) => {
        request.on('error', () => resolve(null))
        request.on('response', (response) => {
          resolve(response.statusCode ?? null)
          request.destroy()
        })
        setTimeout(() => request.destroy(new Error('no answer')), waitMs).unref()
      })
      request.flushHeaders()
      return { request, status }
    },
    async post(body: string, { signature, contentType = 'application/json', path }: PostOptions = {}) {
      const sent = Buffer.from(body)
      const headers = new Headers()
      if (signature !== null) headers.set('x-hub-signature-256', signature ?? signatureOf('secret', sent))
      if (contentType !== null) headers.set('content-type', contentType)
      const response = await fetch(url + (path ?? webhookPath('wa')), { method: 'POST', headers, body: sent })
      await response.body?.cancel()
      return response.status
    },
  }
}
