import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Histogram } from './histogram.ts'

test('quantiles are at most 1 % above the value that a sorted list would give', () => {
  const histogram = new Histogram()
  for (let value = 1; value <= 10_000; value++) histogram.record(value / 10)
  const { p50, p99, max } = histogram.latency()
  assert.ok(p50 >= 500 && p50 <= 505, `p50 ${p50}`)
  assert.ok(p99 >= 990 && p99 <= 1000, `p99 ${p99}`)
  assert.equal(max, 1000)
})

test('nothing, no time and more time than there are buckets are all shown', () => {
  assert.deepEqual(new Histogram().latency(), { p50: 0, p99: 0, max: 0 })
  const histogram = new Histogram()
  histogram.record(0)
  assert.deepEqual(histogram.latency(), { p50: 0, p99: 0, max: 0 })
  histogram.record(1e9)
  assert.equal(histogram.latency().max, 1e9)
})
