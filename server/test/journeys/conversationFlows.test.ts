import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { waitFor } from '../waitFor.ts'
import { type ReceivedCall, startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import type { CallOptions } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// Flows of Power Automate subscribe, start with what is written to a number, and end, on both stores.

const WEBHOOKS = '/conversations/v3/power-automate/webhooks'
const OLD = '/chat-api/v2/applications/ms-connector/inbound-message-callback'
const OUR_NUMBER = '+4930123456'
const OTHER_NUMBER = '+4930123457'
const WHATSAPP_NUMBER = '+442079460000'
const FIELDS = ['channel', 'content', 'event', 'file', 'from', 'messageId', 'receivedAt', 'text', 'timestamp', 'to']

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`flows on ${engine}`, () => {
    let server: InProcess
    let receiver: WebhookReceiver
    const gone = new Set<string>()
    let texts = 0

    before(async () => {
      receiver = await startReceiver((response, { path }) => {
        response.statusCode = gone.has(path) ? 410 : 202
        response.end()
      })
      const key = { key: 'key-of-acme', scopes: ['chat'] }
      server = await startInProcess(engine, {
        webhooks: { allowPrivateNetworks: true },
        accounts: [{ id: 'acme', apiKeys: [key], numbers: [{ number: OUR_NUMBER }, { number: OTHER_NUMBER }] }],
        simulator: true,
      })
      await waitFor(async () => (await server.call('/readyz')).status === 200)
    })
    after(async () => {
      await server?.stop()
      await receiver.close()
    })

    const subscribe = async (path: string, flow: string, options: CallOptions = {}): Promise<string> => {
      const name = path === OLD ? 'callbackUrl' : 'inboundMessageUrl'
      const body = { [name]: `${receiver.origin}/${flow}` }
      const answer = await server.call(path, { method: path === OLD ? 'PATCH' : 'POST', ...options, body })
      assert.equal(answer.status, 201, answer.text)
      const location = answer.headers.get('location') ?? ''
      assert(location.startsWith(`${server.url}${WEBHOOKS}/`), location)
      return new URL(location).pathname
    }
    const numberPath = (number: string, channel = 'sms') => `${WEBHOOKS}/channels/${channel}/phone-numbers/${number}`
    const write = async (to: string): Promise<string> => {
      const text = `Text number ${++texts}`
      const answer = await server.call('/sim/v1/inbound', { body: { from: '+491622943176', to, text } })
      assert.equal(answer.status, 202, answer.text)
      return text
    }
    const callsWith = (flow: string, text: string): readonly ReceivedCall[] =>
      receiver.callsTo(`/${flow}`).filter(({ body }) => JSON.parse(body).text === text)
    const started = (flow: string, text: string) => waitFor(() => callsWith(flow, text).length === 1)
    const remove = (location: string) => server.call(location, { method: 'DELETE' })

    test('all flows of a number start with what is written to it, and with nothing else', async () => {
      const locations = [
        await subscribe(numberPath(OUR_NUMBER.slice(1)), 'first'),
        await subscribe(numberPath(encodeURIComponent(OUR_NUMBER)), 'second'),
        await subscribe(numberPath(OTHER_NUMBER), 'elsewhere'),
        await subscribe(OLD, 'everywhere'),
      ]
      const text = await write(OUR_NUMBER)
      for (const flow of ['first', 'second', 'everywhere']) await started(flow, text)
      const later = await write(OTHER_NUMBER)
      for (const flow of ['elsewhere', 'everywhere']) await started(flow, later)
      assert.equal(callsWith('elsewhere', text).length, 0)
      assert.equal(callsWith('first', later).length, 0)

      const told = JSON.parse(callsWith('first', text)[0]?.body ?? '')
      assert.deepEqual(Object.keys(told).sort(), FIELDS)
      assert.deepEqual(told.content, { contentType: 'text', text, file: '' })
      assert.deepEqual(
        [told.event, told.channel, told.from, told.to],
        ['MoMessage', 'sms', '491622943176', '4930123456'],
      )
      for (const location of locations) assert.equal((await remove(location)).status, 204)
    })

    test('a flow that was deleted starts no more, the others do, and it cannot be deleted twice', async () => {
      const location = await subscribe(numberPath(OUR_NUMBER), 'ended', { method: 'PUT' })
      const kept = await subscribe(numberPath(OUR_NUMBER), 'kept')
      const before = await write(OUR_NUMBER)
      await started('ended', before)
      assert.equal((await remove(location)).status, 204)
      assert.equal((await remove(location)).status, 404)
      const text = await write(OUR_NUMBER)
      await started('kept', text)
      assert.equal(callsWith('ended', text).length, 0)
      await remove(kept)
    })

    test('a flow that answers 410 is gone, and the others of its number are still called', async () => {
      gone.add('/gone')
      const location = await subscribe(numberPath(OUR_NUMBER), 'gone')
      const kept = await subscribe(numberPath(OUR_NUMBER), 'still')
      const text = await write(OUR_NUMBER)
      await Promise.all([started('gone', text), started('still', text)])
      // The answer is taken in after the call, so that one more may be under way.
      await waitFor(async () => {
        const later = await write(OUR_NUMBER)
        await started('still', later)
        return callsWith('gone', later).length === 0
      })
      assert.equal((await remove(location)).status, 404)
      await remove(kept)
    })

    test('a flow may start with what is written by WhatsApp', async () => {
      const location = await subscribe(numberPath(WHATSAPP_NUMBER, 'whatsapp'), 'whatsapp')
      const old = await subscribe(OLD, 'both')
      const text = 'Hello by WhatsApp'
      const body = { from: '+491622943176', to: WHATSAPP_NUMBER, text }
      assert.equal((await server.call('/sim/v1/chats/inbound', { body })).status, 202)
      for (const flow of ['whatsapp', 'both']) await started(flow, text)
      for (const found of [location, old]) await remove(found)
    })

    test('a flow cannot watch a number that is not the account’s', async () => {
      for (const number of ['+4930123458', '4930123459', 'Acme', '0', '%00']) {
        const body = { inboundMessageUrl: `${receiver.origin}/never` }
        assert.equal((await server.call(numberPath(number), { body })).status, 404, number)
      }
    })

    test('a flow sends texts, whose status it can poll', async () => {
      const content = { contentType: 'text', text: 'Hello' }
      const body = { to: '4915112645678', from: 'Heliograph', channel: 'sms', content }
      const path = '/conversations/v3/power-automate/messages/sms/text'
      const sent = await server.call<{ messageId: string }>(path, { body })
      assert.equal(sent.status, 202, sent.text)
      await waitFor(async () => {
        const found = await server.call<{ status: string; deliveryChannel: string }>(
          `/conversations/v3/messages/${sent.body.messageId}/status`,
        )
        assert.equal(found.body.deliveryChannel, 'sms')
        return found.body.status === 'delivered'
      })
    })
  })
}
