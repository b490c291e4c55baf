import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import metadata from 'libphonenumber-js/max/metadata'
import examples from 'libphonenumber-js/mobile/examples'
import { listNationalLengths } from './data/listNationalLengths.ts'
import nationalLengths from './data/nationalLengths.json' with { type: 'json' }
import { parseNumber } from './parseNumber.ts'

test('a number is the same with +, with 00, plain, and with the space that a + became in a query', () => {
  for (const input of ['+4915112345678', '004915112345678', '4915112345678', ' 4915112345678']) {
    assert.equal(parseNumber(input), '+4915112345678')
  }
})

for (const { name, input } of [
  { name: 'nothing', input: '' },
  { name: 'a plus alone', input: '+' },
  { name: 'two pluses', input: '++4915112345678' },
  { name: 'two spaces', input: '  4915112345678' },
  { name: 'a plus and 00', input: '+004915112345678' },
  { name: 'separators', input: '+49 151 12345678' },
  { name: 'a trailing line feed', input: '+4915112345678\n' },
  { name: 'Arabic digits', input: '+٤٩١٥١١٢٣٤٥٦٧٨' },
  { name: 'full-width digits', input: '+４９１５１１２３４５６７８' },
  { name: 'letters', input: '+49151CALLME' },
  { name: 'a national number', input: '015112345678' },
  { name: 'a short code', input: '12345' },
  { name: 'a calling code that does not exist', input: '+999123456789' },
  { name: 'a number too short for its plan', input: '+4915' },
  { name: 'a number that lost its area code', input: '+15551234' },
  { name: '16 digits', input: '+4915112345678901' },
  { name: 'a very long string of digits', input: '1'.repeat(100_000) },
]) {
  test(`${name} is no number`, () => assert.equal(parseNumber(input), null))
}

test('the example number of every country is taken', () => {
  for (const country of Object.keys(metadata.countries)) {
    const example = isCountry(country) ? getExampleNumber(country, examples) : undefined
    assert.ok(example !== undefined, country)
    assert.equal(parseNumber(example.number), example.number)
  }
})

// The criterion is libphonenumber's `isPossible`: the length fits the plan, assigned or not. Left out is what it makes
// of other digits than were given: it drops a trunk prefix behind the calling code, which here stays and may not fit.
// It also knows plans with more than the 15 digits of E.164, and a range of seven digits in +1 that is left out here.
test('calling codes with any digits behind are taken exactly when libphonenumber finds them possible', () => {
  const code = fc.constantFrom(...Object.keys(nationalLengths), '0', '21', '28', '999')
  const national = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 14 })
  let compared = 0
  fc.assert(
    fc.property(code, national, (callingCode, digits) => {
      const number = `+${callingCode}${digits}`
      const known = parsePhoneNumberFromString(number)
      if (known !== undefined && known.number !== number) return
      const isPossible = known?.isPossible() === true && number.length <= 16
      if (isPossible && callingCode !== '1') assert.equal(parseNumber(number), number)
      if (!isPossible && !isShared(callingCode)) assert.equal(parseNumber(number), null)
      compared++
    }),
    { numRuns: 20_000 },
  )
  assert.ok(compared > 15_000)
})

test('the committed table of lengths is the one of the installed libphonenumber', () => {
  assert.deepEqual({ ...nationalLengths }, listNationalLengths())
})

/** Countries that share a code may differ in lengths, and libphonenumber then asks which country it is. */
function isShared(callingCode: string): boolean {
  return Object.entries(metadata.country_calling_codes).some(
    ([code, countries]) => code === callingCode && countries.length > 1,
  )
}

function isCountry(code: string): code is keyof typeof metadata.countries {
  return code in metadata.countries
}
