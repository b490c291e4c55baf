import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { E164 } from './address.ts'
import { parseNumber } from './parseNumber.ts'

/**
 * A number of a country (ISO 3166-1 alpha-2, in any case), international or as people there dial it. Digits that can be
 * read both ways are taken as international, as everywhere in the APIs. Null when it is no number of that country.
 * Up to two full parses of about 10 µs: not for every message.
 */
export function parseLocalNumber(input: string, country: string): E164 | null {
  const code = country.toUpperCase()
  if (!isSupportedCountry(code) || input.length > CHARACTERS_MAX || !/^[+ ]?[0-9]+$/.test(input)) return null
  const international = parseNumber(input)
  if (international !== null && numberOf(international, code) !== null) return international
  const local = /^[0-9]/.test(input) ? numberOf(input, code) : null
  return local === null ? null : parseNumber(local)
}

/** ITU-T E.164: 15 digits, and what stands before them. */
const CHARACTERS_MAX = 20

function numberOf(input: string, country: CountryCode): string | null {
  const parsed = parsePhoneNumberFromString(input, country)
  return parsed?.isValid() && parsed.country === country ? parsed.number : null
}
