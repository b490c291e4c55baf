import { Type } from 'typebox'

/** An id the operator gives: short and plain enough for URLs, logs and metric labels. */
export function identifier() {
  return Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
    expected: '1–64 letters, digits, dots, dashes or underscores, a letter or digit first',
  })
}

/** The first digits of international numbers; a leading + is allowed in the file. */
export function numberPrefix() {
  return Type.String({ pattern: '^\\+?[0-9]{1,15}$', expected: 'the first 1–15 digits of an international number' })
}

/** A mobile network: country code and network code together (ITU-T E.212). */
export function networkCode() {
  return Type.String({ pattern: '^[0-9]{5,6}$', expected: 'a network code of 5 or 6 digits (MCC and MNC)' })
}

export function digitsOf(prefix: string): string {
  return prefix.replace('+', '')
}
