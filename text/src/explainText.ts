import { type CharacterClass, classOfCharacter } from './classOfCharacter.ts'
import { CONVERTED_UNITS_MAX, type ConversionLimits, convertToGsm7 } from './convertToGsm7.ts'
import { isGsm7 } from './gsm0338.ts'
import { countSegments, type Encoding } from './segmentText.ts'
import { splitCharacters } from './splitCharacters.ts'
import { type TranscodeOptions, type Transcoding, transcodeText } from './transcodeText.ts'

export interface TextExplanation {
  /** What `transcodeText` makes of it. */
  readonly chosen: Transcoding
  /** Characters that a reader counts: the base of `trate` and `mrate`. */
  readonly characters: number
  readonly forcing: readonly ForcingCharacter[]
  /** `forcing` lists the first `FORCING_LISTED_MAX` of them. */
  readonly forcingTotal: number
  /** Every form the text could go out in, the fewest parts first; one form is listed once. */
  readonly variants: readonly TextVariant[]
}

/** A character (grapheme cluster) that is not in GSM-7, even composed, and so makes the text UCS-2. */
export interface ForcingCharacter {
  readonly character: string
  /** As U+2019; an emoji can have several. */
  readonly codePoints: readonly string[]
  /** Of its first UTF-16 unit in the text. */
  readonly index: number
  readonly class: CharacterClass
}

export interface TextVariant {
  readonly encoding: Encoding
  readonly change: 'none' | 'replaced' | 'masked' | 'upper-cased' | 'upper-cased and replaced'
  readonly text: string
  readonly parts: number
  readonly replaced: number
  readonly masked: number
  /** The least options that allow this variant. */
  readonly needs: {
    readonly trate: number
    readonly mrate: number
    readonly upperCased: boolean
    readonly keepEmojis: boolean
  }
  /** Whether the options given allow it. */
  readonly allowed: boolean
}

export const FORCING_LISTED_MAX = 100

/**
 * Why a text takes the parts it takes and what would make them fewer: for people, in a dry run or on the console, not
 * for every message. A text beyond `CONVERTED_UNITS_MAX` has its plain form only.
 */
export function explainText(text: string, options: TranscodeOptions): TextExplanation {
  const characters = splitCharacters(text.slice(0, CONVERTED_UNITS_MAX))
  const forcing = findForcing(characters)
  return {
    chosen: transcodeText(text, options),
    characters: characters.length,
    forcing: forcing.slice(0, FORCING_LISTED_MAX),
    forcingTotal: forcing.length,
    variants: listVariants(text, options, characters),
  }
}

function findForcing(characters: readonly string[]): ForcingCharacter[] {
  const forcing: ForcingCharacter[] = []
  let index = 0
  for (const character of characters) {
    if (!isGsm7(character.normalize('NFC'))) forcing.push(describeCharacter(character, index))
    index += character.length
  }
  return forcing
}

function describeCharacter(character: string, index: number): ForcingCharacter {
  return { character, codePoints: Array.from(character, nameCodePoint), index, class: classOfCharacter(character) }
}

function nameCodePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

function listVariants(text: string, options: TranscodeOptions, characters: readonly string[]): TextVariant[] {
  const variants = [keepText(text, options)]
  if (isGsm7(text)) return variants
  for (const { letters, limits } of FORMS) {
    const converted = convertToGsm7(text, limits, letters)
    if (converted.kind === 'refused' || variants.some((variant) => variant.text === converted.text)) continue
    const { parts, replaced, masked, upperCased } = converted
    const needs = {
      trate: replaced / characters.length,
      mrate: masked / characters.length,
      upperCased,
      keepEmojis: convertToGsm7(text, { ...limits, keepEmojis: true }, letters).kind === 'converted',
    }
    const change = nameChange(converted)
    const allowed = isAllowed(needs, options)
    variants.push({ encoding: 'gsm7', change, text: converted.text, parts, replaced, masked, needs, allowed })
  }
  return variants.sort((a, b) => a.parts - b.parts)
}

/** Everything replaced that can be; everything masked; both again in capitals are worth showing only as replaced. */
const FORMS: readonly { letters: 'as given' | 'upper-cased'; limits: ConversionLimits }[] = [
  { letters: 'as given', limits: { trate: 1, mrate: 1, keepEmojis: false } },
  { letters: 'upper-cased', limits: { trate: 1, mrate: 1, keepEmojis: false } },
  { letters: 'as given', limits: { trate: 0, mrate: 1, keepEmojis: false } },
]

function keepText(text: string, options: TranscodeOptions): TextVariant {
  const encoding = isGsm7(text) ? 'gsm7' : 'ucs2'
  const needs = { trate: 0, mrate: 0, upperCased: false, keepEmojis: true }
  const allowed = encoding === 'gsm7' ? options.encoding !== 'UNICODE' : options.encoding !== 'GSM7'
  return {
    encoding,
    change: 'none',
    text,
    parts: countSegments(text, encoding),
    replaced: 0,
    masked: 0,
    needs,
    allowed,
  }
}

function nameChange(converted: { upperCased: boolean; replaced: number; masked: number }): TextVariant['change'] {
  if (converted.upperCased)
    return converted.replaced + converted.masked > 0 ? 'upper-cased and replaced' : 'upper-cased'
  if (converted.replaced > 0) return 'replaced'
  return converted.masked > 0 ? 'masked' : 'none'
}

function isAllowed(needs: TextVariant['needs'], options: TranscodeOptions): boolean {
  return (
    options.encoding !== 'UNICODE' &&
    needs.trate <= options.trate &&
    needs.mrate <= options.mrate &&
    (options.upperCased || !needs.upperCased) &&
    (needs.keepEmojis || !options.keepEmojis)
  )
}
