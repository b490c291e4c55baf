import { createHash, randomInt, timingSafeEqual } from 'node:crypto'

/** A whole number from 0 to below `max`, each as likely as any other. */
export type RandomInt = (max: number) => number

/** A code of `length` digits, or of lower-case letters and digits; every one is as likely as any other. */
export function makeCode(
  { length, alphanumeric }: { readonly length: number; readonly alphanumeric: boolean },
  random: RandomInt = randomInt,
): string {
  const characters = alphanumeric ? LETTERS_AND_DIGITS : DIGITS
  let code = ''
  while (code.length < length) code += characters.charAt(random(characters.length))
  return code
}

const DIGITS = '0123456789'
const LETTERS_AND_DIGITS = `${DIGITS}abcdefghijklmnopqrstuvwxyz`

/**
 * Whether a person was given this code. How long it takes says nothing about where the two differ: what is compared are
 * digests of one length. White space does not count, because codes are read and typed in groups. A code of digits may
 * have lost its leading zeros in a client that takes it for a number; each thing given still stands for one code only.
 */
export function isCode(given: string, code: string): boolean {
  const wanted = withoutSpace(code)
  const typed = withoutSpace(given)
  const whole = isDigits(typed) && isDigits(wanted) ? typed.padStart(wanted.length, '0') : typed
  return timingSafeEqual(digest(whole), digest(wanted))
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/g, '')
}

function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
