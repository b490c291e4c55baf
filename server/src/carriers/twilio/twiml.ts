import type { Voice } from './voices.ts'

/** Twilio takes no more characters of TwiML with a request for a call. */
export const twimlCharactersMax = 4_000

/**
 * What a call says: the text twice with a breath before and between, for nobody has a pen ready the first time.
 */
export function sayTwice(text: string, { locale, voice }: Voice): string {
  const say = `<Say language="${locale}" voice="${voice}">${escapeXml(text)}</Say>`
  return `<Response><Pause length="1"/>${say}<Pause length="1"/>${say}</Response>`
}

/** Text for an element of XML 1.0. What XML cannot hold at all (§2.2) becomes a space. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_XML, ' ')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
