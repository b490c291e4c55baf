import type { WantedNumber } from '../../contacts/provisioningRequest.ts'
import { constraintViolation } from '../../http/problem.ts'
import { countryOf } from '../../numbers/country.ts'
import { parseLocalNumber } from '../../numbers/parseLocalNumber.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { notANumber } from './numberProblems.ts'
import type { ProvisioningBody } from './schema.ts'

/** The numbers to register. Throws a 400 for the first that is none, or that is there twice. */
export function readWantedNumbers(body: ProvisioningBody): WantedNumber[] {
  const seen = new Map<string, number>()
  return body.map((entry, index) => {
    const wanted = readNumber(entry)
    if (wanted === null) throw notANumber(`${index}.phoneNumber`)
    const earlier = seen.get(wanted.number)
    if (earlier !== undefined) {
      throw constraintViolation([
        { field: `${index}.phoneNumber`, message: `is the same number as ${earlier}.phoneNumber` },
      ])
    }
    seen.set(wanted.number, index)
    return wanted
  })
}

function readNumber({ phoneNumber, country = '' }: ProvisioningBody[number]): WantedNumber | null {
  if (country === '') {
    const number = parseNumber(phoneNumber)
    return number === null ? null : { number, country: countryOf(number) }
  }
  const number = parseLocalNumber(phoneNumber, country)
  return number === null ? null : { number, country: country.toUpperCase() }
}
