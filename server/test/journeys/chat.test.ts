import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { MessageHistory, MessageStatus, MessageStatusV2 } from '../../src/api/chat/schema.ts'
import { JumpingClock } from '../jumpingClock.ts'
import { waitFor } from '../waitFor.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// A message's whole way over the chain, with simulated carriers and phones, on both stores.

const CONFIG = { accounts: [{ id: 'acme', apiKeys: [{ key: 'key-of-acme', scopes: ['chat'] }] }], simulator: true }
const V1 = '/messaging/v1/chat'
const V2 = '/chat-api/v2'
const WHATSAPP = { from: '+442079460000', contentType: 'text', text: 'Hello on WhatsApp' }
const SMS = { from: 'Heliograph', contentType: 'text', text: 'Hello by SMS' }
const HOUR_MS = 3_600_000

interface Handset {
  readonly messages: readonly { readonly from: string; readonly text: string }[]
}

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`chains of channels on ${engine}`, () => {
    let server: InProcess
    let numbers = 0
    const clock = new JumpingClock()

    before(async () => {
      server = await startInProcess(engine, CONFIG, { clock })
      await waitFor(async () => (await server.call('/readyz')).status === 200)
    })
    after(() => server.stop())

    const freshNumber = () => `+49151124${56_000 + ++numbers}`
    /** One that the simulator treats in a way of its own. */
    const magicNumber = (ending: string) => `+4915${10 + ++numbers}1${ending}`
    const send = async (body: object, prefix = V1): Promise<string> => {
      const answer = await server.call<{ messageId: string; acceptedAt: string }>(`${prefix}/messages`, { body })
      assert.equal(answer.status, 202, answer.text)
      assert(Number.isFinite(Date.parse(answer.body.acceptedAt)))
      return answer.body.messageId
    }
    const statusOf = async (id: string) => (await server.call<MessageStatus>(`${V1}/messages/${id}/status`)).body
    const until = async (id: string, wanted: MessageStatus['status']): Promise<MessageStatus> => {
      await waitFor(async () => (await statusOf(id)).status === wanted)
      return statusOf(id)
    }
    const historyOf = async (id: string) =>
      (await server.call<MessageHistory>(`${V1}/messages/${id}/history`)).body.history
    const statesOf = async (id: string) =>
      (await historyOf(id)).map(({ deliveryChannel, state }) => `${deliveryChannel} ${state}`)
    const received = async (number: string, count = 1): Promise<Handset['messages']> => {
      let messages: Handset['messages'] = []
      await waitFor(async () => {
        const answer = await server.call<Handset>(`/sim/v1/handsets/${encodeURIComponent(number)}/messages`)
        messages = answer.status === 200 ? answer.body.messages : []
        return messages.length >= count
      })
      return messages
    }

    test('an SMS arrives, and the history tells how', async () => {
      const to = freshNumber()
      const id = await send({ to, channels: ['sms'], sms: SMS })
      assert.deepEqual(await until(id, 'delivered'), { messageId: id, deliveryChannel: 'sms', status: 'delivered' })
      assert.deepEqual(
        (await received(to)).map(({ from, text }) => [from, text]),
        [['Heliograph', 'Hello by SMS']],
      )
      assert.deepEqual(await statesOf(id), ['sms accepted', 'sms dispatched', 'sms success'])
      const times = (await historyOf(id)).map(({ happendAt }) => Date.parse(happendAt))
      assert.deepEqual(
        times.toSorted((a, b) => a - b),
        times,
      )
    })

    test('a URL goes out by SMS as its text', async () => {
      const to = freshNumber()
      await send({ to, channels: ['sms'], sms: { from: 'Heliograph', url: 'https://example.com/a?b=c' } })
      assert.equal((await received(to))[0]?.text, 'https://example.com/a?b=c')
    })

    test('what WhatsApp does not deliver goes on by SMS, with Meta’s reason in the history', async () => {
      const to = magicNumber('999802')
      const id = await send({ to, channels: ['whatsapp', 'sms'], whatsapp: WHATSAPP, sms: SMS })
      assert.equal((await until(id, 'delivered')).deliveryChannel, 'sms')
      assert.equal((await received(to)).length, 1)
      const states = await statesOf(id)
      assert.deepEqual(states, [
        'whatsapp accepted',
        'whatsapp dispatched',
        'whatsapp failed',
        'sms dispatched',
        'sms success',
      ])
      assert.equal((await historyOf(id))[2]?.details?.code, 'whatsapp::error::131026')
    })

    test('what WhatsApp delivers and the person reads is seen, and no SMS follows', async () => {
      const to = magicNumber('999801')
      const id = await send({ to, channels: ['whatsapp', 'sms'], whatsapp: WHATSAPP, sms: SMS })
      assert.equal((await until(id, 'seen')).deliveryChannel, 'whatsapp')
      assert.deepEqual(await statesOf(id), [
        'whatsapp accepted',
        'whatsapp dispatched',
        'whatsapp success',
        'whatsapp success',
      ])
      assert.equal((await historyOf(id)).at(-1)?.details?.code, 'seen')
    })

    test('a message whose last channel fails is failed, and v2 says why', async () => {
      const id = await send({ to: magicNumber('999802'), channels: ['whatsapp'], whatsapp: WHATSAPP }, V2)
      await until(id, 'failed')
      const { body } = await server.call<MessageStatusV2>(`${V2}/messages/${id}/status`)
      assert.equal(body.event, 'MessageStatus::failed')
      assert.equal(body.from, '442079460000')
      assert.equal(body.details?.code, 'whatsapp::error::131026')
    })

    test('a channel of which nothing is heard within its wait is given up for the next one', async () => {
      const to = magicNumber('999811')
      const chain = { to, channels: ['whatsapp', 'sms'], whatsapp: { ...WHATSAPP, waitSeconds: 600 }, sms: SMS }
      const id = await send(chain)
      await waitFor(async () => (await statesOf(id)).length === 2)
      clock.jump(601_000)
      assert.equal((await until(id, 'delivered')).deliveryChannel, 'sms')
      assert.deepEqual(await statesOf(id), [
        'whatsapp accepted',
        'whatsapp dispatched',
        'whatsapp unknown',
        'sms dispatched',
        'sms success',
      ])
    })

    test('a last channel of which nothing is heard for 48 hours is unknown', async () => {
      const id = await send({ to: magicNumber('999811'), channels: ['whatsapp'], whatsapp: WHATSAPP })
      await waitFor(async () => (await statesOf(id)).length === 2)
      clock.jump(47 * HOUR_MS)
      assert.equal((await statusOf(id)).status, 'accepted')
      clock.jump(HOUR_MS + 1_000)
      assert.equal((await until(id, 'unknown')).deliveryChannel, 'whatsapp')
    })

    test('echo delivers to nobody, and the vendor’s numbers may be JSON numbers', async () => {
      const id = await send({
        to: 4915112345678,
        channels: ['tyntecEcho'],
        defaultContent: { from: 1233423454, contentType: 'text', text: 'Hello' },
        tyntecEcho: { replyBack: true },
      })
      assert.equal((await until(id, 'delivered')).deliveryChannel, 'tyntecEcho')
      assert.deepEqual((await server.call<object>(`${V1}/messages/${id}`)).body, {
        messageId: id,
        to: '+4915112345678',
        channels: ['tyntecEcho'],
        tyntecEcho: { from: '1233423454', contentType: 'text', text: 'Hello', replyBack: true },
      })
    })

    test('the messages of a bulk reach the phone in their order', async () => {
      const to = freshNumber()
      const texts = ['one', 'two', 'three', 'four']
      const body = { to, from: 'Heliograph', channel: 'sms', sms: texts.map((text) => ({ contentType: 'text', text })) }
      const answer = await server.call<{ bulkId: string; messageIds: string[] }>(`${V2}/bulks`, { body })
      assert.equal(answer.status, 202, answer.text)
      assert.equal(new Set([answer.body.bulkId, ...answer.body.messageIds]).size, 5)
      const messages = await received(to, 4)
      assert.deepEqual(
        messages.map(({ text }) => text),
        texts,
      )
      for (const id of answer.body.messageIds) await until(id, 'delivered')
    })

    test('the connector of 2021 sends an SMS and polls its status until it is delivered', async () => {
      const to = freshNumber()
      const body = {
        to: to.slice(1),
        channels: ['sms'],
        sms: { from: 'Heliograph', contentType: 'text', text: 'Hello' },
      }
      const id = await send(body, V2)
      let status: MessageStatusV2 | undefined
      await waitFor(async () => {
        const answer = await server.call<MessageStatusV2>(`${V2}/messages/${id}/status`)
        assert.equal(answer.status, 200)
        status = answer.body
        return status.status === 'delivered'
      })
      assert.equal(status?.messageId, id)
      assert.equal(status?.deliveryChannel, 'sms')
      assert(Number.isFinite(Date.parse(status?.timestamp ?? '')))
      assert.equal((await received(to)).length, 1)
    })

    test('48 hours after its final state a message is found on no path', async () => {
      const id = await send({ to: freshNumber(), channels: ['sms'], sms: SMS })
      await until(id, 'delivered')
      const answers = async () => {
        const paths = [V1, V2].flatMap((prefix) =>
          ['', '/status', '/history'].map((path) => `${prefix}/messages/${id}${path}`),
        )
        return Promise.all(paths.map(async (path) => (await server.call(path)).status))
      }
      clock.jump(47 * HOUR_MS)
      assert.deepEqual(await answers(), Array(6).fill(200))
      clock.jump(HOUR_MS + 60_000)
      assert.deepEqual(await answers(), Array(6).fill(404))
    })
  })
}
