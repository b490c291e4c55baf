import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isoSecond, parseTime, toCursor, toIsoTime } from './isoTime.ts'

test('RFC 2822 times become ISO 8601 in UTC, everything else stays', () => {
  assert.equal(toIsoTime('Fri, 11 Dec 2020 04:28:40 +0000'), '2020-12-11T04:28:40Z')
  assert.equal(toIsoTime('Fri, 11 Dec 2020 04:28:40 -0500'), '2020-12-11T09:28:40Z')
  assert.equal(toIsoTime('Sat, 1 Jan 2022 23:59:59 +0200'), '2022-01-01T21:59:59Z')
  assert.equal(toIsoTime('Sat, 01 Jan 2022 23:59:59 +0000'), '2022-01-01T23:59:59Z')
  for (const text of ['', 'Foo, bar', '2016-03-24T20:37:57Z', 'Fri, 11 Foo 2020 04:28:40 +0000', '2023-01-27']) {
    assert.equal(toIsoTime(text), text)
  }
})

test('any second of any zone is the same second afterwards', () => {
  const seconds = fc.integer({ min: 0, max: 4_102_444_799 })
  const zones = fc.integer({ min: -14 * 4, max: 14 * 4 })
  fc.assert(
    fc.property(seconds, zones, fc.boolean(), (second, quarters, isPadded) => {
      const local = new Date(second * 1000 + quarters * 900_000).toUTCString()
      const offset = `${quarters < 0 ? '-' : '+'}${String(Math.floor(Math.abs(quarters) / 4)).padStart(2, '0')}${String((Math.abs(quarters) % 4) * 15).padStart(2, '0')}`
      const text = (isPadded ? local : local.replace(/, 0/, ', ')).replace('GMT', offset)
      assert.equal(toIsoTime(text), isoSecond(second * 1000))
      assert.equal(parseTime(toIsoTime(text)), second * 1000)
    }),
  )
})

test('a cursor is ISO 8601 to the second whatever the API calls it, or null', () => {
  assert.equal(toCursor('2023-01-27'), '2023-01-27T00:00:00Z')
  assert.equal(toCursor('2019-06-24T22:32:49+00:00'), '2019-06-24T22:32:49Z')
  assert.equal(toCursor('2019-06-24T22:32:49.999Z'), '2019-06-24T22:32:49Z')
  assert.equal(toCursor('2022-11-13 23:39:00Z'), '2022-11-13T23:39:00Z')
  for (const value of [null, undefined, '', 'soon', 5]) assert.equal(toCursor(value), null)
})
