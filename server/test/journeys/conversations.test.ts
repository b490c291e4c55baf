import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { AccountConfiguration, ChannelConfiguration } from '../../src/api/conversations/configurationSchema.ts'
import type { BulkResponse, MessageEvents, MessageResponse, MessageStatus } from '../../src/api/conversations/schema.ts'
import { waitFor } from '../waitFor.ts'
import { type ReceivedCall, startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// Messages over one channel, and what the customer's server is told of them and of the answers, on both stores.

const V3 = '/conversations/v3'
const OUR_NUMBER = '+4930123456'
const WHATSAPP_NUMBER = '+442079460000'
const SECRET = 'correct horse battery'

interface Told {
  readonly event: string
  readonly messageId: string
  readonly channel: string
  readonly from: string
  readonly to: string
  readonly userContext?: string
  readonly content?: { readonly contentType: string; readonly text: string }
  readonly details?: { readonly code: string }
}

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`conversations on ${engine}`, () => {
    let server: InProcess
    let receiver: WebhookReceiver
    let numbers = 0

    before(async () => {
      receiver = await startReceiver()
      server = await startInProcess(engine, {
        webhooks: { allowPrivateNetworks: true },
        accounts: [
          {
            id: 'acme',
            apiKeys: [{ key: 'key-of-acme', scopes: ['chat'] }],
            numbers: [{ number: OUR_NUMBER }, { number: '+4930123457' }],
          },
        ],
        simulator: true,
      })
      await waitFor(async () => (await server.call('/readyz')).status === 200)
    })
    beforeEach(() => setCallbacks({ inboundMessageUrl: at('/inbound'), messageStatusUrl: at('/status') }))
    after(async () => {
      await server?.stop()
      await receiver.close()
    })

    const at = (path: string) => `${receiver.origin}${path}`
    const freshNumber = () => `+49151125${56_000 + ++numbers}`
    /** One that the simulator treats in a way of its own. */
    const magicNumber = (ending: string) => `+4915${10 + ++numbers}2${ending}`
    const setCallbacks = async (callback: object) => {
      const answer = await server.call<AccountConfiguration>(`${V3}/configurations/callbacks`, {
        method: 'PUT',
        body: callback,
      })
      assert.equal(answer.status, 200, answer.text)
      return answer.body
    }
    const setNumber = async (number: string, callback: object) => {
      const path = `${V3}/configurations/channels/sms/phone-numbers/${number}/callbacks`
      const answer = await server.call<ChannelConfiguration>(path, { method: 'PUT', body: callback })
      assert.equal(answer.status, 200, answer.text)
      return answer.body
    }
    const send = async (message: object): Promise<string> => {
      const body = { from: 'Heliograph', channel: 'sms', content: { text: 'Hello' }, ...message }
      const answer = await server.call<MessageResponse>(`${V3}/messages`, { body })
      assert.equal(answer.status, 202, answer.text)
      assert.equal(answer.body.timestamp, answer.body.acceptedAt)
      return answer.body.messageId
    }
    const until = async (id: string, wanted: MessageStatus['status']): Promise<MessageStatus> => {
      let found: MessageStatus | undefined
      await waitFor(async () => {
        found = (await server.call<MessageStatus>(`${V3}/messages/${id}/status`)).body
        return found.status === wanted
      })
      return found ?? assert.fail()
    }
    const callsOf = (path: string, id: string): { told: Told; call: ReceivedCall }[] =>
      receiver
        .callsTo(path)
        .map((call) => ({ told: JSON.parse(call.body), call }))
        .filter(({ told }) => told.messageId === id)
    const eventsTold = (path: string, id: string) =>
      callsOf(path, id).map(({ told }) => told.event.replace('MessageStatus::', ''))
    const write = async (path: string, message: object) => {
      const answer = await server.call(`/sim/v1/${path}`, { body: message })
      assert.equal(Math.floor(answer.status / 100), 2, answer.text)
    }
    const toldOf = async (path: string, text: string): Promise<Told> => {
      const find = () => receiver.callsTo(path).find(({ body }) => body.includes(text))
      await waitFor(() => find() !== undefined)
      return JSON.parse(find()?.body ?? '')
    }

    test('each step of an SMS is told, signed, and the same as its events', async () => {
      const configured = await setCallbacks({
        messageStatusUrl: at('/signed'),
        signature: { secret: SECRET, method: 'HS256' },
        header: { key: 'authorization', value: 'Bearer of mine' },
      })
      assert.deepEqual(configured.callback, {
        messageStatusUrl: at('/signed'),
        signature: { method: 'HS256' },
        header: { key: 'authorization' },
      })
      const to = freshNumber()
      const id = await send({ to, context: 'order 17' })
      const status = await until(id, 'delivered')
      assert.deepEqual(
        { ...status, timestamp: '' },
        { messageId: id, status: 'delivered', timestamp: '', deliveryChannel: 'sms', context: 'order 17' },
      )
      const { body } = await server.call<MessageEvents>(`${V3}/messages/${id}/events`)
      const events = ['accepted', 'dispatched', 'delivered']
      assert.deepEqual(
        body.events.map(({ event, channel }) => [event, channel]),
        events.map((event) => [`MessageStatus::${event}`, 'sms']),
      )
      await waitFor(() => callsOf('/signed', id).length === 3)
      assert.deepEqual(eventsTold('/signed', id).sort(), events.sort())
      for (const { told, call } of callsOf('/signed', id)) {
        assert.equal(told.userContext, 'order 17')
        assert.equal(told.to, to.slice(1))
        assert.equal(call.headers.authorization, 'Bearer of mine')
        const signed = `${call.headers['x-request-timestamp']}\n${call.body}`
        assert.equal(call.headers['x-signature'], createHmac('sha256', SECRET).update(signed).digest('base64url'))
      }
    })

    test('a number’s callbacks go before the account’s, property by property', async () => {
      const set = await setNumber(OUR_NUMBER, {
        messageStatusUrl: at('/number'),
        eventFilter: ['MessageStatus::delivered'],
      })
      assert.deepEqual(set.id, { phoneNumber: OUR_NUMBER })
      const { callback } = (
        await server.call<ChannelConfiguration>(
          `${V3}/configurations/channels/sms/phone-numbers/${OUR_NUMBER.slice(1)}`,
        )
      ).body
      assert.deepEqual(callback, { messageStatusUrl: at('/number'), eventFilter: ['MessageStatus::delivered'] })
      const id = await send({ to: freshNumber(), from: OUR_NUMBER })
      const other = await send({ to: freshNumber(), from: '+4930123457' })
      await waitFor(() => callsOf('/number', id).length === 1 && callsOf('/status', other).length === 3)
      assert.deepEqual(eventsTold('/number', id), ['delivered'])
      assert.deepEqual(eventsTold('/status', id), [])
      await write('inbound', { from: '+491622943176', to: OUR_NUMBER, text: 'To the account' })
      assert.equal((await toldOf('/inbound', 'To the account')).to, OUR_NUMBER.slice(1))
      await setNumber(OUR_NUMBER, { inboundMessageUrl: at('/support') })
      await write('inbound', { from: '+491622943176', to: OUR_NUMBER, text: 'To the number' })
      assert.equal((await toldOf('/support', 'To the number')).channel, 'sms')
      await setNumber(OUR_NUMBER, {})
    })

    test('a message’s own URL goes before all others', async () => {
      const id = await send({ to: freshNumber(), overrides: { messageStatusUrl: at('/own') } })
      await waitFor(() => callsOf('/own', id).length === 3)
      assert.deepEqual(eventsTold('/status', id), [])
    })

    test('what a person writes by SMS and by WhatsApp comes in the version that was chosen', async () => {
      await write('inbound', { from: '+491622943176', to: OUR_NUMBER, text: 'Hello by SMS' })
      const sms = await toldOf('/inbound', 'Hello by SMS')
      assert.equal(sms.event, 'MoMessage')
      assert.deepEqual([sms.from, sms.to, sms.channel], ['491622943176', OUR_NUMBER.slice(1), 'sms'])
      assert.deepEqual(sms.content, { contentType: 'text', text: 'Hello by SMS' })
      const whatsapp = { from: '+491622943176', to: WHATSAPP_NUMBER }
      await write('chats/inbound', { ...whatsapp, text: 'Hello by WhatsApp' })
      const chat = await toldOf('/inbound', 'Hello by WhatsApp')
      assert.deepEqual([chat.event, chat.channel, chat.to], ['MoMessage', 'whatsapp', WHATSAPP_NUMBER.slice(1)])
      await setCallbacks({ callbackVersion: '3', inboundMessageUrl: at('/v3') })
      await write('chats/inbound', { ...whatsapp, text: 'Hello in version 3' })
      assert.equal((await toldOf('/v3', 'Hello in version 3')).event, 'InboundMessage')
    })

    test('a WhatsApp message is told to be read, or why it failed', async () => {
      const whatsapp = { from: WHATSAPP_NUMBER, channel: 'whatsapp', content: { contentType: 'text', text: 'Hello' } }
      const read = await send({ ...whatsapp, to: magicNumber('999801') })
      await until(read, 'seen')
      await waitFor(() => callsOf('/status', read).length === 4)
      assert.deepEqual(eventsTold('/status', read).sort(), ['accepted', 'delivered', 'dispatched', 'seen'])
      const failed = await send({ ...whatsapp, to: magicNumber('999802') })
      assert.equal((await until(failed, 'failed')).details?.code, 'whatsapp::error::131026')
      await waitFor(() => eventsTold('/status', failed).includes('failed'))
      const { body } = await server.call<MessageEvents>(`${V3}/messages/${failed}/events`)
      assert.equal(body.events.at(-1)?.event, 'MessageStatus::failed')
      assert.equal(body.events.at(-1)?.details?.code, 'whatsapp::error::131026')
    })

    test('a template reaches the phone with its values', async () => {
      const to = freshNumber()
      const components = { body: ['17', 'tomorrow'].map((text) => ({ type: 'text', text })) }
      const template = { templateId: 'order_update', templateLanguage: 'en', components }
      const content = { contentType: 'template', template }
      await until(await send({ to, from: WHATSAPP_NUMBER, channel: 'whatsapp', content }), 'delivered')
      const { text } = await server.call(`/sim/v1/handsets/${encodeURIComponent(to)}/chats`)
      assert.match(text, /17.*tomorrow/s)
    })

    test('the messages of a bulk reach the phone in their order', async () => {
      const to = freshNumber()
      const texts = ['one', 'two', 'three']
      const messages = texts.map((text) => ({ contentType: 'text', text }))
      const bulk = { to, from: 'Heliograph', channel: 'sms', messages }
      const answer = await server.call<BulkResponse>(`${V3}/bulks`, { body: bulk })
      assert.equal(answer.status, 202, answer.text)
      for (const id of answer.body.messageIds) await until(id, 'delivered')
      const phone = await server.call<{ messages: { text: string }[] }>(
        `/sim/v1/handsets/${encodeURIComponent(to)}/messages`,
      )
      assert.deepEqual(
        phone.body.messages.map(({ text }) => text),
        texts,
      )
    })

    test('a message of one API is read by the other', async () => {
      const to = freshNumber()
      const id = await send({ to, context: 'order 17' })
      const { body } = await server.call<object>(`/messaging/v1/chat/messages/${id}`)
      assert.deepEqual(body, {
        messageId: id,
        to,
        channels: ['sms'],
        sms: { from: 'Heliograph', contentType: 'text', text: 'Hello' },
        context: { userContext: 'order 17' },
      })
      const sms = { from: 'Heliograph', text: 'Hello' }
      const chain = {
        to: freshNumber(),
        channels: ['tyntecEcho', 'sms'],
        tyntecEcho: { ...sms, contentType: 'text' },
        sms,
      }
      const sent = await server.call<MessageResponse>('/chat-api/v2/messages', { body: chain })
      assert.equal((await until(sent.body.messageId, 'delivered')).deliveryChannel, 'tyntecEcho')
    })

    test('webhooks of the Chat API are the account’s callbacks', async () => {
      const path = '/chat-api/v2/applications/default'
      const webhooks = [
        { events: ['MoMessage'], callbackUrl: at('/mo') },
        { events: ['MessageStatus::delivered'], callbackUrl: at('/delivered') },
      ]
      assert.equal((await server.call(path, { method: 'PATCH', body: { webhooks } })).status, 400)
      webhooks[1] = { events: [], callbackUrl: at('/statuses') }
      assert.equal((await server.call(path, { method: 'PATCH', body: { webhooks } })).status, 204)
      const { callback } = (await server.call<AccountConfiguration>(`${V3}/configurations`)).body
      assert.deepEqual([callback.inboundMessageUrl, callback.messageStatusUrl], [at('/mo'), at('/statuses')])
      const [application] = (await server.call<object[]>('/chat-api/v2/applications')).body
      assert.deepEqual(application, (await server.call<object>(path)).body)
      await write('inbound', { from: '+491622943176', to: OUR_NUMBER, text: 'Hello by version 2' })
      assert.equal((await toldOf('/mo', 'Hello by version 2')).event, 'MoMessage')
    })

    test('secrets that are set are never answered, and stay when an answer is sent back', async () => {
      await setCallbacks({ messageStatusUrl: at('/kept'), signature: { secret: SECRET, method: 'HS512' } })
      const { callback } = (await server.call<AccountConfiguration>(`${V3}/configurations`)).body
      await setCallbacks({ ...callback, eventFilter: ['MessageStatus::delivered'] })
      const id = await send({ to: freshNumber() })
      await waitFor(() => callsOf('/kept', id).length === 1)
      const [{ call } = assert.fail()] = callsOf('/kept', id)
      const signed = `${call.headers['x-request-timestamp']}\n${call.body}`
      assert.equal(call.headers['x-signature'], createHmac('sha512', SECRET).update(signed).digest('base64url'))

      const credentials = {
        basic: { username: 'files', password: 'a secret of mine' },
        oauth2: { clientId: 'files', clientSecret: 'a secret of mine', url: 'https://login.example/token' },
      }
      const path = `${V3}/configurations/mediaCredentials`
      for (const type of ['basic', 'oauth2'] as const) {
        const answer = await server.call<AccountConfiguration>(path, {
          method: 'PUT',
          body: { type, [type]: credentials[type] },
        })
        assert.equal(answer.status, 200, answer.text)
        assert.equal(answer.body.config.mediaCredentials?.type, type)
        assert.equal(answer.text.includes('secret of mine'), false)
        assert.equal(answer.text.includes(SECRET), false)
      }
      const removed = await server.call<AccountConfiguration>(path, { method: 'DELETE' })
      assert.deepEqual(removed.body.config, {})
    })
  })
}
