import type { TemplateWarning } from './lintTemplate.ts'
import { isOriginBoundLine, isRetrieverHash, RETRIEVER_MARK, splitLines } from './templateLines.ts'

/** The longest message that SMS Retriever hands to an app. */
const BYTES_MAX = 140

/**
 * Android's SMS Retriever gives an app the messages with its hash, 11 characters, in at most 140 bytes
 * (https://developers.google.com/identity/sms-retriever/verify). `filled`: with a code as long as codes are.
 */
export function lintRetriever(text: string, filled: string): TemplateWarning[] {
  const place = findHash(text)
  if (place === 'none') return []
  if (place === 'missing') {
    const message = `The message begins with ${RETRIEVER_MARK}, but the hash of 11 characters of an Android app is missing`
    return [{ code: 'retriever-hash', message }]
  }
  const warnings: TemplateWarning[] = []
  if (place === 'inside') {
    const message =
      'The hash of the Android app should be the last word, before a line for the autofill of browsers only'
    warnings.push({ code: 'retriever-hash-not-last', message })
  }
  const bytes = Buffer.byteLength(filled)
  if (bytes > BYTES_MAX) {
    const message = `Android hands messages of up to ${BYTES_MAX} bytes to the app; this one has ${bytes}`
    warnings.push({ code: 'retriever-length', message })
  }
  return warnings
}

/** 'none': nothing says that an app shall read it. A hash inside counts when it has its line, or the message the mark. */
function findHash(text: string): 'none' | 'missing' | 'inside' | 'last' {
  const marked = text.startsWith(RETRIEVER_MARK)
  const lines = splitLines(text).filter((line) => !isOriginBoundLine(line))
  const words = lines.join('\n').trim().split(/\s+/)
  if (isRetrieverHash(words.at(-1) ?? '')) return 'last'
  if (marked ? words.some(isRetrieverHash) : lines.some((line) => isRetrieverHash(line.trim()))) return 'inside'
  return marked ? 'missing' : 'none'
}
