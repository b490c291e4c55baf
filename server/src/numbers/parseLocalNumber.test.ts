import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseLocalNumber } from './parseLocalNumber.ts'

test('a number is read as people of its country write it', () => {
  assert.equal(parseLocalNumber('02315551337', 'DE'), '+492315551337')
  assert.equal(parseLocalNumber('15112345678', 'de'), '+4915112345678')
  assert.equal(parseLocalNumber('2025550123', 'US'), '+12025550123')
  // Italy keeps the 0.
  assert.equal(parseLocalNumber('0236618300', 'IT'), '+390236618300')
})

test('an international number stays what it is, however its start is written', () => {
  for (const input of ['+492315551337', '00492315551337', '492315551337', ' 492315551337']) {
    assert.equal(parseLocalNumber(input, 'DE'), '+492315551337', input)
  }
})

test('a number of another country, of no country or of no plan is none', () => {
  for (const [input, country] of [
    ['+12025550123', 'DE'],
    ['2025550123', 'CA'],
    ['02315551337', 'XX'],
    ['02315551337', ''],
    ['1', 'DE'],
    ['', 'DE'],
    ['0231 555 1337', 'DE'],
    ['02315551337x', 'DE'],
    ['٠٢٣١٥٥٥١٣٣٧', 'DE'],
    ['0'.repeat(10_000), 'DE'],
  ] as const) {
    assert.equal(parseLocalNumber(input, country), null, `${input.slice(0, 20)} ${country}`)
  }
})
