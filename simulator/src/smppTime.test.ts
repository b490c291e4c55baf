import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatReceiptTime, formatSmppTime, parseSmppTime } from './smppTime.ts'

const now = Date.UTC(2026, 0, 31, 23, 59, 59, 500)

test('an absolute time counts its distance from UTC in quarter hours', () => {
  assert.equal(parseSmppTime('260301120000008+', now), Date.UTC(2026, 2, 1, 10))
  assert.equal(parseSmppTime('260301120000008-', now), Date.UTC(2026, 2, 1, 14))
  assert.equal(parseSmppTime('260301120000700+', now), Date.UTC(2026, 2, 1, 12, 0, 0, 700))
})

test('a relative time is added to now', () => {
  assert.equal(parseSmppTime('000000000001000R', now), now + 1000)
  assert.equal(parseSmppTime('000002000000000R', now), now + 2 * 86_400_000)
})

test('anything else is malformed', () => {
  for (const text of ['', '0', '260301120000000', '260301120000000Z', 'x60301120000000+']) {
    assert.equal(parseSmppTime(text, now), null, text)
  }
})

test('what is formatted reads back to the tenth of a second', () => {
  const times = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2099, 11, 31) })
  fc.assert(
    fc.property(times, (at) => {
      assert.equal(parseSmppTime(formatSmppTime(at), now), at - (at % 100))
      assert.equal(formatReceiptTime(at), formatSmppTime(at).slice(0, 10))
    }),
  )
})
