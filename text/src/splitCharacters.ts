/** The characters that a reader counts: extended grapheme clusters (Unicode Standard Annex #29). */
export function splitCharacters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** Grapheme rules do not depend on the language. */
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
