import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { simulatorRoutes } from '@heliograph/simulator/http'
import { startSmsc } from '@heliograph/simulator/smsc'
import { waitFor } from '../../../test/waitFor.ts'
import { webhookPath, whatsAppWebhookRoutes } from '../../api/carriers/whatsappWebhook.ts'
import { createHttpServer } from '../../http/server.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import type { ChatSubmission } from '../carrier.ts'
import { sampleMedia, WhatsAppRig } from './testWhatsApp.ts'

const PERSON = '+4915112345678'
const PNG = Buffer.from('89504e470d0a1a0a', 'hex')

test('a person writes, is answered with text and a file, and reads it', async (context) => {
  const { rig, simulate } = await startRig(context)
  await simulate('/chats/inbound', { from: PERSON, to: '+4930123456', text: 'Hello', name: 'Ann' })
  await waitFor(() => rig.inbound.length === 1)
  const [inbound] = rig.inbound
  assert.deepEqual(inbound?.content, { kind: 'text', text: 'Hello' })
  assert.deepEqual([inbound?.from, inbound?.to, inbound?.senderName], ['4915112345678', '4930123456', 'Ann'])
  const replyTo = inbound?.carrierMessageId ?? null
  const text = await rig.outcomeOf({ kind: 'text', text: 'Hi Ann' }, { replyTo })
  const file = await rig.outcomeOf(sampleMedia({ mediaId: 'file-1', caption: 'Look' }))
  assert.deepEqual([text.kind, file.kind], ['accepted', 'accepted'])
  await waitFor(() => rig.receipts.filter(({ state }) => state === 'delivered').length === 2)
  const id = text.kind === 'accepted' ? text.carrierMessageId : ''
  await simulate(`/chats/${encodeURIComponent(id)}/read`, {})
  await waitFor(() => rig.seen.length === 1)
  assert.equal(rig.seen[0]?.carrierMessageId, id)
})

test('a file that a person sends is fetched byte for byte', async (context) => {
  const { rig, simulate } = await startRig(context)
  const media = { contentType: 'image/png', data: PNG.toString('base64'), caption: 'Look' }
  await simulate('/chats/inbound', { from: PERSON, to: '+4930123456', type: 'image', media })
  await waitFor(() => rig.inbound.length === 1)
  const content = rig.inbound[0]?.content
  assert.ok(content?.kind === 'media')
  const fetched = await rig.carrier.fetchMedia(content.remoteId)
  assert.ok(fetched.kind === 'found')
  assert.equal(fetched.contentType, 'image/png')
  assert.deepEqual(Buffer.concat(await fetched.stream.toArray()), PNG)
})

test('outside the 24 hours a text fails and a template arrives', async (context) => {
  const { rig } = await startRig(context)
  const text = await rig.outcomeOf({ kind: 'text', text: 'Hi' })
  assert.equal(text.kind, 'accepted')
  await waitFor(() => rig.receipts.some(({ state }) => state === 'undelivered'))
  const failure = rig.receipts.find(({ state }) => state === 'undelivered')
  assert.equal(failure?.errorCode, '0b20')
  assert.match(failure?.errorReason ?? '', /^whatsapp::error::131047 /)
  const template = { kind: 'template', templateId: 'no_such_template', parameters: [] } as const
  const unknown = await rig.outcomeOf({ ...template, language: { policy: null, code: 'en' } })
  assert.ok(unknown.kind === 'refused')
  assert.deepEqual([unknown.code, unknown.retry], [0x0b21, 'never'])
  assert.match(unknown.reason, /^whatsapp::error::132001 /)
})

test('magic numbers end as the simulator documents', async (context) => {
  const { rig } = await startRig(context)
  const sendTo = (ending: string) => {
    const to = parseNumber(`+491511${ending}`)
    assert.ok(to !== null)
    return rig.outcomeOf({ kind: 'text', text: 'x' }, { to } satisfies Partial<ChatSubmission>)
  }
  const endingOf = async (ending: string) => {
    const before = rig.receipts.length
    const outcome = await sendTo(ending)
    assert.equal(outcome.kind, 'accepted', ending)
    await waitFor(() => rig.receipts.slice(before).some(({ state }) => state !== 'enroute'))
    return rig.receipts.slice(before).find(({ state }) => state !== 'enroute')
  }
  assert.equal((await endingOf('999802'))?.errorCode, '0b22')
  assert.equal((await endingOf('999804'))?.errorCode, '0b2a')
  assert.equal((await endingOf('999805'))?.errorCode, '0b29')
  const seenBefore = rig.seen.length
  assert.equal((await endingOf('999820'))?.state, 'delivered')
  await waitFor(() => rig.seen.length > seenBefore)
  const adviceOf = async (ending: string) => {
    const outcome = await sendTo(ending)
    return outcome.kind === 'refused' ? [outcome.code, outcome.retry] : outcome.kind
  }
  assert.deepEqual(await adviceOf('999832'), [0x0b25, 'same carrier later'])
  assert.deepEqual(await adviceOf('999833'), [0x0b28, 'same carrier later'])
  assert.deepEqual(await adviceOf('999836'), [0x0b23, 'never'])
  assert.equal(await adviceOf('999841'), 'unknown')
  assert.deepEqual(await adviceOf('999830'), [0x0b24, 'same carrier later'])
  assert.equal(rig.carrier.room(), 0)
})

async function startRig(context: TestContext) {
  const smsc = await startSmsc({ host: '127.0.0.1', port: 0 })
  context.after(() => smsc.close())
  const app = createHttpServer({
    bodyBytesMax: 65_536,
    trouble(error) {
      throw error
    },
  })
  context.after(() => app.close())
  let url = ''
  const whatsapp = {
    phoneNumberId: '1001',
    number: '+4930123456',
    appSecret: 'secret',
    accessToken: 'token',
    webhookUrl: () => url + webhookPath('wa'),
  }
  const receivers = new Map<string, WhatsAppRig['carrier']>()
  await app.register(simulatorRoutes, { smsc, whatsapp })
  await app.register(whatsAppWebhookRoutes, { receivers })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
  const rig = await WhatsAppRig.started(context, `${url}/sim/whatsapp`, {
    config: { requestTimeoutMs: 10_000 },
    async open() {
      const stream = Readable.from([PNG], { objectMode: false })
      return { contentType: 'image/png', size: PNG.length, fileName: null, stream }
    },
  })
  receivers.set('wa', rig.carrier)
  return {
    rig,
    async simulate(path: string, body: object): Promise<void> {
      const response = await fetch(`${url}/sim/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      assert.ok(response.ok, await response.text())
    },
  }
}
