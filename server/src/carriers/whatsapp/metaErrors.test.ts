import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MetaError, troubleOfAnswer, troubleOfStatus } from './metaErrors.ts'

function error(code: number, more: Partial<MetaError> = {}): MetaError {
  return { code, title: null, details: null, isTransient: false, ...more }
}

test('what is wrong with the message ends it, and what is wrong with the moment or the number does not', () => {
  const advice = (code: number, status = 400) => troubleOfAnswer(status, error(code)).retry
  for (const code of [100, 131_008, 131_009, 131_026, 131_047, 131_049, 131_051, 131_053, 132_000, 132_001, 132_999]) {
    assert.equal(advice(code), 'never', String(code))
  }
  for (const code of [1, 2, 4, 80_007, 130_429, 131_000, 131_016, 131_056, 131_057, 133_004]) {
    assert.equal(advice(code), 'same carrier later', String(code))
  }
  for (const code of [0, 3, 10, 33, 190, 200, 299, 368, 131_005, 131_031, 131_042, 131_048, 133_010]) {
    assert.equal(advice(code), 'next carrier', String(code))
  }
})

test('only limits of the whole number pause it, and only a token that is not valid takes it down', () => {
  const effect = (code: number) => troubleOfAnswer(400, error(code)).effect
  for (const code of [2, 4, 80_007, 130_429, 131_016]) assert.equal(effect(code), 'pause', String(code))
  for (const code of [0, 190]) assert.equal(effect(code), 'down', String(code))
  for (const code of [1, 10, 100, 131_000, 131_026, 131_056]) assert.equal(effect(code), 'none', String(code))
})

test('a code that is not known counts by its status, by what Meta says of it, or as a refusal', () => {
  const of = (status: number, meta: MetaError | null) => {
    const { code, retry, effect } = troubleOfAnswer(status, meta)
    return [code, retry, effect]
  }
  assert.deepEqual(of(401, error(999)), [0x0b26, 'next carrier', 'down'])
  assert.deepEqual(of(403, null), [0x0b26, 'next carrier', 'none'])
  assert.deepEqual(of(429, null), [0x0b24, 'same carrier later', 'pause'])
  assert.deepEqual(of(500, null), [0x0b28, 'same carrier later', 'pause'])
  assert.deepEqual(of(302, null), [0x0b28, 'next carrier', 'none'])
  assert.deepEqual(of(400, error(999, { isTransient: true })), [0x0b28, 'same carrier later', 'pause'])
  assert.deepEqual(of(400, error(999)), [0x0b2f, 'never', 'none'])
  assert.deepEqual(of(418, null), [0x0b2f, 'never', 'none'])
})

test('a reason begins with the number that Meta gave, where it gave one', () => {
  assert.equal(
    troubleOfAnswer(400, error(131_047, { title: 'Re-engagement message' })).reason,
    'whatsapp::error::131047 the person has not written within 24 hours, so only a template can be sent',
  )
  assert.equal(troubleOfAnswer(503, null).reason, 'WhatsApp is in trouble (HTTP 503)')
  assert.equal(troubleOfStatus(error(131_099, { title: 'Brand new' })).reason, 'whatsapp::error::131099 Brand new')
  assert.equal(troubleOfStatus(null).reason, 'WhatsApp could not deliver the message')
})

test('details say what is wrong with a template or a parameter, on one short line without numbers of people', () => {
  const reason = (code: number, details: string) => troubleOfAnswer(400, error(code, { details })).reason
  assert.equal(
    reason(132_000, 'body: number of localizable_params (1)\r\ndoes not match the expected number of params (2)'),
    'whatsapp::error::132000 the number of parameters is not that of the template ' +
      '(body: number of localizable_params (1) does not match the expected number of params (2))',
  )
  const masked = reason(100, 'to +49 151 12345678 is not valid\0')
  assert.equal(masked, 'whatsapp::error::100 a parameter is not valid (to +… is not valid )')
  assert.ok(reason(100, 'x'.repeat(10_000)).length < 300)
  assert.equal(
    reason(131_026, '+4915112345678'),
    'whatsapp::error::131026 the recipient is not on WhatsApp, or cannot receive the message',
  )
})
