import anyAscii from 'any-ascii'
import { isGsm7 } from './gsm0338.ts'

export interface Equivalent {
  /** GSM-7; empty for what cannot be seen. */
  readonly text: string
  /** A reader sees no difference, or only another form of the same sign. */
  readonly alike: boolean
}

/** 'shape': Ρ becomes P, right in a text of Greek capitals. 'sound': Ρ becomes R, right beside Latin for ρ. */
export type GreekCapitals = 'shape' | 'sound'

/**
 * What can stand for a character (a grapheme cluster) that is not in GSM-7: a look-alike, or a transliteration that
 * gives emojis as words between colons. Null when there is nothing that a reader would recognise.
 */
export function findEquivalent(character: string, greekCapitals: GreekCapitals): Equivalent | null {
  let text = ''
  let alike = true
  for (const codePoint of character) {
    const lookAlike = isGsm7(codePoint) ? codePoint : findLookAlike(codePoint, greekCapitals)
    const substitute = lookAlike ?? transliterate(codePoint)
    if (substitute === null) return null
    text += substitute
    alike &&= lookAlike !== null
  }
  return { text, alike }
}

/**
 * Greek capitals written with the Latin letters of the same shape, as every phone shows them: no replacement that a
 * reader could see, so it is part of upper-casing.
 */
export function drawGreekCapitals(text: string): string {
  return GREEK.test(text) ? Array.from(text, (character) => GREEK_SHAPES.get(character) ?? character).join('') : text
}

const GREEK = /\p{Script=Greek}/u

function findLookAlike(codePoint: string, greekCapitals: GreekCapitals): string | null {
  const greek = greekCapitals === 'shape' ? GREEK_SHAPES.get(codePoint) : undefined
  return greek ?? TYPOGRAPHIC.get(codePoint) ?? (INVISIBLE.test(codePoint) ? '' : null)
}

function transliterate(codePoint: string): string | null {
  const ascii = anyAscii(codePoint).replaceAll('`', "'")
  if (ascii === '') return MODIFIER.test(codePoint) ? '' : null
  return isGsm7(ascii) ? ascii : null
}

/** Controls, joiners, selectors, direction marks: dropping them leaves what a reader sees. */
const INVISIBLE = /^(?:\p{Cc}|\p{Cf}|\p{Default_Ignorable_Code_Point})$/u
/** Accents and skin tones: dropping them leaves the sign they modify. */
const MODIFIER = /^(?:\p{M}|\p{Emoji_Modifier})$/u

/** The capitals that GSM-7 leaves out because Latin capitals have the same shape; capitals go without accents. */
const GREEK_SHAPES: ReadonlyMap<string, string> = new Map(pairs('ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΆΈΉΊΌΎΏΪΫ', 'ABEZHIKMNOPTYXAEHIOYΩIY'))

const TYPOGRAPHIC: ReadonlyMap<string, string> = new Map([
  ...pairs('‘’‚‛′‹›`´ʼ', "'".repeat(10)),
  ...pairs('“”„‟″«»', '"'.repeat(7)),
  ...pairs('‐‑‒–—―−', '-'.repeat(7)),
  ...pairs(
    '\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000',
    ' '.repeat(16),
  ),
  ...pairs('\u0085\u2028\u2029', '\n'.repeat(3)),
  ...pairs('•∙·', '*..'),
  ['…', '...'],
  ['ẞ', 'ß'],
])

function pairs(from: string, to: string): [string, string][] {
  const substitutes = [...to]
  return [...from].map((character, index) => [character, substitutes[index] ?? ''])
}
