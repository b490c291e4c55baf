import type { E164 } from '../numbers/address.ts'
import type { Application } from './application.ts'
import { parseLanguage } from './language.ts'
import type { OtpChannel } from './otp.ts'
import { fillTemplate, hasCodePlaceholder, templateFor } from './template.ts'

/** A code in the words of its customer. */
export interface OtpText {
  /** As the person reads or hears it. */
  readonly text: string
  /** The same without the code, for everybody else. */
  readonly shown: string
  readonly language: string // ISO 639-1
}

export interface OtpWording {
  readonly channel: OtpChannel
  readonly number: E164
  readonly language: string | null // null: by the number's country
  readonly text: string | null // null: the application's template
  readonly code: string
  /** How long the code is still good for. */
  readonly seconds: number
}

/** Fills the customer's own text, or the application's template. A voice reads a code character by character. */
export function renderOtp(application: Application, wording: OtpWording): OtpText {
  const { channel, number, language, text, code, seconds } = wording
  const template = templateFor(application, { language, number, channel })
  const source = text ?? template.text
  const filled = fillTemplate(source, { code: channel === 'voice' ? spaced(code) : code, seconds })
  return {
    // A customer who makes the codes may have put one into the text already.
    text: channel === 'voice' ? filled.replaceAll(code, () => spaced(code)) : filled,
    shown: maskCode(source, { code, seconds }),
    language: text === null || language === null ? template.language : (parseLanguage(language) ?? template.language),
  }
}

function spaced(code: string): string {
  return [...code].join(' ')
}

/** A text without a place for its code holds it in a form that only its author knows: nothing of it is shown. */
function maskCode(source: string, { code, seconds }: { readonly code: string; readonly seconds: number }): string {
  if (!hasCodePlaceholder(source)) return MASK
  return fillTemplate(source, { code: MASK, seconds }).replaceAll(code, MASK)
}

const MASK = '****'
