import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseMoment, relativeDay, rfc2822 } from './dates.ts'

const second = (iso: string) => Date.parse(iso) / 1000

test('a date of RFC 2822 is read back to the same second', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (at) => {
      assert.equal(Date.parse(rfc2822(at)), at * 1000)
      assert.equal(rfc2822(at).length, 31)
    }),
  )
  assert.equal(rfc2822(second('2026-11-02T04:22:48Z')), 'Mon, 02 Nov 2026 04:22:48 +0000')
})

test('dates and times are read in every form that readers send', () => {
  const at = second('2022-11-13T23:39:00Z')
  const forms = ['2022-11-13 23:39:00Z', '2022-11-13T23:39:00Z', '2022-11-13T23:39:00', '2022-11-14T00:39:00+01:00']
  for (const text of [...forms, '2022-11-13T23:39:00.999Z']) {
    assert.deepEqual(parseMoment(text), { second: at, isDay: false }, text)
  }
  assert.deepEqual(parseMoment('2024-02-29'), { second: second('2024-02-29T00:00:00Z'), isDay: true })
  for (const text of ['', '2023-02-29', '2022-13-01', '2022-11-13T25:00:00Z', 'now'])
    assert.equal(parseMoment(text), null)
})

test('days can be said relative to today', () => {
  const now = second('2026-03-01T12:00:00Z')
  assert.deepEqual(relativeDay('-30days', now), { second: second('2026-01-30T00:00:00Z'), isDay: true })
  assert.deepEqual(relativeDay('+1day', now), { second: second('2026-03-02T00:00:00Z'), isDay: true })
  assert.equal(relativeDay('30', now), null)
})
