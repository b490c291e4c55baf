/**
 * The codes of the 2FA API's errors. 1006, 1008 and 1017 are those that the vendor publishes; the others are not known,
 * so everything else is numbered from 1101 on, above what the vendor is seen to use.
 */
export const refusalCodes = {
  /** The length of the code is not 4–10. */
  pinLength: '1006',
  /** The OTP would live shorter than 30 s or longer than 7200 s. */
  expire: '1008',
  /** An application of one's own cannot be called 'default'. */
  nameIsDefault: '1017',

  /** A parameter is not of its type: no whole number, no boolean, text that cannot be stored, an unreadable body. */
  parameter: '1101',
  /** The number of attempts is out of range. */
  attempts: '1102',
  /** The name is empty or too long, or it is for the default application, which keeps its own. */
  name: '1103',
  /** Not what a phone can show as the sender of an SMS. */
  sender: '1104',
  /** Not what could be a sender. */
  caller: '1105',
  /** Not a list of ISO 3166-1 countries. */
  countries: '1106',
  /** The settings break the NIST profile of the application. */
  nistProfile: '1107',
  /** The account has as many applications as it may have. */
  applicationsMax: '1108',
  /** The default application cannot be deleted. */
  defaultStays: '1109',

  /** The placeholders of the template are missing, or there are too many of them. */
  placeholders: '1121',
  /** The template is too long, or holds characters that cannot be stored. */
  templateText: '1122',
  /** Not an ISO 639-1 language. */
  language: '1123',
  /** Neither SMS nor VOICE. */
  channel: '1124',
  /** The application has as many templates as it may have. */
  templatesMax: '1125',
  /** The English template cannot be deleted. */
  englishStays: '1126',

  /** Not a phone number, or one that the country does not have. */
  number: '1141',
  /** Not an ISO 3166-1 country. */
  country: '1142',
  /** Neither SMS nor VOICE nor AUTO. */
  via: '1143',
  /** The customer's own code is not one that can be sent and typed. */
  otpCode: '1144',
  /** The reference is too long, or holds characters that cannot be stored. */
  referenceId: '1145',
  /** The application sends no codes to this country. */
  countryNotAllowed: '1146',

  /** The account has no such application. */
  applicationUnknown: '1161',
  /** The application has no template of that language and channel. */
  templateUnknown: '1162',
  /** The account has no such OTP. */
  otpUnknown: '1163',
  /** The OTP is over and is not sent again. */
  otpOver: '1164',
} as const

export type RefusalCode = (typeof refusalCodes)[keyof typeof refusalCodes]

/** A wish that breaks a rule of the 2FA API; the message is for the customer. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string) {
    super(message)
    this.code = code
  }
}
