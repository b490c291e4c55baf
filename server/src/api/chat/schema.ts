import { type Static, type TProperties, Type } from 'typebox'
import { WIRE_CHANNELS } from './channels.ts'

/**
 * The wire of the vendor's Chat API: v1.1, and v2 where that has more. Requests are read by readMessageRequest, which
 * names every mistake at once, also those that only show where a channel's part and the default come together; what
 * stands here of them is for the description.
 */

export const CONTENT_TYPES = ['text', 'url', 'media', 'template'] as const
export type ContentType = (typeof CONTENT_TYPES)[number]
export const MEDIA_TYPES = ['image', 'document', 'audio'] as const
export const POLICIES = ['fallback', 'deterministic'] as const

const text = (description: string, options: object = {}) => Type.String({ description, ...options })
const optional = (description: string, options: object = {}) => Type.Optional(text(description, options))
const partially = (properties: TProperties, description: string) =>
  Type.Optional(Type.Object(properties, { description }))

const from = optional('Whom the message comes from at the channel. Required, here or in the default')
const contentType = Type.Optional(Type.Enum([...CONTENT_TYPES], { description: 'Which of the contents is sent' }))
const url = optional('http or https')
const waitSeconds = Type.Optional(
  Type.Integer({
    minimum: 10,
    maximum: 86_400,
    description: 'How long to wait for a delivery receipt before the chain goes on to the next channel',
  }),
)

const Media = Type.Object({
  type: Type.Enum([...MEDIA_TYPES]),
  url: optional('Where the provider of the channel fetches it: http or https'),
  mediaId: optional('Instead of the URL: one that was uploaded here'),
  caption: optional('Shown with it, where the channel can', { maxLength: 1_024 }),
})
const Template = Type.Object({
  templateId: text('Its name at the provider'),
  language: Type.Object({
    policy: Type.Optional(Type.Enum([...POLICIES])),
    code: optional('As in en or en_US'),
  }),
  parameters: Type.Optional(Type.Array(Type.Object({ default: optional('What goes into this place') }))),
})
const media = Type.Optional(Media)
const template = Type.Optional(Template)

const Sms = {
  from,
  contentType: Type.Optional(Type.Enum(['text', 'url'])),
  text: optional('The text', { maxLength: 3_000 }),
  url,
  waitSeconds,
}
const Whatsapp = {
  from,
  contentType,
  text: optional('The text', { maxLength: 4_096 }),
  url,
  media,
  template,
  waitSeconds,
}
const TyntecEcho = {
  from,
  contentType,
  text: optional('The text', { maxLength: 100 }),
  url,
  media,
  template,
  replyBack: Type.Optional(Type.Boolean({ description: 'Whether the content comes back as an inbound message' })),
  waitSeconds,
}
const parts = {
  sms: partially(Sms, 'What is sent as an SMS; a URL goes out as plain text'),
  whatsapp: partially(Whatsapp, 'What is sent by WhatsApp'),
  tyntecEcho: partially(TyntecEcho, 'Reaches nobody: is delivered at once, for trying things out'),
}
const sharedProperties = {
  context: partially(
    { userContext: optional('Yours: comes back in every notification', { maxLength: 255 }) },
    'What you want to be told again',
  ),
  overrides: partially(
    { notificationCallbackUrl: optional('Is told of this message instead of the account’s') },
    'Other settings for this message',
  ),
}
const to = text('The recipient: an international number with + or 00', { examples: ['+4915112345678'] })

export const MessageRequest = Type.Object({
  to,
  channels: Type.Array(Type.Enum([...WIRE_CHANNELS]), {
    minItems: 1,
    description: 'One after the other until one delivers',
  }),
  defaultContent: partially(
    { from, contentType, text: optional('The text'), url, media, template, waitSeconds },
    'What holds for every channel that says nothing else',
  ),
  ...parts,
  ...sharedProperties,
})

const inBulk = (properties: TProperties) =>
  Type.Optional(Type.Array(Type.Object(properties), { minItems: 2, maxItems: 20 }))

export const BulkRequest = Type.Object({
  to,
  from: text('Whom the messages come from'),
  channel: Type.Enum([...WIRE_CHANNELS]),
  sms: inBulk(Sms),
  whatsapp: inBulk(Whatsapp),
  tyntecEcho: inBulk(TyntecEcho),
  ...sharedProperties,
})

const messageId = text('Of the message, a UUID')
const date = (description: string) => Type.String({ description, format: 'date-time' })

export const MessageParams = Type.Object({ messageId })
export type MessageParams = Static<typeof MessageParams>

export const MessageResponse = Type.Object({ messageId, acceptedAt: date('When the message was on disk') })
export type MessageResponse = Static<typeof MessageResponse>

export const BulkResponse = Type.Object({
  bulkId: text('Of all together, a UUID'),
  messageIds: Type.Array(Type.String(), { description: 'In the order of the request' }),
})
export type BulkResponse = Static<typeof BulkResponse>

export const StoredMessage = Type.Object({
  messageId,
  to: text('The recipient, with +'),
  channels: Type.Array(Type.String()),
  ...parts,
  ...sharedProperties,
})

const Details = Type.Object({ code: text('One word for programs'), message: text('Why, for people') })
const deliveryChannel = Type.Enum([...WIRE_CHANNELS])
const status = Type.Enum(['accepted', 'delivered', 'seen', 'failed', 'unknown'])

export const MessageStatus = Type.Object({ messageId, deliveryChannel, status })
export type MessageStatus = Static<typeof MessageStatus>

export const MessageStatusV2 = Type.Object({
  messageId,
  event: text('MessageStatus:: and the status'),
  channel: deliveryChannel,
  deliveryChannel,
  from: text('Whom it comes from at that channel'),
  status,
  timestamp: date('Since when'),
  userContext: optional('As it was sent'),
  details: Type.Optional(Details),
})
export type MessageStatusV2 = Static<typeof MessageStatusV2>

const state = Type.Enum(['accepted', 'dispatched', 'dispatching_failed', 'success', 'failed', 'unknown'])

/** The misspelt name is the wire's; v2 corrects it. */
export const MessageHistory = Type.Object({
  messageId,
  history: Type.Array(
    Type.Object({ deliveryChannel, happendAt: date('When'), state, details: Type.Optional(Details) }),
  ),
})
export type MessageHistory = Static<typeof MessageHistory>

export const MessageHistoryV2 = Type.Object({
  messageId,
  history: Type.Array(
    Type.Object({
      channel: deliveryChannel,
      deliveryChannel,
      happenedAt: date('When'),
      state,
      details: Type.Optional(Details),
    }),
  ),
})
export type MessageHistoryV2 = Static<typeof MessageHistoryV2>
