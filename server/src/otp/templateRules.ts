import { isStorableText } from '../db/storableText.ts'
import { Refusal, refusalCodes } from './refusal.ts'
import { isOriginBoundLine, splitLines } from './templateLines.ts'

/** In UTF-16 units: about four parts of an SMS. */
export const templateUnitsMax = 600
/** Of each placeholder in a text that is only ever spoken: people write while they listen. */
export const spokenPlaceholdersMax = 4

/**
 * Throws a `Refusal` for a text that cannot be a template. `{{OTP}}` stands in it once, and may stand once more in an
 * origin-bound line (`@example.com #{{OTP}}`); `{{SEC}}` once at most. A text for calls alone may repeat itself.
 */
export function checkTemplate(text: string, channel: 'sms' | 'voice' | null): void {
  if (text.length > templateUnitsMax || !isStorableText(text)) {
    throw new Refusal(refusalCodes.templateText, `The text should have at most ${templateUnitsMax} characters`)
  }
  const codes = count(text, '{{OTP}}')
  if (codes === 0) throw new Refusal(refusalCodes.placeholders, 'The text should contain the placeholder {{OTP}}')
  if (channel === 'voice') {
    if (Math.max(codes, count(text, '{{SEC}}')) <= spokenPlaceholdersMax) return
    const message = `The text should contain each placeholder at most ${spokenPlaceholdersMax} times`
    throw new Refusal(refusalCodes.placeholders, message)
  }
  const originBound = splitLines(text).filter(isOriginBoundLine).join('\n')
  if (codes - count(originBound, '{{OTP}}') > 1 || count(originBound, '{{OTP}}') > 1) {
    const message = 'The text should contain {{OTP}} once, and once more only in a line like @example.com #{{OTP}}'
    throw new Refusal(refusalCodes.placeholders, message)
  }
  if (count(text, '{{SEC}}') > 1) {
    throw new Refusal(refusalCodes.placeholders, 'The text should contain {{SEC}} at most once')
  }
}

function count(text: string, part: string): number {
  return text.split(part).length - 1
}
