import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { counting, SlidingSum } from './slidingSum.ts'

const WINDOW_MS = 1_000

/** Times within 3 windows, in order, as a batch after another brings them. */
const times = fc.array(fc.integer({ min: 0, max: 3 * WINDOW_MS }), { maxLength: 60 })

/** How many of the times are in the window of `windowMs` that ends at `at`. */
function among(all: readonly number[], at: number, windowMs: number): number {
  return all.filter((time) => time > at - windowMs && time <= at).length
}

function sumOf(all: readonly number[], stepMs: number): SlidingSum<number> {
  const sum = new SlidingSum({ stepMs, windowMs: WINDOW_MS }, counting, [])
  for (const time of all) sum.add(time, 1)
  return sum
}

test('with steps of a millisecond the sum is exact at every millisecond, whatever the order of the entries', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: WINDOW_MS }), (all, later) => {
      const at = Math.max(0, ...all) + later
      assert.equal(sumOf(all, 1).sum(at), among(all, at, WINDOW_MS))
    }),
  )
})

test('with longer steps it is never too small, and holds at most a step too much', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: WINDOW_MS }), (all, later) => {
      const at = Math.max(0, ...all) + later
      const sum = sumOf(all, 100).sum(at)
      assert.ok(sum >= among(all, at, WINDOW_MS))
      assert.ok(sum <= among(all, at, WINDOW_MS + 99))
    }),
  )
})

test('the wait that is told is the shortest that helps', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 20 }), fc.constantFrom(1, 7, 100), (all, max, stepMs) => {
      const at = Math.max(0, ...all)
      const sum = sumOf(all, stepMs)
      const fits = (total: number) => total < max
      const waitMs = sum.waitUntil(fits, at)
      assert.ok(fits(sum.sum(at + waitMs)))
      assert.ok(waitMs === 0 || !fits(sum.sum(at + waitMs - 1)))
    }),
  )
})

test('what is stored and read again says the same', () => {
  fc.assert(
    fc.property(times, (all) => {
      const at = Math.max(0, ...all)
      const sum = sumOf(all, 10)
      const stored = JSON.parse(JSON.stringify(sum.steps(at)))
      assert.equal(new SlidingSum({ stepMs: 10, windowMs: WINDOW_MS }, counting, stored).sum(at), sum.sum(at))
    }),
  )
})
