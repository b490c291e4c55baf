import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { retryAfterMs, retryDelayMs } from './retryDelay.ts'

const NOW = Date.UTC(2024, 4, 1, 12, 0, 0)

test('Retry-After is read as seconds with decimals and as an HTTP date, and nothing else', () => {
  assert.equal(retryAfterMs('2', NOW), 2_000)
  assert.equal(retryAfterMs(' 1.5 ', NOW), 1_500)
  assert.equal(retryAfterMs('0', NOW), 0)
  assert.equal(retryAfterMs('Wed, 01 May 2024 12:00:30 GMT', NOW), 30_000)
  assert.equal(retryAfterMs('Wed, 01 May 2024 11:00:00 GMT', NOW), 0)
  for (const odd of ['', 'soon', '-3', '1e3', '2024-05-01', 'NaN', 'May 1'])
    assert.equal(retryAfterMs(odd, NOW), null, odd)
})

test('a wait is never shorter than asked for, nor longer by more than the jitter', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (asked, random) => {
        const delayMs = retryDelayMs({ failures: 1, retryAfter: String(asked), nowMs: NOW, random })
        assert.ok(delayMs >= asked * 1_000 && delayMs <= asked * 1_000 + 5_000)
      },
    ),
  )
})

test('without Retry-After waits double from a second to a minute, each within its upper half', () => {
  const delays = (random: number) =>
    [1, 2, 3, 7, 50].map((failures) => retryDelayMs({ failures, retryAfter: null, nowMs: NOW, random }))
  assert.deepEqual(delays(0), [500, 1_000, 2_000, 30_000, 30_000])
  assert.deepEqual(
    delays(0.999).map((ms) => Math.round(ms / 100) * 100),
    [1_000, 2_000, 4_000, 60_000, 60_000],
  )
})
