import { Problem } from '../../http/problem.ts'

/** `field` says where, in a list of many. */
export function notANumber(field: string): Problem {
  return new Problem(400, `The number provided is not valid: ${field}`, { code: 'PhoneNumberNotValid' })
}

export function alreadyOwn(numbers: readonly string[]): Problem {
  return new Problem(409, `The account has this number already: ${few(numbers)}`, {
    code: 'PhoneNumberAlreadyRegistered',
  })
}

export function taken(numbers: readonly string[]): Problem {
  return new Problem(409, `The number is not available: ${few(numbers)}`, { code: 'PhoneNumberNotAvailable' })
}

function few(numbers: readonly string[]): string {
  const named = numbers.slice(0, NAMED_MAX).join(', ')
  return numbers.length > NAMED_MAX ? `${named} and ${numbers.length - NAMED_MAX} more` : named
}

const NAMED_MAX = 10
