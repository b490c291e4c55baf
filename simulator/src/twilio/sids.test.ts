import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sidsOf } from './sids.ts'

const index = fc.integer({ min: 0, max: 4_294_967_295 })

test('the digits of a sid are read back to its index, and differ for every index', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer(), index, index, (scope, seed, one, other) => {
      const sids = sidsOf(scope, seed)
      assert.match(sids.digits(one), /^[0-9a-f]{32}$/)
      assert.equal(sids.index(sids.digits(one)), one)
      assert.equal(sids.digits(one) === sids.digits(other), one === other)
    }),
  )
})

test('digits of another scope or seed, or changed ones, belong to no index', () => {
  fc.assert(
    fc.property(index, (at) => {
      const sids = sidsOf('messages', 1)
      assert.equal(sids.index(sidsOf('calls', 1).digits(at)), null)
      assert.equal(sids.index(sidsOf('messages', 2).digits(at)), null)
      const digits = sids.digits(at)
      assert.equal(sids.index(`${digits.slice(0, 31)}${digits.endsWith('0') ? '1' : '0'}`), null)
      assert.equal(sids.index(digits.slice(1)), null)
    }),
  )
})
