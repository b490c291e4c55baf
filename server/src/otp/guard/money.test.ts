import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatMoney, parseMoney } from './money.ts'

test('decimal text of up to 9 digits on either side of the point is kept to the last digit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 999_999_999 }), (whole, parts) => {
      const text = `${whole}.${String(parts).padStart(9, '0')}`
      assert.equal(parseMoney(formatMoney(parseMoney(text))), BigInt(whole) * 1_000_000_000n + BigInt(parts))
    }),
  )
})

test('ten dimes are one', () => {
  assert.equal(formatMoney(Array.from({ length: 10 }, () => parseMoney('0.1')).reduce((a, b) => a + b)), '1')
  assert.equal(formatMoney(parseMoney('0.065') * 3n), '0.195')
  assert.equal(formatMoney(parseMoney('20')), '20')
  assert.equal(formatMoney(0n), '0')
})
