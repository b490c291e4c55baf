import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RestMessageResponse } from '../../src/api/sms/schema.ts'
import { waitFor } from '../waitFor.ts'
import { type ReceivedCall, startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { accountOf, Installation, KEY, type ProblemBody } from './heliograph.ts'

// Every documented parameter of the SMS API does what it says, in every way in which it can be given.

let heliograph: Installation
let receiver: WebhookReceiver

before(async () => {
  receiver = await startReceiver()
  heliograph = await Installation.create({
    config: {
      webhooks: { allowPrivateNetworks: true },
      accounts: [accountOf('acme')],
      simulator: true,
      routes: [
        { carrier: 'simulator', gateway: 'DEFAULT' },
        { carrier: 'simulator', gateway: 'PREMIUM' },
      ],
      networks: [{ prefix: '4915112', mccmnc: '26201' }],
      prices: [
        { mccmnc: '26201', price: '0.065', currency: 'EUR', effective: '2026-01-01T00:00:00Z' },
        { mccmnc: '26201', price: '9.99', currency: 'EUR', effective: '2099-01-01T00:00:00Z' },
        { price: '0.1', currency: 'USD' },
      ],
    },
  })
  await heliograph.start()
})
after(async () => {
  await heliograph.remove()
  await receiver.close()
})

let numbers = 0
/** A handset that nobody has written to yet. */
const handset = () => `+49151120${String(10_000 + ++numbers)}`

interface Explained extends RestMessageResponse {
  readonly encoding: string
  readonly text: string
  readonly gateway: string
  readonly conversion: boolean
  readonly converted: boolean | null
  readonly scheduledDate: string | null
  readonly expiryDate: string
}

const explain = async (requestId: string) => (await heliograph.call<Explained>(`/api/v1/messages/${requestId}`)).body

interface Shown {
  readonly text: string
  readonly from: string
  readonly parts: number
  readonly encoding: string
  readonly flash: boolean
}

/** What the phone shows once the message has arrived. */
async function onPhone(message: RestMessageResponse): Promise<Shown> {
  await heliograph.untilStatus(message.requestId, 'DELIVERED')
  const path = `/sim/v1/handsets/${encodeURIComponent(message.to)}/messages`
  const { messages } = (await heliograph.call<{ messages: Shown[] }>(path)).body
  return messages.at(-1) ?? assert.fail('nothing arrived')
}

const sendByForm = (fields: Record<string, string>, path = '/messaging/v1/sms') =>
  heliograph.call<RestMessageResponse>(path, {
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
const sendByLink = (fields: Record<string, string>, path = '/messaging/v1/sms') =>
  heliograph.call<RestMessageResponse>(`${path}?${new URLSearchParams(fields)}`)

test('JSON, a form and a link send the same message, with or without a slash at the end of the path', async () => {
  const answers = []
  for (const path of ['/messaging/v1/sms', '/messaging/v1/sms/']) {
    const sms = () => ({ to: handset(), from: 'Heliograph', message: 'Grüße & more = 100 %' })
    answers.push(await heliograph.call<RestMessageResponse>(path, { body: sms() }))
    answers.push(await sendByForm(sms(), path))
    answers.push(await sendByLink(sms(), path))
  }
  for (const { status, text, body } of answers) {
    assert.equal(status, 200, text)
    assert.deepEqual(
      { ...(await onPhone(body)), at: '', to: '' },
      {
        from: 'Heliograph',
        text: 'Grüße & more = 100 %',
        parts: 1,
        encoding: 'gsm7',
        flash: false,
        at: '',
        to: '',
      },
    )
  }
})

test('names in a link and the key header may be written in any case', async () => {
  const to = handset()
  const query = new URLSearchParams({ TO: to, From: 'Heliograph', mEssage: 'Hi', PARTLIMIT: '1', flash: 'true' })
  const { status, body, text } = await heliograph.call<RestMessageResponse>(`/messaging/v1/sms?${query}`, {
    key: null,
    headers: { ApiKey: KEY },
  })
  assert.equal(status, 200, text)
  assert.deepEqual([body.to, (await onPhone(body)).flash], [to, true])
})

test('a number is understood with +, with 00, as digits, as a JSON number and with the + of a link read as a space', async () => {
  const to = handset()
  const digits = to.slice(1)
  const sent = [
    await heliograph.send({ to }),
    await heliograph.send({ to: `00${digits}` }),
    await heliograph.send({ to: digits }),
    await heliograph.send({ to: Number(digits), from: 491701234567 }),
    (await heliograph.call<RestMessageResponse>(`/messaging/v1/sms?to=+${digits}&from=+491701234567&message=x`)).body,
  ]
  assert.deepEqual(
    sent.map((message) => [message.to, message.from]),
    [
      [to, 'Heliograph'],
      [to, 'Heliograph'],
      [to, 'Heliograph'],
      [to, '+491701234567'],
      [to, '+491701234567'],
    ],
  )
})

test('the answer has every documented field', async () => {
  const before = Date.now()
  const message = await heliograph.send({
    to: handset(),
    message: 'A text of more than twenty characters',
    reference: 'r1',
  })
  const { requestId, submitDate } = message
  assert.match(requestId, /^[0-9a-f-]{36}$/)
  assert(Math.abs(Date.parse(submitDate) - before) < 5_000, submitDate)
  assert.deepEqual(message, {
    requestId,
    status: 'ACCEPTED',
    from: 'Heliograph',
    to: message.to,
    reference: 'r1',
    size: 1,
    overallPrice: '0.065',
    priceEffective: '2026-01-01T00:00:00Z',
    mccmnc: '26201',
    ttid: null,
    submitDate,
    sentDate: null,
    doneDate: null,
    errorCode: null,
    errorReason: null,
    href: `${heliograph.url}/messaging/v1/messages/${requestId}`,
    parts: [
      {
        partId: `${requestId}-1`,
        deliveryState: 'ACCEPTED',
        errorCode: null,
        statusText: 'A text of more than ',
        price: '0.065',
        currency: 'EUR',
        priceEffective: '2026-01-01T00:00:00Z',
        sentDate: null,
        doneDate: null,
      },
    ],
  })
  const done = await heliograph.untilStatus(requestId, 'DELIVERED')
  const { sentDate, doneDate } = done
  assert(sentDate !== null && doneDate !== null && submitDate <= sentDate && sentDate <= doneDate)
  const part = { ...message.parts[0], deliveryState: 'DELIVERED', errorCode: '0000', sentDate, doneDate }
  assert.deepEqual(done, { ...message, status: 'DELIVERED', errorCode: '0000', sentDate, doneDate, parts: [part] })
  assert.deepEqual((await heliograph.call(message.href)).body, done)
})

test('a long message is priced by the part and arrives whole', async () => {
  const gsm = await heliograph.send({ to: handset(), message: 'x'.repeat(152 * 2 + 1) })
  assert.deepEqual([gsm.size, gsm.overallPrice, gsm.parts.length], [3, '0.195', 3])
  const unicode = await heliograph.send({ to: '+447400123456', message: 'я'.repeat(66 + 5) })
  assert.deepEqual([unicode.size, unicode.overallPrice, unicode.parts[1]?.statusText], [2, '0.2', 'я'.repeat(5)])
  assert.deepEqual([(await onPhone(gsm)).text, (await onPhone(gsm)).parts], ['x'.repeat(305), 3])
  assert.equal((await onPhone(unicode)).text, 'я'.repeat(71))
  const { parts } = await heliograph.statusOf(gsm.requestId)
  assert.deepEqual([...new Set(parts.map(({ deliveryState }) => deliveryState))], ['DELIVERED'])
})

test('partLimit refuses a longer message and names the parts it needs', async () => {
  const sms = { to: handset(), from: 'Heliograph', message: 'x'.repeat(152 * 4 + 1) }
  const byDefault = await heliograph.call('/messaging/v1/sms', { body: sms })
  assert.equal(byDefault.status, 400)
  assert.deepEqual(byDefault.body.violations, [{ field: 'partLimit', message: 'is 4, but the message needs 5 parts' }])
  assert.equal((await heliograph.send({ ...sms, partLimit: 5 })).size, 5)
})

test('encoding decides between GSM-7 and Unicode', async () => {
  const auto = await heliograph.send({ to: handset(), message: 'plain' })
  const unicode = await heliograph.send({ to: handset(), message: 'plain', encoding: 'UNICODE' })
  const gsm = await heliograph.send({ to: handset(), message: 'It’s “so”', encoding: 'GSM7', trate: 1 })
  assert.deepEqual([(await onPhone(auto)).encoding, (await onPhone(unicode)).encoding], ['gsm7', 'ucs2'])
  assert.deepEqual([(await onPhone(gsm)).encoding, (await onPhone(gsm)).text], ['gsm7', 'It\'s "so"'])
  const refused = await heliograph.call('/messaging/v1/sms', {
    body: { to: handset(), from: 'x1', message: 'It’s', encoding: 'GSM7' },
  })
  assert.equal(refused.status, 400)
  assert.match(refused.body.violations?.[0]?.message ?? '', /U\+2019 at 2; trate and mrate do not allow/)
})

test('trate lets characters be replaced where that saves parts: none by POST, all by GET unless said otherwise', async () => {
  const message = `${'x'.repeat(99)}’`
  const post = await heliograph.send({ to: handset(), message })
  const allowed = await heliograph.send({ to: handset(), message, trate: 0.01 })
  const get = (await sendByLink({ to: handset(), from: 'Heliograph', message })).body
  const forbidden = (await sendByLink({ to: handset(), from: 'Heliograph', message, trate: '0' })).body
  assert.deepEqual([post.size, allowed.size, get.size, forbidden.size], [2, 1, 1, 2])
  assert.equal((await onPhone(allowed)).text, `${'x'.repeat(99)}'`)
  assert.equal((await onPhone(post)).text, message)
})

test('mrate lets characters be masked, upperCased turns Greek into capitals, keepEmojis protects emojis', async () => {
  const masked = { message: `${'x'.repeat(99)}漢` }
  assert.equal((await heliograph.send({ to: handset(), ...masked })).size, 2)
  const arrived = await onPhone(await heliograph.send({ to: handset(), ...masked, mrate: 0.01 }))
  assert.deepEqual([arrived.parts, arrived.text], [1, `${'x'.repeat(99)}.`])

  const greek = { message: 'καλημερα '.repeat(9) }
  assert.equal((await heliograph.send({ to: handset(), ...greek, upperCased: false })).size, 2)
  const capital = await heliograph.send({ to: handset(), ...greek, trate: 1 })
  assert.equal(capital.size, 1)
  assert.equal((await onPhone(capital)).text, 'KAΛHMEPA '.repeat(9))

  const emoji = { message: `${'x'.repeat(99)}👍`, trate: 1 }
  assert.equal((await heliograph.send({ to: handset(), ...emoji })).size, 2)
  const named = await heliograph.send({ to: handset(), ...emoji, keepEmojis: false })
  assert.equal(named.size, 1)
  assert.doesNotMatch((await onPhone(named)).text, /👍/)
})

test('sendDateTime holds a message back until then', async () => {
  const at = Math.ceil(Date.now() / 1000) * 1000 + 1_000
  const zoned = `${new Date(at + 3_600_000).toISOString().slice(0, 19)}+01:00`
  const sent = await heliograph.send({ to: handset(), sendDateTime: zoned })
  const { scheduledDate, expiryDate } = await explain(sent.requestId)
  assert.deepEqual(
    [scheduledDate, expiryDate],
    [at, at + 2_880 * 60_000].map((time) => new Date(time).toISOString()),
  )
  const done = await heliograph.untilStatus(sent.requestId, 'DELIVERED')
  assert(Date.parse(done.sentDate ?? '') >= at, 'not before its time')
})

test('validity ends the message so many minutes after it starts', async () => {
  const sent = await heliograph.send({ to: handset(), validity: 7 })
  const { expiryDate } = await explain(sent.requestId)
  const minutes = (Date.parse(expiryDate) - Date.parse(sent.submitDate)) / 60_000
  assert(minutes >= 7 && minutes < 7.05, String(minutes))
})

test('gateway picks the route; without a fitting route the message is rejected at once, with its callback', async () => {
  const premium = await heliograph.send({ to: handset(), gateway: 'PREMIUM' })
  assert.equal(premium.status, 'ACCEPTED')
  assert.equal((await explain(premium.requestId)).gateway, 'PREMIUM')
  const rejected = await heliograph.send({ to: handset(), gateway: 'NOWHERE', callbackUrl: `${receiver.origin}/no` })
  assert.deepEqual(
    [rejected.status, rejected.errorCode, rejected.errorReason, rejected.parts[0]?.deliveryState],
    ['REJECTED', '0b01', 'no route to this destination', 'REJECTED'],
  )
  assert.notEqual(rejected.doneDate, null)
  await waitFor(() => receiver.callsTo('/no').length === 1)
  assert.equal(JSON.parse(receiver.callsTo('/no')[0]?.body ?? '').status, 'REJECTED')
})

test('a conversion is reported by JSON or form and shown with the message', async () => {
  const sent = await heliograph.send({ to: handset(), conversion: true })
  assert.deepEqual(await explain(sent.requestId).then((m) => [m.conversion, m.converted]), [true, null])
  const timestamp = '2026-11-22T10:00:00Z'
  const body = { requestId: sent.requestId, delivered: false, timestamp }
  const reported = await heliograph.call<object>('/messaging/v1/conversion', { body })
  assert.equal(reported.status, 200)
  assert.deepEqual(reported.body, { ...body, timestamp: '2026-11-22T10:00:00.000Z' })
  assert.equal((await explain(sent.requestId)).converted, false)
  assert.equal((await sendByForm({ requestId: sent.requestId }, '/messaging/v1/conversion')).status, 200)
  assert.equal((await explain(sent.requestId)).converted, true, 'delivered is true unless said otherwise')
})

test('a callback by POST has the message as JSON, one by GET its flat fields behind the query that was there', async () => {
  const post = await heliograph.send({ to: handset(), reference: 'ref/ä', callbackUrl: `${receiver.origin}/post` })
  await heliograph.untilStatus(post.requestId, 'DELIVERED')
  await waitFor(() => receiver.callsTo('/post').length === 1)
  const [called] = receiver.callsTo('/post')
  assert.equal(called?.method, 'POST')
  assert.equal(called?.headers['content-type'], 'application/json')
  assert.deepEqual(JSON.parse(called?.body ?? ''), await heliograph.statusOf(post.requestId))

  const get = await heliograph.send({
    to: handset(),
    reference: 'ref/ä',
    callbackUrl: `${receiver.origin}/get?mine=1`,
    callbackMethod: 'get',
  })
  await heliograph.untilStatus(get.requestId, 'DELIVERED')
  await waitFor(() => receiver.callsTo('/get').length === 1)
  const [link] = receiver.callsTo('/get') as [ReceivedCall]
  const { parts, ttid, errorReason, ...flat } = await heliograph.statusOf(get.requestId)
  assert.deepEqual([link.method, link.body], ['GET', ''])
  assert.deepEqual(
    Object.fromEntries(link.query),
    Object.fromEntries(Object.entries({ mine: 1, ...flat }).map(([name, value]) => [name, String(value)])),
  )
})

test('the same Idempotency-Key and body send once and answer the same; another body is a conflict', async () => {
  const to = handset()
  const headers = { 'idempotency-key': 'once-1' }
  const body = { to, from: 'Heliograph', message: 'only once' }
  const [first, ...rest] = await Promise.all(
    Array.from({ length: 4 }, () => heliograph.call('/messaging/v1/sms', { body, headers })),
  )
  for (const again of rest) assert.equal(again.text, first?.text)
  assert.equal([first, ...rest].filter((answer) => answer?.headers.get('idempotency-replayed') === 'true').length, 3)
  const other = await heliograph.call('/messaging/v1/sms', { body: { ...body, message: 'other' }, headers })
  assert.equal(other.status, 409)
  assert.match(other.body.detail ?? '', /Idempotency-Key/)
  const { messages } = (await heliograph.call<{ messages: unknown[] }>(`/api/v1/messages?to=${to.slice(1)}`)).body
  assert.equal(messages.length, 1)
})

test('every bad field is named in one answer', async () => {
  const answer = await heliograph.call<ProblemBody>('/messaging/v1/sms', {
    body: {
      to: 'nobody',
      from: '',
      message: 'x',
      validity: 0,
      trate: 'many',
      sendDateTime: 'soon',
      callbackUrl: 'ftp://x',
    },
  })
  assert.equal(answer.status, 400)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.equal(answer.body.title, 'Constraint Violation')
  assert.deepEqual(answer.body.violations?.map(({ field }) => field).sort(), [
    'callbackUrl',
    'from',
    'sendDateTime',
    'to',
    'trate',
    'validity',
  ])
})
