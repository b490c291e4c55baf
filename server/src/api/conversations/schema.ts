import { type Static, type TProperties, Type } from 'typebox'

/**
 * The wire of messages in the vendor's Conversations API v3. Requests are read by hand, which names every mistake at
 * once; what stands here of them is for the description.
 */

export const CONTEXT_CHARACTERS_MAX = 125
export const MEDIA_KINDS = ['image', 'document', 'audio', 'video', 'sticker'] as const
export type MediaKind = (typeof MEDIA_KINDS)[number]
export const CONTENT_TYPES = ['text', 'media', ...MEDIA_KINDS, 'template'] as const

const text = (description: string, options: object = {}) => Type.String({ description, ...options })
const optional = (description: string, options: object = {}) => Type.Optional(text(description, options))
const partially = (properties: TProperties, description: string) =>
  Type.Optional(Type.Object(properties, { description }))
const date = (description: string) => Type.String({ description, format: 'date-time' })

const fileProperties = {
  url: optional('Where the provider of the channel fetches it: http or https'),
  mediaId: optional('Instead of the URL: one that was uploaded here'),
  caption: optional('Shown with it; not of audio and stickers', { maxLength: 1_024 }),
  filename: optional('Shown with a document', { maxLength: 240 }),
}
const file = (kind: MediaKind) => partially(fileProperties, `What ${kind} is sent, where that is the contentType`)

const Content = Type.Object(
  {
    contentType: Type.Optional(
      Type.Enum([...CONTENT_TYPES], { description: 'Which of the contents is sent; an SMS is text, also without it' }),
    ),
    text: optional('Up to 3000 characters by SMS, 4096 by WhatsApp'),
    image: file('image'),
    document: file('document'),
    audio: file('audio'),
    video: file('video'),
    sticker: file('sticker'),
    media: partially(
      { type: Type.Enum([...MEDIA_KINDS]), ...fileProperties },
      'The same under one name for all types of media',
    ),
    template: partially(
      {
        templateId: text('Its name at the provider'),
        templateLanguage: optional('As in en or en_US'),
        components: partially(
          { body: Type.Array(Type.Object({ type: Type.Enum(['text']), text: text('What goes into this place') })) },
          'The values of its places',
        ),
      },
      'A text that the provider has approved before',
    ),
  },
  { description: 'What is sent' },
)

const addressProperties = {
  to: text('The recipient: an international number with + or 00', { examples: ['+4915112345678'] }),
  from: text('Whom the message comes from at the channel'),
}
const channel = Type.Enum(['sms', 'whatsapp'])
const settingsProperties = {
  context: optional('Yours: comes back in every notification', { maxLength: CONTEXT_CHARACTERS_MAX }),
  overrides: partially(
    {
      notificationCallbackUrl: optional('Is told of this message instead of the configured URL'),
      messageStatusUrl: optional('The same by another name'),
    },
    'Other settings for this message',
  ),
}

export const MessageRequest = Type.Object({ ...addressProperties, channel, content: Content, ...settingsProperties })

export const TextRequest = Type.Object({
  ...addressProperties,
  channel: optional('That of the path'),
  content: Type.Object({ contentType: Type.Optional(Type.Enum(['text'])), text: text('The text') }),
  ...settingsProperties,
})

export const BulkRequest = Type.Object({
  ...addressProperties,
  channel,
  messages: Type.Array(Content, { minItems: 2, maxItems: 20, description: 'In the order in which they are sent' }),
  ...settingsProperties,
})

const messageId = text('Of the message, a UUID')
const acceptedProperties = {
  timestamp: date('When it was on disk'),
  acceptedAt: date('The same by another name'),
}

export const MessageResponse = Type.Object({ messageId, ...acceptedProperties })
export type MessageResponse = Static<typeof MessageResponse>

export const BulkResponse = Type.Object({
  bulkId: text('Of all together, a UUID'),
  messageIds: Type.Array(Type.String(), { description: 'In the order of the request' }),
  ...acceptedProperties,
})
export type BulkResponse = Static<typeof BulkResponse>

export const MessageParams = Type.Object({ messageId })
export type MessageParams = Static<typeof MessageParams>

const Details = Type.Object({ code: text('One word for programs'), message: text('Why, for people') })
const deliveryChannel = Type.Enum(['sms', 'whatsapp', 'tyntecEcho'])

export const MessageStatus = Type.Object({
  messageId,
  status: Type.Enum(['accepted', 'delivered', 'seen', 'failed', 'unknown']),
  timestamp: date('Since when'),
  deliveryChannel,
  context: optional('As it was sent'),
  details: Type.Optional(Details),
})
export type MessageStatus = Static<typeof MessageStatus>

export const MessageEvents = Type.Object({
  messageId,
  events: Type.Array(
    Type.Object({
      timestamp: date('When'),
      event: text('MessageStatus:: and accepted, dispatched, channelFailed, delivered, seen, failed or unknown'),
      channel: deliveryChannel,
      details: Type.Optional(Details),
    }),
    { description: 'Oldest first' },
  ),
})
export type MessageEvents = Static<typeof MessageEvents>
