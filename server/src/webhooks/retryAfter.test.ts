import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { retryAfterMs, retryAfterMsMax } from './retryAfter.ts'

const now = Date.UTC(2026, 0, 1, 12)

test('Retry-After is read as seconds or as an HTTP date', () => {
  assert.equal(retryAfterMs('120', now), 120_000)
  assert.equal(retryAfterMs(' 0 ', now), 0)
  assert.equal(retryAfterMs('Thu, 01 Jan 2026 12:00:30 GMT', now), 30_000)
})

test('a date in the past, an endless wait and nonsense are bounded', () => {
  assert.equal(retryAfterMs('Thu, 01 Jan 2026 11:00:00 GMT', now), 0)
  assert.equal(retryAfterMs('999999999', now), retryAfterMsMax)
  assert.equal(retryAfterMs('Fri, 31 Dec 9999 23:59:59 GMT', now), retryAfterMsMax)
  assert.equal(retryAfterMs('soon', now), 0)
  assert.equal(retryAfterMs('', now), 0)
})

test('whatever the header says, the wait is between nothing and the bound', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      const waitMs = retryAfterMs(header, now)
      assert.ok(waitMs >= 0 && waitMs <= retryAfterMsMax)
    }),
  )
})
