/**
 * Whether a character (a grapheme cluster, see `splitCharacters`) is an emoji: shown in colour by default, asked for
 * with the emoji variation selector, a keycap, or an older pictograph that phones colour anyway. Signs such as ©, ™ and
 * ↔ are pictographs to Unicode but text to a reader; they lie before U+2300.
 */
export function isEmoji(character: string): boolean {
  return EMOJI.test(character)
}

const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\u20e3|[\p{Extended_Pictographic}&&[\u{2300}-\u{10ffff}]]/v
