import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isoSecond } from './isoTime.ts'
import { DAY_MS, SECOND_MS, slices } from './slices.ts'

test('slices cover a stretch of time with neither gap nor overlap, none longer than the step', () => {
  const times = fc.integer({ min: 0, max: 4_000_000_000 }).map((second) => second * SECOND_MS)
  const steps = fc.constantFrom(1, 7, 30, 365).map((days) => days * DAY_MS)
  const parts = fc.tuple(times, fc.integer({ min: 0, max: 400 * 86_400 }), steps, fc.constantFrom(SECOND_MS, DAY_MS))
  fc.assert(
    fc.property(parts, ([fromMs, seconds, stepMs, alignMs]) => {
      const untilMs = fromMs + seconds * SECOND_MS
      const windows = [...slices({ fromMs, untilMs }, { stepMs, alignMs })]
      let edgeMs = fromMs
      for (const window of windows) {
        assert.equal(window.fromMs, edgeMs)
        assert.ok(window.untilMs > window.fromMs && window.untilMs - window.fromMs <= stepMs)
        if (window.untilMs !== untilMs) assert.equal(window.untilMs % alignMs, 0)
        edgeMs = window.untilMs
      }
      assert.equal(edgeMs, untilMs)
    }),
  )
})

test('a day at a time, three days are three windows', () => {
  const stretch = { fromMs: Date.parse('2022-11-13T23:39:00Z'), untilMs: Date.parse('2022-11-16T12:03:11Z') }
  const windows = [...slices(stretch, { stepMs: DAY_MS, alignMs: SECOND_MS })]
  assert.deepEqual(
    windows.map(({ fromMs, untilMs }) => [isoSecond(fromMs), isoSecond(untilMs)]),
    [
      ['2022-11-13T23:39:00Z', '2022-11-14T23:39:00Z'],
      ['2022-11-14T23:39:00Z', '2022-11-15T23:39:00Z'],
      ['2022-11-15T23:39:00Z', '2022-11-16T12:03:11Z'],
    ],
  )
})
