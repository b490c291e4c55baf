/** The names of properties, and the values of lists to choose from, that schemas have at any depth and a page has not. */
export function missingWords(page: string, schemas: readonly object[]): string[] {
  const missing = schemas.flatMap(wordsOf).filter((word) => !new RegExp(`\\b${word}\\b`).test(page))
  return [...new Set(missing)]
}

function wordsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (keyword === 'properties') return [...Object.keys(value), ...Object.values(value).flatMap(wordsOf)]
    return keyword === 'enum' ? value : wordsOf(value)
  })
}
