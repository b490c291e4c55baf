import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readDefinition } from '../../../connectors/power-automate/definition.ts'
import { waitFor } from '../waitFor.ts'
import { startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { type InProcess, startInProcess } from './inProcess.ts'
import { type Called, connect, type Values } from './powerAutomateRuntime.ts'

// Flows as Power Automate runs them: everything that is called and read here comes from the connectors' definitions.

const OUR_NUMBER = '+4930123456'
const HANDSET = '4915112345678'

let server: InProcess
let flows: WebhookReceiver
/** Deleted behind our back: what Power Automate answers to calls of them. */
const deleted = new Map<string, number>()
let texts = 0

before(async () => {
  flows = await startReceiver((response, { path }) => {
    response.statusCode = deleted.get(path) ?? 202
    response.end()
  })
  const acme = {
    id: 'acme',
    apiKeys: [
      { key: 'key-of-acme', scopes: ['chat', 'otp'] },
      { key: 'key-for-others', scopes: ['messages'] },
    ],
    numbers: [{ number: OUR_NUMBER }],
  }
  const stranger = { id: 'stranger', apiKeys: [{ key: 'key-of-stranger', scopes: ['chat'] }] }
  server = await startInProcess('sqlite', {
    webhooks: { allowPrivateNetworks: true },
    accounts: [acme, stranger],
    simulator: true,
  })
  await waitFor(async () => (await server.call('/readyz')).status === 200)
})
after(async () => {
  await server?.stop()
  await flows?.close()
})

/** Somebody sends an SMS to our number. */
async function write(): Promise<string> {
  const text = `Is it number ${++texts}?`
  const answer = await server.call('/sim/v1/inbound', { body: { from: `+${HANDSET}`, to: OUR_NUMBER, text } })
  assert.equal(answer.status, 202, answer.text)
  return text
}

async function lastOnHandset(): Promise<string> {
  const { body } = await server.call<{ messages: { text: string }[] }>(`/sim/v1/handsets/+${HANDSET}/messages`)
  return body.messages.at(-1)?.text ?? ''
}

const callOf = (flow: string, text: string) =>
  flows.callsTo(`/${flow}`).find(({ body }) => JSON.parse(body).text === text)
const started = (flow: string, text: string) => waitFor(() => callOf(flow, text) !== undefined)

describe('a flow of the SMS connector', () => {
  const definition = readDefinition('.')
  const connectWith = (key: string) => connect(definition, { server, key })

  test('a connection is tried with its key: a good one works, another does not', async () => {
    const { status, body } = await connectWith('key-of-acme').call(definition.testConnection)
    assert.equal(status, 200)
    assert(Array.isArray(body))
    assert.deepEqual(
      body.map(({ id }) => id),
      [{ phoneNumber: OUR_NUMBER }],
    )
    assert.equal((await connectWith('no-key').call(definition.testConnection)).status, 403)
    // A key for other things is told so when the connection is made, not when the flow runs.
    assert.equal((await connectWith('key-for-others').call(definition.testConnection)).status, 403)
  })

  const generations = [
    {
      name: 'of today',
      trigger: 'incomingV3',
      subscription: (url: string): Values => ({ smsSender: OUR_NUMBER, inboundMessageUrl: url }),
      send: 'SendSMSv3',
      message: (to: unknown, from: unknown, text: string): Values => ({ to, from, 'content.text': text }),
      check: 'StatusCheckV3',
      id: 'messageId',
    },
    {
      name: 'of version 2',
      trigger: 'incoming',
      subscription: (url: string): Values => ({ callbackUrl: url }),
      send: 'SendSMS',
      message: (to: unknown, from: unknown, text: string): Values => ({ to, 'sms.from': from, 'sms.text': text }),
      check: 'StatusCheck',
      id: 'id',
    },
  ]
  for (const { name, trigger, subscription, send, message, check, id } of generations) {
    test(`${name} starts with an SMS, answers it, sees it delivered, and ends`, async () => {
      const connection = connectWith('key-of-acme')
      const flow = `flow-${trigger}`
      const subscribed = await connection.call(trigger, subscription(`${flows.origin}/${flow}?sig=secret`))
      assert.equal(subscribed.status, 201)
      const witness = await connection.call(trigger, subscription(`${flows.origin}/witness-${trigger}`))

      const question = await write()
      await started(flow, question)
      const received = callOf(flow, question)
      assert.equal(received?.query.get('sig'), 'secret')
      const told = connection.read(trigger, received)
      assert.deepEqual(
        [told.event, told.channel, told.from, told.to, told.text, told.file, told.content],
        [
          'MoMessage',
          'sms',
          HANDSET,
          OUR_NUMBER.slice(1),
          question,
          '',
          { contentType: 'text', text: question, file: '' },
        ],
      )
      assert(Math.abs(Date.parse(String(told.receivedAt)) - Date.now()) < 60_000)

      const sent = await connection.call(send, message(told.from, told.to, `You asked: ${told.text}`))
      assert.equal(sent.status, 202)
      let status: Called['body'] = {}
      await waitFor(async () => {
        const checked = await connection.call(check, { [id]: sent.body.messageId })
        assert.equal(checked.status, 200)
        status = checked.body
        return status.status === 'delivered'
      })
      assert.deepEqual([status.messageId, status.deliveryChannel], [sent.body.messageId, 'sms'])
      assert.equal(await lastOnHandset(), `You asked: ${question}`)

      assert.equal((await connection.deleteAt(subscribed.headers.get('location'))).status, 204)
      const later = await write()
      await started(`witness-${trigger}`, later)
      assert.equal(flows.callsTo(`/${flow}`).length, 1)
      assert.equal((await connection.deleteAt(subscribed.headers.get('location'))).status, 404)
      assert.equal((await connection.deleteAt(witness.headers.get('location'))).status, 204)
    })
  }

  test('the connector of 2022, which set the callback of a number as its trigger, works too', async () => {
    const path = `/conversations/v3/configurations/channels/sms/phone-numbers/${OUR_NUMBER.slice(1)}/callbacks`
    const set = (body: object) => server.call(path, { method: 'PUT', body })
    assert.equal((await set({ inboundMessageUrl: `${flows.origin}/flow-2022` })).status, 200)
    const question = await write()
    await waitFor(() => flows.callsTo('/flow-2022').length === 1)
    const told = JSON.parse(flows.callsTo('/flow-2022')[0]?.body ?? '')
    assert.deepEqual([told.event, told.from, told.to], ['MoMessage', HANDSET, OUR_NUMBER.slice(1)])
    assert.deepEqual(told.content, { contentType: 'text', text: question })
    const content = { contentType: 'text', text: 'Yes' }
    const reply = { from: told.to, to: told.from, channel: 'sms', content }
    assert.equal((await server.call('/conversations/v3/messages', { body: reply })).status, 202)
    assert.equal((await set({})).status, 200)
  })

  for (const status of [404, 410]) {
    test(`a flow that answers ${status} is gone, and never called again`, async () => {
      const connection = connectWith('key-of-acme')
      const subscribe = async (flow: string) =>
        connection.call('incomingV3', { smsSender: OUR_NUMBER, inboundMessageUrl: `${flows.origin}/${flow}` })
      const { headers } = await subscribe(`gone-${status}`)
      const witness = await subscribe(`stays-${status}`)
      deleted.set(`/gone-${status}`, status)
      await started(`gone-${status}`, await write())
      // Its subscription goes as soon as the answer is looked at.
      await waitFor(async () => (await connection.deleteAt(headers.get('location'))).status === 404)
      await started(`stays-${status}`, await write())
      assert.equal(flows.callsTo(`/gone-${status}`).length, 1)
      await connection.deleteAt(witness.headers.get('location'))
    })
  }

  test('another account cannot end a subscription, nor watch a number that is not its own', async () => {
    const connection = connectWith('key-of-acme')
    const values = { smsSender: OUR_NUMBER, inboundMessageUrl: `${flows.origin}/mine` }
    const { headers } = await connection.call('incomingV3', values)
    assert.equal((await connectWith('key-of-stranger').deleteAt(headers.get('location'))).status, 404)
    assert.equal((await connectWith('key-of-stranger').call('incomingV3', values)).status, 404)
    await started('mine', await write())
    await connection.deleteAt(headers.get('location'))
  })

  test('what a flow does wrong comes back as a problem that names the field', async () => {
    const connection = connectWith('key-of-acme')
    const { status, body } = await connection.call('SendSMSv3', { to: '12', from: OUR_NUMBER, 'content.text': '' })
    assert.equal(status, 400)
    assert(Array.isArray(body.violations) && body.violations.length === 2, JSON.stringify(body))
    const messageId = '00000000-0000-0000-0000-000000000000'
    assert.equal((await connection.call('StatusCheckV3', { messageId })).status, 404)
    assert.equal(
      (await connection.call('incomingV3', { smsSender: '+4930999999', inboundMessageUrl: 'x' })).status,
      404,
    )
    const url = { smsSender: OUR_NUMBER, inboundMessageUrl: 'ftp://flow.example' }
    assert.equal((await connection.call('incomingV3', url)).status, 400)
  })
})

describe('a flow of the 2FA connector', () => {
  const definition = readDefinition('2fa')

  test('a connection is tried with its key', async () => {
    const tried = await connect(definition, { server, key: 'key-of-acme' }).call(definition.testConnection)
    assert.equal(tried.status, 200)
    const refused = await connect(definition, { server, key: 'no-key' }).call(definition.testConnection)
    assert.equal(refused.status, 403)
  })

  test('sends a code, sends it again, verifies what was typed, and deletes it', async () => {
    const connection = connect(definition, { server, key: 'key-of-acme' })
    const sent = await connection.call('SendOTP', { number: HANDSET, via: 'SMS', pinLength: 6, Sender: 'Flow' })
    assert.equal(sent.status, 200)
    const otp = { otpID: sent.body.otpId }
    const codeOnHandset = async () => /\b\d{6}\b/.exec(await lastOnHandset())?.[0]
    await waitFor(async () => (await codeOnHandset()) !== undefined)
    const code = (await codeOnHandset()) ?? ''

    const wrong = await connection.call('VerifyOTP', { ...otp, otpCode: code === '000000' ? '111111' : '000000' })
    assert.deepEqual([wrong.status, wrong.body.otpStatus], [401, 'ACTIVE'])
    assert.equal((await connection.call('ResendOTP', { ...otp, via: 'SMS' })).status, 200)
    const right = await connection.call('VerifyOTP', { ...otp, otpCode: code })
    assert.deepEqual([right.status, right.body.otpStatus], [202, 'VERIFIED'])
    assert.equal((await connection.call('VerifyOTP', { ...otp, otpCode: code })).status, 410)
    assert.equal((await connection.call('StatusOTP', otp)).body.otpStatus, 'VERIFIED')
    assert.equal((await connection.call('DeleteOTP', otp)).status, 200)
    assert.equal((await connection.call('StatusOTP', otp)).status, 404)
  })

  test('is told when it was tried too often, and what it did wrong', async () => {
    const connection = connect(definition, { server, key: 'key-of-acme' })
    const { body } = await connection.call('SendOTP', { number: '4915112345679', via: 'SMS', otpCode: 'abc123' })
    const otp = { otpID: body.otpId }
    for (const status of [401, 401, 401, 403, 410]) {
      assert.equal((await connection.call('VerifyOTP', { ...otp, otpCode: 'wrong' })).status, status)
    }
    assert.equal((await connection.call('SendOTP', { number: 'nobody' })).status, 400)
  })
})
