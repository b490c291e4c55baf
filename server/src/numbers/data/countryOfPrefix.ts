import metadata from 'libphonenumber-js/max/metadata'
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import nationalLengths from './nationalLengths.json' with { type: 'json' }

/**
 * ISO 3166-1 alpha-2 of the country a number range lies in, or null. A calling code of one country decides by itself;
 * within a shared one (+1, +7, +44 …) sample numbers of the range are asked until one is valid.
 */
export function countryOfPrefix(prefix: string): string | null {
  const code = callingCodeOf(prefix)
  if (code === null) return null
  const countries: readonly CountryCode[] = metadata.country_calling_codes[code] ?? []
  if (countries.length <= 1) return countries[0] ?? null
  for (const number of listSamples(prefix, code)) {
    const country = parsePhoneNumberFromString(number)?.country
    if (country !== undefined) return country
  }
  return countries[0] ?? null
}

const LENGTHS: Readonly<Record<string, readonly number[]>> = nationalLengths

function callingCodeOf(prefix: string): string | null {
  return [1, 2, 3].map((digits) => prefix.slice(0, digits)).find((code) => LENGTHS[code] !== undefined) ?? null
}

function* listSamples(prefix: string, code: string): Generator<string> {
  for (const length of LENGTHS[code] ?? []) {
    const missing = code.length + length - prefix.length
    if (missing < 0) continue
    for (const fill of ['2345678901', '5555555555', '0000000000', '9876543210'])
      yield `+${prefix}${fill.slice(0, missing)}`
  }
}
