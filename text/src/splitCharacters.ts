/** The characters that a reader counts: extended grapheme clusters (Unicode Standard Annex #29). */
export function splitCharacters(text: string): string[] {
  if (!MAY_JOIN.test(text)) return text.split('')
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/**
 * All but Latin, Greek, Cyrillic and general punctuation without marks, joiners and carriage returns (which join a line
 * feed). Texts without these are the common ones, and the segmenter costs half a microsecond a letter.
 */
const MAY_JOIN = /\r|[\u0300-\u036f]|[\u0483-\u0489]|[\u0530-\u200f]|[\u2028-\u202f]|[\u205f-\u209f]|[\u20c1-\uffff]/

/** Grapheme rules do not depend on the language. */
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
