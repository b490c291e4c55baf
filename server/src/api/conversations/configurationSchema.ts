import { type Static, type TProperties, Type } from 'typebox'
import { CALLBACK_VERSIONS } from '../../callbacks/callbackSettings.ts'

/**
 * The wire of the configurations of the vendor's Conversations API v3. Requests are read by hand; what stands here of
 * them is for the description.
 */

const text = (description: string, options: object = {}) => Type.String({ description, ...options })
const optional = (description: string, options: object = {}) => Type.Optional(text(description, options))
const partially = (properties: TProperties, description: string) =>
  Type.Optional(Type.Object(properties, { description }))

/** Whom a status is told, by the names that filters and webhooks know. */
export const STATUS_EVENTS = [
  'MessageStatus::accepted',
  'MessageStatus::dispatched',
  'MessageStatus::delivered',
  'MessageStatus::seen',
  'MessageStatus::channelFailed',
  'MessageStatus::failed',
  'MessageStatus::unknown',
  'MessageStatus::deleted',
] as const
export const INBOUND_EVENTS = ['MoMessage', 'MoMessage::Postback', 'MoMessage::Order'] as const

export const URL_CHARACTERS_MAX = 2_000
export const HEADER_KEY = { min: 4, max: 125 }
export const HEADER_VALUE = { min: 8, max: 1_024 }

const urlProperties = {
  callbackVersion: Type.Optional(Type.Enum([...CALLBACK_VERSIONS], { description: 'Shape of what is sent there' })),
  inboundMessageUrl: optional('Is told of what persons write', { maxLength: URL_CHARACTERS_MAX }),
  messageStatusUrl: optional('Is told what becomes of messages', { maxLength: URL_CHARACTERS_MAX }),
  eventFilter: Type.Optional(
    Type.Array(Type.String(), { description: 'Statuses that are told; empty: all. MessageStatus::delivered …' }),
  ),
}
const method = Type.Enum(['HS256', 'HS512'])
const headerKey = text('Name of the header', { minLength: HEADER_KEY.min, maxLength: HEADER_KEY.max })

export const CallbackRequest = Type.Object({
  ...urlProperties,
  signature: partially(
    { secret: optional('8 to 125 characters; may be left out where it stays'), method },
    'How the calls are signed',
  ),
  header: partially(
    { key: headerKey, value: optional('8 to 1024 characters; may be left out where it stays') },
    'A header that the calls carry besides',
  ),
})

/** Secrets are never in it. */
export const Callback = Type.Object({
  ...urlProperties,
  signature: partially({ method }, 'Calls are signed'),
  header: partially({ key: headerKey }, 'Calls carry this header'),
})
export type Callback = Static<typeof Callback>

export const MediaCredentialsRequest = Type.Object({
  type: Type.Optional(Type.Enum(['basic', 'oauth2'])),
  basic: partially({ username: text('Who fetches'), password: text('Its password') }, 'HTTP Basic'),
  oauth2: partially(
    { clientId: text('Who fetches'), clientSecret: text('Its secret'), url: text('Where tokens come from') },
    'OAuth 2.0 client credentials',
  ),
})

export const AccountConfiguration = Type.Object({
  scopes: Type.Array(Type.String()),
  callback: Callback,
  config: Type.Object({
    mediaCredentials: Type.Optional(
      Type.Object({
        type: Type.Enum(['basic', 'oauth2']),
        basic: partially({ username: Type.String() }, 'The password is never shown'),
        oauth2: partially({ clientId: Type.String(), url: Type.String() }, 'The secret is never shown'),
      }),
    ),
  }),
})
export type AccountConfiguration = Static<typeof AccountConfiguration>

export const ChannelConfiguration = Type.Object({
  channel: Type.Enum(['sms', 'whatsapp']),
  scopes: Type.Array(Type.String()),
  id: Type.Object({ phoneNumber: text('With +, or a short code') }),
  callback: { ...Callback, description: 'What is said for this number; the rest is as for the account' },
})
export type ChannelConfiguration = Static<typeof ChannelConfiguration>
export const ChannelConfigurations = Type.Array(ChannelConfiguration)

export const NumberParams = Type.Object({ phoneNumber: text('With + or without') })
export type NumberParams = Static<typeof NumberParams>
