import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TokenBucket } from './tokenBucket.ts'

test('a full bucket gives its burst, then one token per 1/rate seconds', () => {
  const clock = handClock()
  const bucket = new TokenBucket(clock, { ratePerSecond: 10, burstTokensMax: 3 })
  assert.deepEqual([bucket.take(), bucket.take(), bucket.take(), bucket.take()], [true, true, true, false])
  assert.equal(bucket.msUntil(), 100)
  clock.time += 99
  assert.equal(bucket.take(), false)
  clock.time += 1
  assert.equal(bucket.msUntil(), 0)
  assert.deepEqual([bucket.take(), bucket.take()], [true, false])
})

test('it saves no more than its burst', () => {
  const clock = handClock()
  const bucket = new TokenBucket(clock, { ratePerSecond: 1000, burstTokensMax: 5 })
  clock.time += 3_600_000
  assert.equal(bucket.available(), 5)
  assert.equal(bucket.take(6), false)
  assert.equal(bucket.msUntil(6), 0, 'more than the burst never comes together: asked for as the burst')
})

test('time that runs backwards neither fills nor drains it', () => {
  const clock = handClock()
  const bucket = new TokenBucket(clock, { ratePerSecond: 1, burstTokensMax: 2 })
  assert.equal(bucket.take(2), true)
  clock.time -= 3_600_000
  assert.equal(bucket.available(), 0)
  clock.time += 1000
  assert.equal(bucket.available(), 1)
})

test('over any time it gives at most rate × time + burst and, when asked often enough, at least rate × time', () => {
  const rate = fc.integer({ min: 1, max: 5000 })
  const steps = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(rate, steps, (ratePerSecond, waitsMs) => {
      const clock = handClock()
      const burstTokensMax = Math.ceil(ratePerSecond / 20) + 1
      const bucket = new TokenBucket(clock, { ratePerSecond, burstTokensMax })
      let taken = 0
      for (const waitMs of [0, ...waitsMs]) {
        clock.time += waitMs
        while (bucket.take()) taken++
      }
      const earned = (ratePerSecond * waitsMs.reduce((sum, waitMs) => sum + waitMs, 0)) / 1000
      assert.ok(taken <= earned + burstTokensMax + 1e-6, `${taken} of ${earned}`)
      assert.ok(taken >= Math.floor(earned), `${taken} of ${earned}`)
    }),
  )
})

function handClock() {
  return { time: 1_000_000, now: clockTime, after: () => () => {} }
}

function clockTime(this: { time: number }): number {
  return this.time
}
