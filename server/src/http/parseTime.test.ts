import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseTime } from './parseTime.ts'

const NINE = Date.UTC(2030, 0, 1, 9)
const HOUR_MS = 3_600_000

test('each way to write a time means the same everywhere', () => {
  const table: readonly [text: string, time: number][] = [
    ['2030-01-01T09:00:00Z', NINE],
    ['2030-01-01T09:00:00', NINE],
    ['2030-01-01T09:00', NINE],
    ['2030-01-01T09:00Z', NINE],
    ['2030-01-01T09:00:00.250Z', NINE + 250],
    ['2030-01-01T09:00:00.5Z', NINE + 500],
    ['2030-01-01T09:00:00+01:00', NINE - HOUR_MS],
    ['2030-01-01T09:00:00+0100', NINE - HOUR_MS],
    ['2030-01-01T09:00:00-05:30', NINE + 5.5 * HOUR_MS],
    // The documented form has a dash behind the T, and a query string turns + into a space.
    ['2030-01-01T-09:00:00+01:00', NINE - HOUR_MS],
    ['2030-01-01T-09:00:00 01:00', NINE - HOUR_MS],
    ['2030-01-01T09:00:00 0100', NINE - HOUR_MS],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ]
  for (const [text, time] of table) assert.equal(parseTime(text), time, text)
})

test('what is no time, or is in no calendar, is refused', () => {
  const texts = [
    '',
    '2030-01-01',
    '09:00:00',
    '2030-01-01 09:00:00',
    '2030-02-30T09:00:00Z',
    '2027-02-29T09:00:00Z',
    '2030-13-01T09:00:00Z',
    '2030-00-10T09:00:00Z',
    '2030-01-00T09:00:00Z',
    '2030-01-01T25:00:00Z',
    '2030-01-01T09:60:00Z',
    '2030-01-01T09:00:60Z',
    '2030-01-01T09:00:00+25:00',
    '2030-01-01T09:00:00+01',
    '2030-01-01T09:00:00z',
    '2030-01-01T09:00:00.1234Z',
    ' 2030-01-01T09:00:00Z',
    '2030-01-01T09:00:00Z\n',
    '+002030-01-01T09:00:00Z',
    '٢٠٣٠-01-01T09:00:00Z',
    '1893488400000',
  ]
  for (const text of texts) assert.equal(parseTime(text), null, JSON.stringify(text))
})

test('every moment written in ISO 8601 is read back, in any zone', () => {
  const moments = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true })
  fc.assert(
    fc.property(moments, fc.integer({ min: -14 * 60, max: 14 * 60 }), (moment, zoneMinutes) => {
      const local = new Date(moment.getTime() + zoneMinutes * 60_000).toISOString().slice(0, -1)
      const two = (n: number) => String(n).padStart(2, '0')
      const minutes = Math.abs(zoneMinutes)
      const zone = `${zoneMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
      assert.equal(parseTime(`${local}${zone}`), moment.getTime())
    }),
  )
})

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const time = parseTime(text)
      assert.ok(time === null || Number.isFinite(time))
    }),
  )
})
