import { isEmoji } from './isEmoji.ts'

export type CharacterClass =
  | 'emoji'
  | 'quotation mark'
  | 'dash'
  | 'space'
  | 'invisible character'
  | 'control character'
  | 'accented letter'
  | 'Latin letter'
  | 'Greek letter'
  | 'Cyrillic letter'
  | 'letter of another script'
  | 'number'
  | 'punctuation'
  | 'symbol'
  | 'unassigned or broken character'

/** The kind of a character (a grapheme cluster) in a word that a person who wrote the text understands. */
export function classOfCharacter(character: string): CharacterClass {
  if (isEmoji(character)) return 'emoji'
  return PATTERNS.find(([pattern]) => pattern.test(character))?.[1] ?? 'unassigned or broken character'
}

/** The first that matches the character's beginning. */
const PATTERNS: readonly [RegExp, CharacterClass][] = [
  [/^[\p{Quotation_Mark}`´‘-‟′″]/u, 'quotation mark'],
  [/^[\p{Dash}]/u, 'dash'],
  [/^(?:\p{Z}|\t)/u, 'space'],
  [/^\p{Cc}/u, 'control character'],
  [/^[\p{Cf}\p{Default_Ignorable_Code_Point}]/u, 'invisible character'],
  [/^[\p{Script=Greek}&&\p{L}]/v, 'Greek letter'],
  [/^[\p{Script=Cyrillic}&&\p{L}]/v, 'Cyrillic letter'],
  [/^(?:[\p{Script=Latin}&&\p{L}]\p{M}|[À-ÖØ-öø-ɏḀ-ỿ])/v, 'accented letter'],
  [/^[\p{Script=Latin}&&\p{L}]/v, 'Latin letter'],
  [/^[\p{L}\p{M}]/u, 'letter of another script'],
  [/^\p{N}/u, 'number'],
  [/^\p{P}/u, 'punctuation'],
  [/^\p{S}/u, 'symbol'],
]
