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
  const { channel, number, language, text: own, code, seconds } = wording
  const template = templateFor(application, { language, number, channel })
  const source = own ?? template.text
  return {
    text: channel === 'voice' ? speak(source, wording) : fillTemplate(source, { code, seconds }),
    // Rendered anew: masking all that looks like the code would tell it where it equals the seconds.
    shown: own !== null && mayHoldCode(own, code) ? MASK : fillTemplate(source, { code: MASK, seconds }),
    language: own === null || language === null ? template.language : (parseLanguage(language) ?? template.language),
  }
}

function speak(source: string, { text: own, code, seconds }: OtpWording): string {
  // A customer who makes the codes may have put one into the text already.
  const spelled = own === null ? source : own.replaceAll(code, () => spaced(code))
  return fillTemplate(spelled, { code: spaced(code), seconds })
}

function spaced(code: string): string {
  return [...code].join(' ')
}

/** A text without a place for its code holds it in a form that only its author knows. Nothing of such a text is shown. */
function mayHoldCode(own: string, code: string): boolean {
  return !hasCodePlaceholder(own) || own.includes(code)
}

const MASK = '****'
