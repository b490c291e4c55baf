import { drawGreekCapitals, findEquivalent, type GreekCapitals } from './findEquivalent.ts'
import { isGsm7 } from './gsm0338.ts'
import { isEmoji } from './isEmoji.ts'
import { countSegments, SEGMENT_LIMITS, SEGMENTS_MAX } from './segmentText.ts'
import { splitCharacters } from './splitCharacters.ts'
import type { TranscodeOptions, TranscodeRefusal } from './transcodeText.ts'

export interface Gsm7Conversion {
  readonly kind: 'converted'
  readonly text: string
  readonly parts: number
  readonly replaced: number
  readonly masked: number
  readonly upperCased: boolean
  /** How much a reader loses; only to compare conversions of one text. */
  readonly damage: number
}

export type ConversionLimits = Pick<TranscodeOptions, 'trate' | 'mrate' | 'keepEmojis'>

/** No conversion brings a longer text (in UTF-16 units) into the parts that a message may have, so none is tried. */
export const CONVERTED_UNITS_MAX = SEGMENTS_MAX * SEGMENT_LIMITS.gsm7.joined

/**
 * `text` with every character outside GSM-7 replaced by its equivalent, or masked where it has none. Where `trate`
 * allows fewer replacements than there are, the ones that would grow most are masked instead as far as `mrate` allows.
 */
export function convertToGsm7(
  text: string,
  limits: ConversionLimits,
  letters: 'as given' | 'upper-cased',
): Gsm7Conversion | TranscodeRefusal {
  if (text.length > CONVERTED_UNITS_MAX) return { kind: 'refused', reason: 'length' }
  const upperCased = letters === 'upper-cased'
  const composed = upperCased ? toCapitals(text) : text.normalize('NFC')
  if (isGsm7(composed)) return finish(composed, upperCased, { replaced: 0, masked: 0, transliterated: 0 })
  if (limits.trate === 0 && limits.mrate === 0) return { kind: 'refused', reason: 'limits' }
  return convertCharacters(splitCharacters(text), limits, upperCased)
}

function convertCharacters(
  characters: readonly string[],
  limits: ConversionLimits,
  upperCased: boolean,
): Gsm7Conversion | TranscodeRefusal {
  const greekCapitals = upperCased || !characters.some(isSmallGreek) ? 'shape' : 'sound'
  const pieces = characters.map((character) => toPiece(upperCased ? toCapitals(character) : character, greekCapitals))
  const masks = chooseMasks(pieces, limits)
  if (masks === null) return { kind: 'refused', reason: 'limits' }
  if (limits.keepEmojis && characters.some(isEmoji)) return { kind: 'refused', reason: 'emojis' }
  const replaced = pieces.filter((piece) => piece.kind === 'replaced' && !masks.has(piece))
  return finish(pieces.map((piece) => (masks.has(piece) ? MASK : piece.text)).join(''), upperCased, {
    replaced: replaced.length,
    masked: masks.size,
    transliterated: replaced.filter((piece) => !piece.alike).length,
  })
}

function toCapitals(text: string): string {
  return drawGreekCapitals(text.toUpperCase().normalize('NFC'))
}

const MASK = '.'

/** What stands for one character of the text as given. */
interface Piece {
  readonly kind: 'kept' | 'replaced' | 'without equivalent'
  readonly text: string
  readonly alike: boolean
}

function isSmallGreek(character: string): boolean {
  return /[\p{Script=Greek}&&\p{Lowercase}]/v.test(character)
}

function toPiece(character: string, greekCapitals: GreekCapitals): Piece {
  const composed = isGsm7(character) ? character : character.normalize('NFC')
  if (isGsm7(composed)) return { kind: 'kept', text: composed, alike: true }
  const equivalent = findEquivalent(composed, greekCapitals)
  return equivalent === null
    ? { kind: 'without equivalent', text: '', alike: false }
    : { kind: 'replaced', ...equivalent }
}

/** The pieces to mask, or null when the limits are too narrow. */
function chooseMasks(pieces: readonly Piece[], limits: ConversionLimits): Set<Piece> | null {
  const replaceable = pieces.filter((piece) => piece.kind === 'replaced')
  const masks = pieces.filter((piece) => piece.kind === 'without equivalent')
  const surplus = replaceable.length - countOfShare(limits.trate, pieces.length)
  if (surplus > 0) masks.push(...replaceable.sort(byLengthDescending).slice(0, surplus))
  return masks.length <= countOfShare(limits.mrate, pieces.length) ? new Set(masks) : null
}

/** 0.29 × 100 is 28.999… in floating point and means 29. */
function countOfShare(share: number, characters: number): number {
  return Math.floor(share * characters + 1e-9)
}

function byLengthDescending(a: Piece, b: Piece): number {
  return b.text.length - a.text.length
}

interface Changes {
  readonly replaced: number
  readonly masked: number
  readonly transliterated: number
}

/**
 * The weights are a judgement: a mask loses the character, another letter leaves it to be guessed, a look-alike loses
 * nothing, and a text all in capitals is about as tiresome as one letter in four transliterated. So French is not
 * upper-cased for the sake of a ç, and Greek becomes capitals rather than Latin.
 */
function finish(text: string, upperCased: boolean, { replaced, masked, transliterated }: Changes): Gsm7Conversion {
  const damage = masked * 2 + transliterated + (upperCased ? text.length / 4 : 0)
  return { kind: 'converted', text, parts: countSegments(text, 'gsm7'), replaced, masked, upperCased, damage }
}
