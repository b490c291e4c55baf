import type { E164 } from '../numbers/address.ts'
import { parseNumber } from '../numbers/parseNumber.ts'
import { parseSender } from '../numbers/parseSender.ts'

/**
 * A caller from a request, in whatever form a sender may have, since customers name both alike. Digits that can be an
 * international number are one, with its +, even where as a sender they were a short code. Null: no sender either.
 */
export function parseCaller(input: string): string | null {
  return parseNumber(input) ?? parseSender(input)?.value ?? null
}

/** The number that a call shows for what parseCaller returned. Null: the provider's own, a call shows nothing else. */
export function numberOfCaller(caller: string | null): E164 | null {
  return caller === null ? null : parseNumber(caller)
}
