import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageId, START, sampleMessage, sampleSegment, textOfParts } from '../../../test/sampleMessages.ts'
import type { Message, SubmittedSegment } from '../../messages/message.ts'
import type { MessageStatus } from '../../messages/status.ts'
import { renderMessage } from './renderMessage.ts'
import { renderReceiptCallback } from './renderReceiptCallback.ts'

const BASE_URL = 'https://sms.example'

const render = (message: Partial<Message>, parts: readonly SubmittedSegment[] = []) =>
  renderMessage({ message: sampleMessage(message), parts }, BASE_URL)

test('a new message shows what is known, and null for what is not', () => {
  assert.deepEqual(render({ reference: 'order 7' }), {
    requestId: messageId(1),
    status: 'ACCEPTED',
    from: 'Heliograph',
    to: '+4915112345678',
    reference: 'order 7',
    size: 1,
    overallPrice: '0.065',
    priceEffective: '2025-12-31T00:00:00Z',
    mccmnc: '26201',
    ttid: null,
    submitDate: '2026-01-01T00:00:00Z',
    sentDate: null,
    doneDate: null,
    errorCode: null,
    errorReason: null,
    href: `${BASE_URL}/messaging/v1/messages/${messageId(1)}`,
    parts: [
      {
        partId: `${messageId(1)}-1`,
        deliveryState: 'ACCEPTED',
        errorCode: null,
        statusText: 'Hello',
        price: '0.065',
        currency: 'EUR',
        priceEffective: '2025-12-31T00:00:00Z',
        sentDate: null,
        doneDate: null,
      },
    ],
  })
})

test('each of our states has one word on the wire', () => {
  const words: Record<MessageStatus, string> = {
    accepted: 'ACCEPTED',
    queued: 'BUFFERED',
    submitted: 'BUFFERED',
    delivered: 'DELIVERED',
    undelivered: 'UNDELIVERABLE',
    expired: 'EXPIRED',
    rejected: 'REJECTED',
    unknown: 'EXPIRED',
  }
  for (const status of Object.keys(words) as MessageStatus[]) assert.equal(render({ status }).status, words[status])
})

test('each part shows its own state, and that of the message while it has none', () => {
  const parts = [
    sampleSegment({ status: 'delivered', errorCode: '0000', submittedAt: START + 1_000, doneAt: START + 61_500 }),
    sampleSegment({ number: 2, status: 'refused', carrierMessageId: null, errorCode: '0058' }),
  ]
  const shown = render({ ...textOfParts(3), status: 'queued', errorCode: '0014' }, parts).parts
  const fields = ['deliveryState', 'errorCode', 'sentDate', 'doneDate'] as const
  assert.deepEqual(
    shown.map((part) => fields.map((field) => part[field])),
    [
      ['DELIVERED', '0000', '2026-01-01T00:00:01Z', '2026-01-01T00:01:01Z'],
      ['BUFFERED', '0058', null, null],
      ['BUFFERED', '0014', null, null],
    ],
  )
})

test('the price of all parts is exact, and a message without a price has none', () => {
  assert.equal(render(textOfParts(3)).overallPrice, '0.195')
  const free = render({ price: null, currency: null, priceEffectiveAt: null })
  assert.deepEqual([free.overallPrice, free.priceEffective, free.parts[0]?.price], [null, null, null])
})

test('a part shows its first 20 characters and cuts none in half', () => {
  const body = `${'\u{1f600}'.repeat(25)}`
  assert.equal(render({ body, encoding: 'ucs2' }).parts[0]?.statusText, '\u{1f600}'.repeat(20))
  assert.equal(render({ body: 'x'.repeat(20) }).parts[0]?.statusText, 'x'.repeat(20))
  const shown = render(textOfParts(2)).parts.map(({ statusText }) => statusText)
  assert.deepEqual(shown, ['x'.repeat(20), 'x'.repeat(10)])
})

test('times of messages shown one after the other are not mixed up', () => {
  const dates = [START, START + 999, START + 1_000, START].map((acceptedAt) => render({ acceptedAt }).submitDate)
  const [zero, one] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z']
  assert.deepEqual(dates, [zero, zero, one, zero])
})

test('a message whose sender asked for no callback owes none', () => {
  assert.equal(renderReceiptCallback({ message: sampleMessage({ callbackUrl: null }), parts: [] }, BASE_URL), null)
})

test('a POST callback carries the message as the status shows it', () => {
  const message = sampleMessage({ status: 'delivered', doneAt: START + 1_000 })
  const callback = renderReceiptCallback({ message, parts: [] }, BASE_URL)
  assert.equal(callback?.url, message.callbackUrl)
  assert.equal(callback?.method, 'POST')
  assert.deepEqual(JSON.parse(callback?.body ?? ''), render(message))
})

test('a GET callback adds the flat fields that are known behind those the URL has', () => {
  const message = sampleMessage({
    status: 'undelivered',
    callbackMethod: 'GET',
    callbackUrl: 'https://acme.example/dlr?status=mine&x=a%20b#part',
    doneAt: START + 1_000,
    errorCode: '0006',
    reference: 'ä & ö',
  })
  const callback = renderReceiptCallback({ message, parts: [] }, BASE_URL)
  assert.equal(callback?.method, 'GET')
  assert.equal(callback?.body, null)
  const query = new URL(callback?.url ?? '').searchParams
  assert.deepEqual(query.getAll('status'), ['mine', 'UNDELIVERABLE'])
  assert.equal(query.get('x'), 'a b')
  assert.equal(query.get('reference'), 'ä & ö')
  assert.equal(query.get('to'), '+4915112345678')
  assert.equal(query.get('size'), '1')
  assert.equal(query.get('errorCode'), '0006')
  for (const absent of ['parts', 'sentDate', 'ttid', 'errorReason']) assert.equal(query.has(absent), false, absent)
})
