import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalMessageId } from './messageId.ts'

test('hex and decimal forms of one number become the same id', () => {
  for (const raw of ['bc614e', 'BC614E', '00BC614E', '0xbc614e', '0XBC614E', '12345678', '0012345678', ' 12345678\0']) {
    assert.equal(canonicalMessageId(raw, 'auto'), '12345678', raw)
  }
  assert.equal(canonicalMessageId('12345678', 'hex'), '305419896')
  assert.equal(canonicalMessageId('ffffffffffffffff', 'hex'), '18446744073709551615')
  assert.equal(canonicalMessageId('0', 'decimal'), '0')
  assert.equal(canonicalMessageId('000', 'decimal'), '0')
})

test('an id that is no number stays as it is', () => {
  const uuid = '6F1C24C2-0d4e-4a8f-9d7e-0a1b2c3d4e5f'
  for (const format of ['auto', 'decimal', 'hex', 'text'] as const) {
    for (const raw of [uuid, 'AbCd', 'msg-17', '0x', '', '0123456789abcdef0']) {
      assert.equal(canonicalMessageId(raw, format), raw)
    }
  }
  assert.equal(canonicalMessageId('0012', 'text'), '0012')
})

test('decimal in the response and hex in the receipt meet when the formats are configured, whatever the digits', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.boolean(), (number, upper) => {
      const hex = upper ? number.toString(16).toUpperCase() : number.toString(16)
      assert.equal(canonicalMessageId(hex.padStart(8, '0'), 'hex'), canonicalMessageId(`${number}`, 'decimal'))
    }),
  )
})

test('a canonical decimal id stays as it is when it is read again', () => {
  fc.assert(
    fc.property(fc.string(), (raw) => {
      const once = canonicalMessageId(raw, 'auto')
      assert.equal(canonicalMessageId(once, 'auto'), once)
    }),
  )
})
