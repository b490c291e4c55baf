import { type Static, Type } from 'typebox'

/** The wire of the vendor's 2FA API v1; its names stay in this folder. */

/** A code that the customer brings along, and what may be typed at a check. */
export const OTP_CODE_CHARACTERS_MAX = 64
export const REFERENCE_ID_CHARACTERS_MAX = 255
/** Above the limit of templates, which has an error of its own. */
const TEXT_CHARACTERS_MAX = 5_000
const WORD_CHARACTERS_MAX = 255

const word = (description: string, maxLength = WORD_CHARACTERS_MAX) => Type.String({ description, maxLength })
const optional = (description: string, maxLength?: number) => Type.Optional(word(description, maxLength))
const nullable = (description: string) => Type.Union([Type.String({ description }), Type.Null()])
const milliseconds = (description: string) => Type.Integer({ description: `${description}, epoch milliseconds` })

const settings = {
  name: optional('App- and the time, when it is left out'),
  attempts: Type.Optional(Type.Integer({ description: 'Checks that an OTP allows' })),
  expire: Type.Optional(Type.Integer({ description: 'Seconds until an OTP expires, 30 to 7200' })),
  pinLength: Type.Optional(Type.Integer({ description: 'Characters of a code, 4 to 10' })),
  sender: optional('Whom the SMS comes from'),
  caller: optional('The number that calls come from; a name is kept, and calls show the provider’s own number'),
  countries: Type.Optional(
    Type.Union([Type.Array(word('ISO 3166-1 alpha-2'), { maxItems: 300 }), word('DE,AT, or all', 2_000)], {
      description: 'Countries that codes may go to; a list, or one text with commas; all: wherever',
    }),
  ),
  nistProfile: Type.Optional(
    Type.Boolean({ description: 'Hold codes to NIST SP 800-63B: at least 6 characters, at most 10 minutes' }),
  ),
}
const alphanumeric = Type.Optional(Type.Boolean({ description: 'Codes of lower-case letters and digits' }))

export const CreateApplicationBody = Type.Object({ alphanumeric, ...settings })
export type CreateApplicationBody = Static<typeof CreateApplicationBody>

export const EditApplicationQuery = Type.Object({
  alphaNumeric: alphanumeric,
  ...settings,
  deleteCaller: Type.Optional(Type.Boolean({ description: 'Go without a caller from now on' })),
})
export type EditApplicationQuery = Static<typeof EditApplicationQuery>

export const ApplicationParams = Type.Object({
  applicationId: Type.String({ description: 'A UUID, or default for the account’s own' }),
})
export type ApplicationParams = Static<typeof ApplicationParams>

export const ApplicationAnswer = Type.Object({
  accountId: Type.String(),
  applicationId: Type.String({ description: 'A UUID' }),
  name: Type.String(),
  pinLength: Type.Integer({ description: 'Characters of a code' }),
  alphanumeric: Type.Boolean({ description: 'Codes of lower-case letters and digits' }),
  attempts: Type.Integer({ description: 'Checks that an OTP allows' }),
  expire: Type.Integer({ description: 'Seconds until an OTP expires' }),
  template: Type.Record(Type.String(), Type.String(), {
    description: 'Texts by language; en-sms and en-voice are for one channel only',
  }),
  sender: Type.String({ description: 'Whom the SMS comes from' }),
  caller: nullable('The number that calls come from, or a name, which they do not show; null: none'),
  countries: Type.Union([Type.Array(Type.String()), Type.Null()], {
    description: 'Countries that codes may go to, ISO 3166-1 alpha-2; null: wherever',
  }),
  nistProfile: Type.Boolean({ description: 'Whether codes are held to NIST SP 800-63B' }),
  created: milliseconds('When it was created'),
})
export type ApplicationAnswer = Static<typeof ApplicationAnswer>

const language = word('ISO 639-1, as in de')
const channel = optional('SMS or VOICE: a text for this channel only')
export const SaveTemplateQuery = Type.Object({
  language,
  text: word('With {{OTP}} in it, and {{SEC}} where it should say how many seconds are left', TEXT_CHARACTERS_MAX),
  channel,
})
export type SaveTemplateQuery = Static<typeof SaveTemplateQuery>
export const DeleteTemplateQuery = Type.Object({ language, channel })
export type DeleteTemplateQuery = Static<typeof DeleteTemplateQuery>

export const SavedTemplateAnswer = Type.Object({
  ...ApplicationAnswer.properties,
  warnings: Type.Array(Type.Object({ code: Type.String(), message: Type.String() }), {
    description: 'What phones may not do with the text; it is saved all the same',
  }),
})
export type SavedTemplateAnswer = Static<typeof SavedTemplateAnswer>

const via = optional('SMS, VOICE or AUTO: a call for landlines, else an SMS')
const sender = optional('Instead of the application’s')
const caller = optional('Instead of the application’s')

export const SendOtpQuery = Type.Object({
  number: word('The number to verify: with +, 00 or plain digits, or with `country` as it is dialled there'),
  applicationId: optional('A UUID, or default, which is also what counts when it is left out'),
  via,
  country: optional('ISO 3166-1 alpha-2; the number has to be one of this country'),
  language: optional('ISO 639-1; that of the number’s country when it is left out'),
  text: optional('Instead of the template; without {{OTP}} only if otpCode is given', TEXT_CHARACTERS_MAX),
  referenceId: optional('Your own reference', REFERENCE_ID_CHARACTERS_MAX),
  otpCode: optional('Your own code: 4 to 10 digits or letters', OTP_CODE_CHARACTERS_MAX),
  sender,
  caller,
  pinLength: Type.Optional(Type.Integer({ description: 'Instead of the application’s: 4 to 10' })),
})
export type SendOtpQuery = Static<typeof SendOtpQuery>

export const ResendOtpQuery = Type.Object({ via, sender, caller })
export type ResendOtpQuery = Static<typeof ResendOtpQuery>

export const ListOtpsQuery = Type.Object({ number: word('With +, 00 or plain digits') })
export type ListOtpsQuery = Static<typeof ListOtpsQuery>

export const CheckOtpQuery = Type.Object({ otpCode: word('What was typed', OTP_CODE_CHARACTERS_MAX) })
export type CheckOtpQuery = Static<typeof CheckOtpQuery>

export const OtpParams = Type.Object({ otpId: Type.String({ description: 'A UUID' }) })
export type OtpParams = Static<typeof OtpParams>

export const OtpStatusEntity = Type.Object({
  accountId: Type.String(),
  applicationId: Type.String({ description: 'A UUID' }),
  attemptCount: Type.Integer({ description: 'Checks so far, the successful one too' }),
  created: milliseconds('When it was sent first'),
  expire: milliseconds('Until when it can be verified'),
  number: Type.String({ description: 'International, with +' }),
  otpId: Type.String({ description: 'A UUID' }),
  otpStatus: Type.String({ description: 'ACTIVE, VERIFIED, EXPIRED or TOO_MANY_ATTEMPTS' }),
  referenceId: nullable('Your own reference'),
  timestampCreated: Type.String({ description: 'created in ISO 8601' }),
  timestampExpire: Type.String({ description: 'expire in ISO 8601' }),
})
export type OtpStatusEntity = Static<typeof OtpStatusEntity>

export const StatusEvent = Type.Object({
  created: milliseconds('When it happened'),
  status: nullable('success or failed; null: neither'),
  statusText: nullable('What became of a message, or of the OTP'),
  timestampCreated: Type.String({ description: 'created in ISO 8601' }),
  type: Type.String({ description: 'SEND, DELIVERY, CHECK or FINAL' }),
  channel: nullable('SMS or VOICE; null: none'),
})
export type StatusEvent = Static<typeof StatusEvent>

export const OtpListAnswer = Type.Array(OtpStatusEntity)
export const EventListAnswer = Type.Array(StatusEvent)
export const ApplicationListAnswer = Type.Array(ApplicationAnswer)
