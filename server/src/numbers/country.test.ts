import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { E164 } from './address.ts'
import { countryOf } from './country.ts'
import { numberTypeOf } from './numberType.ts'
import { parseNumber } from './parseNumber.ts'

for (const [number, country, type] of [
  ['+4915112345678', 'DE', 'mobile'],
  ['+4930123456', 'DE', 'landline'],
  ['+12125551234', 'US', 'either'],
  ['+14165551234', 'CA', 'either'],
  ['+77011234567', 'KZ', 'mobile'],
  ['+447781123456', 'GG', 'mobile'],
  ['+38344123456', 'XK', 'mobile'],
  ['+80012345678', null, 'other'],
  ['+491512', 'DE', 'unknown'],
] as const) {
  test(`${number} is ${type} in ${country ?? 'no country'}`, () => {
    const parsed = e164(number)
    assert.equal(countryOf(parsed), country)
    assert.equal(numberTypeOf(parsed), type)
  })
}

function e164(number: string): E164 {
  return parseNumber(number) ?? assert.fail(`${number} is no number`)
}
