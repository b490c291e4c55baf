import { Problem } from '../../http/problem.ts'
import type { ApplicationWish } from '../../otp/application.ts'
import { refusalCodes } from '../../otp/refusal.ts'
import type { CreateApplicationBody, EditApplicationQuery } from './schema.ts'

/** Settings of a new application, in the words of the domain, which judges them. */
export function readApplication({ expire, countries, ...settings }: CreateApplicationBody): ApplicationWish {
  return {
    ...settings,
    ...(expire === undefined ? {} : { expireSeconds: expire }),
    ...(countries === undefined ? {} : { countries: readCountries(countries) }),
  }
}

/** What to change of one. Throws a 400 where a caller is both given and taken away. */
export function readChanges({
  alphaNumeric,
  deleteCaller = false,
  ...settings
}: EditApplicationQuery): ApplicationWish {
  if (deleteCaller && settings.caller !== undefined) {
    throw new Problem(400, 'deleteCaller: must not be true when a caller is given', { code: refusalCodes.caller })
  }
  return {
    ...readApplication(settings),
    ...(alphaNumeric === undefined ? {} : { alphanumeric: alphaNumeric }),
    ...(deleteCaller ? { caller: null } : {}),
  }
}

/** `DE,AT`, a list of such, or `all` for no limit. Spelling is judged with the other settings. */
function readCountries(given: string | readonly string[]): string[] | null {
  const countries = [given].flat().flatMap((text) => text.split(','))
  const named = countries.map((country) => country.trim()).filter((country) => country !== '')
  return named.length === 1 && named[0]?.toLowerCase() === 'all' ? null : named
}
