import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transcodeText } from '@heliograph/text/transcodeText'
import { messageId, START, sampleMessage } from '../../test/sampleMessages.ts'
import { createTestSealer } from '../../test/testSealer.ts'
import { composeCall, composeSms, type SmsToAccept } from './composeMessage.ts'

const lifetimes = { messageRetentionMs: 1_000 }
const noRoute = { code: '0b01', reason: 'no route' }
const composition = {
  id: messageId(1),
  now: START,
  mccmnc: null,
  price: null,
  way: { kind: 'carrier', carrierId: 'A' },
  lifetimes,
  sealer: createTestSealer(),
} as const

function order(text: string, over: Partial<SmsToAccept> = {}): SmsToAccept {
  const options = { encoding: 'GSM7', trate: 1, mrate: 0, upperCased: false, keepEmojis: true } as const
  const transcoded = transcodeText(text, options)
  if (transcoded.kind === 'refused') throw new Error(`${text} was refused`)
  return {
    accountId: 'acme',
    recipient: sampleMessage().recipient,
    sender: { kind: 'alphanumeric', value: 'Heliograph' },
    text: transcoded,
    scheduledAt: null,
    validityMs: 60_000,
    flash: false,
    gateway: 'DEFAULT',
    reference: null,
    conversion: false,
    callbackUrl: null,
    callbackMethod: 'POST',
    shown: null,
    origin: null,
    ...over,
  }
}

test('a message for now is due now, and its validity begins now', () => {
  const message = composeSms(order('Hello'), composition)
  assert.equal(message.status, 'accepted')
  assert.equal(message.dueAt, START)
  assert.equal(message.expiresAt, START + 60_000)
  assert.equal(message.transcoding, null)
})

test('the validity of a scheduled message begins when it is due', () => {
  const message = composeSms(order('Hello', { scheduledAt: START + 5_000 }), composition)
  assert.equal(message.dueAt, START + 5_000)
  assert.equal(message.expiresAt, START + 65_000)
})

test('a message without a route is born rejected, with the reason, and is due for its purge only', () => {
  const message = composeSms(order('Hello'), { ...composition, way: { kind: 'refused', ...noRoute } })
  assert.equal(message.status, 'rejected')
  assert.equal(message.errorCode, noRoute.code)
  assert.equal(message.errorReason, noRoute.reason)
  assert.equal(message.doneAt, START)
  assert.equal(message.dueAt, START + lifetimes.messageRetentionMs)
})

test('a secret that nobody will carry is not kept', () => {
  const refused = { ...composition, way: { kind: 'refused', ...noRoute } } as const
  const sms = composeSms(order('Code 4711', { shown: 'Code ****' }), refused)
  const call = composeCall({ ...order(''), caller: null, text: '4 7 1 1', shown: '****', language: 'de' }, refused)
  assert.deepEqual([sms.body, sms.content], ['Code ****', null])
  assert.deepEqual([call.body, call.content], ['****', null])
})

test('what the transcoder changed is recorded with the text that goes out', () => {
  const message = composeSms(order('Grüße — “Łódź”'), composition)
  assert.equal(message.encoding, 'gsm7')
  assert.equal(message.body.includes('Ł'), false)
  const transcoding = JSON.parse(message.transcoding ?? '{}')
  assert.ok(transcoding.replaced > 0)
})
