import { lintLink, lintPlaceholders } from './lintContent.ts'
import { lintOriginBound } from './lintOriginBound.ts'
import { lintReadability } from './lintReadability.ts'
import { lintRetriever } from './lintRetriever.ts'
import { lintSize } from './lintSize.ts'
import { fillTemplate } from './template.ts'
import { isOriginBoundLine, splitLines } from './templateLines.ts'

/** Something that a template's author may want to change; the template works all the same. */
export interface TemplateWarning {
  /** Lower-case words with hyphens; the table in the documentation explains each. */
  readonly code: string
  readonly message: string
}

/** What a template is filled with, and who reads it. */
export interface TemplateUse {
  readonly channel: 'sms' | 'voice' | null // null: both
  /** ISO 639-1. */
  readonly language: string
  readonly pinLength: number
  readonly alphanumeric: boolean
  readonly expireSeconds: number
}

/**
 * What may keep phones from filling the code in, make the message cost more, or make it look like phishing. A text for
 * calls alone is only looked through for what cannot be said.
 */
export function lintTemplate(text: string, use: TemplateUse = ORDINARY): TemplateWarning[] {
  const code = '0123456789'.repeat(2).slice(0, use.pinLength)
  const filled = fillTemplate(text, { code, seconds: use.expireSeconds })
  const warnings = [...lintPlaceholders(text), ...lintLink(text)]
  if (use.channel === 'voice') return [...warnings, ...lintSpeech(text)]
  return [
    ...warnings,
    ...lintOriginBound(text),
    ...lintRetriever(text, filled),
    ...lintReadability(text, use),
    ...lintSize(filled),
  ]
}

const ORDINARY: TemplateUse = { channel: null, language: 'en', pinLength: 4, alphanumeric: false, expireSeconds: 300 }

function lintSpeech(text: string): TemplateWarning[] {
  if (!splitLines(text).some(isOriginBoundLine)) return []
  return [{ code: 'spoken-domain', message: 'A call reads out the line that is meant for the autofill of an SMS' }]
}
