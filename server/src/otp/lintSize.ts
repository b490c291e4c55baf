import { isGsm7 } from '@heliograph/text/gsm0338'
import { countSegments } from '@heliograph/text/segmentText'
import { splitCharacters } from '@heliograph/text/splitCharacters'
import type { TemplateWarning } from './lintTemplate.ts'

/** What makes the message cost more than one part. `filled`: with a code and seconds as they are sent. */
export function lintSize(filled: string): TemplateWarning[] {
  const text = filled.normalize('NFC')
  const encoding = isGsm7(text) ? 'gsm7' : 'ucs2'
  const warnings: TemplateWarning[] = []
  if (encoding === 'ucs2') {
    const characters = new Set(splitCharacters(text).filter((character) => !isGsm7(character)))
    const named = [...characters].slice(0, NAMED_MAX).join(' ')
    const message = `Characters outside the GSM alphabet leave room for 70 in an SMS instead of 160: ${named}`
    warnings.push({ code: 'not-gsm', message })
  }
  const parts = countSegments(text, encoding)
  if (parts > 1)
    warnings.push({ code: 'several-parts', message: `The message takes ${parts} parts, each one is paid for` })
  return warnings
}

const NAMED_MAX = 10
