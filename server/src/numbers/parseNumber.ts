import type { E164 } from './address.ts'
import nationalLengths from './data/nationalLengths.json' with { type: 'json' }

/**
 * An international number from a request: `+`, `00` or nothing before the digits, or the space that a `+` becomes in a
 * query string. Null unless the calling code exists and its numbering plan has numbers of this length; whether that
 * very number is assigned is not asked, and a national trunk 0 after the calling code is not removed. Only ASCII digits
 * count and separators are refused. Takes well under a microsecond: it runs for every message.
 */
export function parseNumber(input: string): E164 | null {
  const start = startOfDigits(input)
  const digits = input.length - start
  if (digits < DIGITS_MIN || digits > DIGITS_MAX || !hasOnlyDigits(input, start)) return null
  const codeDigits = digitsOfCallingCode(input, start)
  if (codeDigits === 0) return null
  const lengths = LENGTHS_OF_CODE[toInteger(input, start, codeDigits)] ?? 0
  if (((lengths >> (digits - codeDigits)) & 1) === 0) return null
  return brand(start === 1 && input.charCodeAt(0) === PLUS ? input : `+${input.slice(start)}`)
}

/** ITU-T E.164 §6.2.1: at most 15 digits with the calling code. */
const DIGITS_MAX = 15
/** No plan has shorter international numbers; shorter ones are short codes. */
const DIGITS_MIN = 6
const PLUS = 0x2b
const SPACE = 0x20
const ZERO = 0x30

function startOfDigits(input: string): number {
  const first = input.charCodeAt(0)
  if (first === PLUS || first === SPACE) return 1
  return first === ZERO && input.charCodeAt(1) === ZERO ? 2 : 0
}

function hasOnlyDigits(input: string, start: number): boolean {
  for (let i = start; i < input.length; i++) {
    const digit = input.charCodeAt(i) - ZERO
    if (digit < 0 || digit > 9) return false
  }
  return true
}

/** Calling codes are 1–3 digits and none begins another, so the first match is the only one. 0: there is none. */
function digitsOfCallingCode(input: string, start: number): number {
  for (let digits = 1, code = 0; digits <= 3; digits++) {
    code = code * 10 + input.charCodeAt(start + digits - 1) - ZERO
    if (code === 0) return 0
    if (LENGTHS_OF_CODE[code] !== 0) return digits
  }
  return 0
}

function toInteger(input: string, start: number, digits: number): number {
  let value = 0
  for (let i = start; i < start + digits; i++) value = value * 10 + input.charCodeAt(i) - ZERO
  return value
}

/** By calling code: bit n is set when the national significant number may have n digits. 0: no such calling code. */
const LENGTHS_OF_CODE = new Uint32Array(1000)
for (const [code, lengths] of Object.entries(nationalLengths)) {
  LENGTHS_OF_CODE[Number(code)] = lengths.reduce((bits, length) => bits | (1 << length), 0)
}

/** The one place where an E164 is made. */
function brand(number: string): E164 {
  return number as E164
}
