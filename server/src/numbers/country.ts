import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { E164 } from './address.ts'

/**
 * ISO 3166-1 alpha-2 of the country whose numbering plan has this number, or null: numbers of no country (satellites,
 * international freephone) and ranges that no country of a shared calling code claims. Kosovo is XK, as everywhere
 * outside the standard. A full parse of about 10 µs: for people and reports, not for every message.
 */
export function countryOf(number: E164): string | null {
  return parsePhoneNumberFromString(number)?.country ?? null
}
