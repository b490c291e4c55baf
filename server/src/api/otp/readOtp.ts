import { isStorableText } from '../../db/storableText.ts'
import type { E164, Sender } from '../../numbers/address.ts'
import { parseLocalNumber } from '../../numbers/parseLocalNumber.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { parseSender } from '../../numbers/parseSender.ts'
import { pinLengthRange } from '../../otp/applicationRules.ts'
import { parseCaller } from '../../otp/caller.ts'
import { parseLanguage } from '../../otp/language.ts'
import type { OtpOrder, Via } from '../../otp/otp.ts'
import { refusalCodes } from '../../otp/refusal.ts'
import { hasCodePlaceholder } from '../../otp/template.ts'
import { templateUnitsMax } from '../../otp/templateRules.ts'
import { Mistakes } from './mistakes.ts'
import type { ListOtpsQuery, ResendOtpQuery, SendOtpQuery } from './schema.ts'

/** What a request to send says; whose it is, and the application it names, are found elsewhere. */
export type SendWish = Omit<OtpOrder, 'accountId' | 'application'>

export interface Delivery {
  readonly via: Via | null // null: not said
  readonly sender: Sender | null
  readonly caller: string | null
}

/** Throws a 400 that names every parameter at fault. */
export function readSend(query: SendOtpQuery): SendWish {
  const mistakes = new Mistakes()
  const number = numberOf(query, mistakes)
  const { via, sender, caller } = deliveryOf(query, mistakes)
  const language = languageOf(query, mistakes)
  const code = codeOf(query, mistakes)
  const text = textOf(query, mistakes)
  const referenceId = referenceOf(query, mistakes)
  const pinLength = pinLengthOf(query, mistakes)
  if (number === null || mistakes.any) throw mistakes.problem()
  return { number, via: via ?? 'auto', sender, caller, language, code, text, referenceId, pinLength }
}

/** How to send a code once more. Throws a 400 that names every parameter at fault. */
export function readDelivery(query: ResendOtpQuery): Delivery {
  const mistakes = new Mistakes()
  const delivery = deliveryOf(query, mistakes)
  if (mistakes.any) throw mistakes.problem()
  return delivery
}

/** Throws a 400 when it is none. */
export function readNumber(query: ListOtpsQuery): E164 {
  const mistakes = new Mistakes()
  const number = numberOf(query, mistakes)
  if (number === null) throw mistakes.problem()
  return number
}

function numberOf({ number, country }: Pick<SendOtpQuery, 'number' | 'country'>, mistakes: Mistakes): E164 | null {
  if (country === undefined) {
    return (
      parseNumber(number) ??
      mistakes.add(
        refusalCodes.number,
        'number',
        'must be an international phone number, unless country says where it is',
      )
    )
  }
  if (!/^[a-z]{2}$/i.test(country)) {
    return mistakes.add(refusalCodes.country, 'country', 'must be an ISO 3166-1 alpha-2 code, as in DE')
  }
  return (
    parseLocalNumber(number, country) ??
    mistakes.add(refusalCodes.number, 'number', `must be a phone number of the country ${country.toUpperCase()}`)
  )
}

function deliveryOf({ via, sender, caller }: ResendOtpQuery, mistakes: Mistakes): Delivery {
  return { via: viaOf(via, mistakes), sender: senderOf(sender, mistakes), caller: callerOf(caller, mistakes) }
}

function viaOf(via: string | undefined, mistakes: Mistakes): Via | null {
  if (via === undefined) return null
  switch (via.toUpperCase()) {
    case 'AUTO':
      return 'auto'
    case 'SMS':
      return 'sms'
    case 'VOICE':
      return 'voice'
    default:
      return mistakes.add(refusalCodes.via, 'via', 'must be SMS, VOICE or AUTO')
  }
}

function senderOf(sender: string | undefined, mistakes: Mistakes): Sender | null {
  if (sender === undefined) return null
  return parseSender(sender) ?? mistakes.add(refusalCodes.sender, 'sender', NO_SENDER)
}

function callerOf(caller: string | undefined, mistakes: Mistakes): string | null {
  if (caller === undefined) return null
  return parseCaller(caller) ?? mistakes.add(refusalCodes.caller, 'caller', NO_SENDER)
}

const NO_SENDER = 'must be an international phone number, a short code of 3–8 digits or 1–11 characters with a letter'

function languageOf({ language }: SendOtpQuery, mistakes: Mistakes): string | null {
  if (language === undefined) return null
  return (
    parseLanguage(language) ?? mistakes.add(refusalCodes.language, 'language', 'must be an ISO 639-1 code, as in de')
  )
}

/** As long as the codes that we make, so that it fits every template. */
function codeOf({ otpCode }: SendOtpQuery, mistakes: Mistakes): string | null {
  if (otpCode === undefined || /^[0-9a-z]{4,10}$/i.test(otpCode)) return otpCode ?? null
  return mistakes.add(refusalCodes.otpCode, 'otpCode', 'must be 4 to 10 digits or letters a to z')
}

function textOf({ text, otpCode }: SendOtpQuery, mistakes: Mistakes): string | null {
  if (text === undefined) return null
  if (!isStorableText(text)) return mistakes.add(refusalCodes.templateText, 'text', UNSTORABLE)
  if (text.length > templateUnitsMax) {
    return mistakes.add(refusalCodes.templateText, 'text', `must have at most ${templateUnitsMax} characters`)
  }
  if (otpCode !== undefined || hasCodePlaceholder(text)) return text
  return mistakes.add(refusalCodes.placeholders, 'text', 'must have {{OTP}} in it, unless otpCode is given')
}

function referenceOf({ referenceId }: SendOtpQuery, mistakes: Mistakes): string | null {
  if (referenceId === undefined || isStorableText(referenceId)) return referenceId ?? null
  return mistakes.add(refusalCodes.referenceId, 'referenceId', UNSTORABLE)
}

function pinLengthOf({ pinLength }: SendOtpQuery, mistakes: Mistakes): number | null {
  if (pinLength === undefined) return null
  const { min, max } = pinLengthRange
  if (pinLength >= min && pinLength <= max) return pinLength
  return mistakes.add(refusalCodes.pinLength, 'pinLength', `must be between ${min} and ${max}`)
}

const UNSTORABLE = 'must not contain NUL or unpaired surrogates'
