/**
 * Some lines of an SMS are for browsers and apps, which fill the code in by them:
 * - the origin-bound line `@example.com #123456`, the last one of the message (https://wicg.github.io/sms-one-time-codes/),
 * - the hash of an Android app, 11 characters of base64 (SMS Retriever), with `<#>` in front for old devices.
 */

/** Splits at line ends of every kind, as the readers of origin-bound codes do. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/)
}

/** Meant as an origin-bound line with the code, well-formed or not. */
export function isOriginBoundLine(line: string): boolean {
  return /^\s*@[^\s#]*\s*#\s*\{\{OTP\}\}/.test(line)
}

/**
 * Eleven characters of base64 that are no plain word: with a digit, a sign or a capital inside. One hash in 1,700 has
 * none of these.
 */
export function isRetrieverHash(word: string): boolean {
  return /^[A-Za-z0-9+/]{11}$/.test(word) && /[0-9+/]|[a-z][A-Z]/.test(word)
}

/** What old Android devices know a message for an app by. */
export const RETRIEVER_MARK = '<#>'

/** The text without what only machines read; all of it when the code stands nowhere else. */
export function linesForPeople(text: string): string {
  const lines = splitLines(text).filter((line) => !isOriginBoundLine(line) && !isRetrieverHash(line.trim()))
  const people = withoutMark(lines.join('\n').trim())
  return people.includes('{{OTP}}') ? people : text
}

/** Where the mark is, a last word that looks like a hash is one. */
function withoutMark(text: string): string {
  if (!text.startsWith(RETRIEVER_MARK)) return text
  const words = text.slice(RETRIEVER_MARK.length).trim().split(' ')
  return words.slice(0, isRetrieverHash(words.at(-1) ?? '') ? -1 : words.length).join(' ')
}
