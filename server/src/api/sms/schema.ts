import { type Static, Type } from 'typebox'

/** The wire of the vendor's Messaging API v1; its names stay in this folder. */

const text = (description: string, options: object = {}) => Type.String({ description, ...options })

const sendSmsProperties = {
  to: text('Destination number: international, with +, 00 or plain digits', {
    minLength: 1,
    maxLength: 32,
    examples: ['+4915112345678'],
  }),
  from: text('Originator: an international number, a short code or up to 11 characters', {
    minLength: 1,
    maxLength: 32,
    examples: ['Heliograph'],
  }),
  message: text('Text to be sent', { minLength: 1, maxLength: 40_000, examples: ['Hello from Heliograph'] }),
  encoding: Type.Enum(['AUTO', 'GSM7', 'UNICODE'], {
    default: 'AUTO',
    description: 'AUTO takes the encoding with the fewest parts',
  }),
  gateway: text('Which gateway is to deliver the message', { default: 'DEFAULT', maxLength: 64 }),
  conversion: Type.Boolean({ default: false, description: 'Whether the message is subject to a conversion ratio' }),
  sendDateTime: Type.Optional(
    text('A future date in ISO 8601; without a zone it is UTC', {
      maxLength: 40,
      examples: ['2030-01-01T09:00:00+01:00'],
    }),
  ),
  validity: Type.Integer({
    default: 2880,
    minimum: 1,
    maximum: 10_080,
    description: 'Minutes for which delivery is tried',
  }),
  reference: Type.Optional(text('Your own reference, repeated in statuses and callbacks', { maxLength: 256 })),
  callbackUrl: Type.Optional(text('Your URL for the delivery receipt; empty for none', { maxLength: 2048 })),
  callbackMethod: Type.String({
    default: 'POST',
    pattern: '^([Pp][Oo][Ss][Tt]|[Gg][Ee][Tt])$',
    description: 'HTTP method of the callback: POST or GET',
  }),
  partLimit: Type.Integer({ default: 4, minimum: 1, maximum: 255, description: 'Most parts the message may take' }),
  mrate: Type.Number({
    default: 0,
    minimum: 0,
    maximum: 1,
    description: 'Largest share of characters that may be masked to make the text GSM-7',
  }),
  upperCased: Type.Boolean({
    default: true,
    description: 'Whether the text may be upper-cased where that saves parts',
  }),
  keepEmojis: Type.Boolean({ default: true, description: 'False lets emojis be replaced by their names' }),
  flash: Type.Boolean({ default: false, description: 'Show the message at once and do not store it' }),
}
const trate = (byDefault: number) =>
  Type.Number({
    default: byDefault,
    minimum: 0,
    maximum: 1,
    description: 'Largest share of characters that may be replaced by GSM-7 equivalents',
  })

/** POST and GET differ in one default: how freely characters may be replaced. */
export const SendSmsBody = Type.Object({ ...sendSmsProperties, trate: trate(0) })
export const SendSmsQuery = Type.Object({ ...sendSmsProperties, trate: trate(1) })
export type SendSmsRequest = Static<typeof SendSmsBody>

export const ConversionBody = Type.Object({
  requestId: text('The message that led, or did not lead, to what it was sent for', { minLength: 1, maxLength: 64 }),
  delivered: Type.Boolean({ default: true, description: 'Whether it did' }),
  timestamp: Type.Optional(text('When, in ISO 8601; default now', { maxLength: 40 })),
})

const nullable = (description: string) => Type.Union([Type.String({ description }), Type.Null()])

const RestMessagePart = Type.Object({
  partId: Type.String(),
  deliveryState: Type.String(),
  errorCode: nullable('GSM error code, 4 hex digits; 0000: none'),
  statusText: Type.String({ description: 'First 20 characters of the message' }),
  price: nullable('Price of this part'),
  currency: nullable('ISO 4217'),
  priceEffective: nullable('Since when the price holds'),
  sentDate: nullable('When a carrier took the part'),
  doneDate: nullable('When the part reached its final state'),
})

/** One message as every answer and callback shows it. Dates are ISO 8601 in UTC; null: not known (yet). */
export const RestMessageResponse = Type.Object({
  requestId: Type.String(),
  status: Type.Enum(['ACCEPTED', 'BUFFERED', 'DELIVERED', 'EXPIRED', 'REJECTED', 'UNDELIVERABLE']),
  from: Type.String(),
  to: Type.String(),
  reference: nullable('Your own reference'),
  size: Type.Integer({ description: 'Number of parts' }),
  overallPrice: nullable('Price of all parts'),
  priceEffective: nullable('Since when the price holds'),
  mccmnc: nullable('The network of the recipient, where it is known'),
  ttid: nullable("The vendor's own network id; never known here"),
  submitDate: Type.String({ description: 'When the message was accepted' }),
  sentDate: nullable('When a carrier took the message'),
  doneDate: nullable('When the message reached its final state'),
  errorCode: nullable('GSM error code, 4 hex digits; 0000: none'),
  errorReason: nullable('Why the message was not delivered'),
  href: Type.String({ description: 'Where to read this status again' }),
  parts: Type.Array(RestMessagePart),
})
export type RestMessageResponse = Static<typeof RestMessageResponse>
