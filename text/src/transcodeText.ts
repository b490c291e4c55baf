import { convertToGsm7, type Gsm7Conversion } from './convertToGsm7.ts'
import { isGsm7 } from './gsm0338.ts'
import { countSegments, type Encoding } from './segmentText.ts'

export interface TranscodeOptions {
  readonly encoding: 'AUTO' | 'GSM7' | 'UNICODE'
  /** The largest share (0–1) of the characters that may be replaced by equivalents in GSM-7. */
  readonly trate: number
  /** The largest share (0–1) of the characters that may be masked by a full stop. */
  readonly mrate: number
  /** The whole text may be upper-cased where that helps, as with Greek: GSM-7 has its capitals only. */
  readonly upperCased: boolean
  /** Emojis may be neither replaced nor masked, so a text with emojis stays Unicode. */
  readonly keepEmojis: boolean
}

export type Transcoding = TranscodedText | TranscodeRefusal

export interface TranscodedText {
  readonly kind: 'transcoded'
  readonly encoding: Encoding
  readonly text: string
  readonly parts: number
  /** Characters of the text as given that were replaced, and masked. */
  readonly replaced: number
  readonly masked: number
  readonly upperCased: boolean
}

/** Only for encoding 'GSM7': there is no GSM-7 form within the limits. `explainText` says what it would take. */
export interface TranscodeRefusal {
  readonly kind: 'refused'
  /** 'emojis': only `keepEmojis` is in the way. 'limits': `trate` or `mrate` is. 'length': too long for any form. */
  readonly reason: 'emojis' | 'limits' | 'length'
}

/**
 * The form in which a text goes out.
 *
 * - 'UNICODE': as it is, in UCS-2.
 * - 'AUTO': the form with the fewest parts that the limits allow. Of forms with as many parts the one that changes
 *   least wins, so a text is never changed for nothing and never takes more parts than in UCS-2 as it is.
 * - 'GSM7': the same choice among GSM-7 forms only; refused when the limits allow none.
 *
 * `trate` and `mrate` are shares of the characters that a reader counts (grapheme clusters) in the text as given. A
 * letter whose accent is a separate mark is canonically the same as the composed letter, so composing the two is no
 * replacement. A text that is GSM-7 already costs two table look-ups per character.
 */
export function transcodeText(text: string, options: TranscodeOptions): Transcoding {
  if (options.encoding === 'UNICODE') return keepText(text, 'ucs2')
  if (isGsm7(text)) return keepText(text, 'gsm7')
  return options.encoding === 'GSM7' ? transcodeToGsm7(text, options) : transcodeToFewestParts(text, options)
}

function keepText(text: string, encoding: Encoding): TranscodedText {
  const parts = countSegments(text, encoding)
  return { kind: 'transcoded', encoding, text, parts, replaced: 0, masked: 0, upperCased: false }
}

function transcodeToFewestParts(text: string, options: TranscodeOptions): TranscodedText {
  const kept = keepText(text, 'ucs2')
  if (kept.parts === 1) return kept
  const changed = transcodeToGsm7(text, options)
  return changed.kind === 'transcoded' && changed.parts < kept.parts ? changed : kept
}

function transcodeToGsm7(text: string, options: TranscodeOptions): Transcoding {
  const plain = convertToGsm7(text, options, 'as given')
  const capital = options.upperCased ? convertToGsm7(text, options, 'upper-cased') : plain
  if (plain.kind === 'refused') return capital.kind === 'refused' ? plain : describe(capital)
  return describe(capital.kind === 'refused' ? plain : pickBetter(plain, capital))
}

/** The first of two that are equally good. */
function pickBetter(first: Gsm7Conversion, second: Gsm7Conversion): Gsm7Conversion {
  return second.parts < first.parts || (second.parts === first.parts && second.damage < first.damage) ? second : first
}

function describe({ text, parts, replaced, masked, upperCased }: Gsm7Conversion): TranscodedText {
  return { kind: 'transcoded', encoding: 'gsm7', text, parts, replaced, masked, upperCased }
}
