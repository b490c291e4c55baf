import type { ChatStep } from '../../chat/chat.ts'
import type { ChatContent, ChatMedia, ChatTemplate } from '../../messages/chatContent.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { parseSender } from '../../numbers/parseSender.ts'
import { channelOf, type WireChannel } from './channels.ts'
import type { Fields } from './fields.ts'
import { CONTENT_TYPES, type ContentType, MEDIA_TYPES, POLICIES } from './schema.ts'
import { shownContent } from './shownContent.ts'

export type CheckUrl = (url: string) => string | null

/** A step of a chain, and how it stands in the request. */
export interface ReadStep {
  readonly channel: WireChannel
  readonly step: ChatStep
  /** As it is read back. */
  readonly part: Readonly<Record<string, unknown>>
  readonly fromField: string
  /** Where its media of ours are named. */
  readonly mediaField: string | null // null: it has none
}

/** What one channel is to send. Null: something was refused. */
export function readStep(
  channel: WireChannel,
  {
    own,
    fields,
    sender: senderFields,
    checkUrl,
  }: {
    /** The channel's own part of the request. */
    own: Fields
    /** The same over what holds for all channels. */
    fields: Fields
    /** Where `from` stands. */
    sender: Fields
    checkUrl: CheckUrl
  },
): ReadStep | null {
  const sender = readSender(channel, senderFields)
  const contentType = readContentType(channel, own, fields)
  const content = contentType === null ? null : readContent(contentType, { channel, fields, checkUrl })
  const waitSeconds = fields.integer('waitSeconds', { min: WAIT_SECONDS_MIN, max: WAIT_SECONDS_MAX })
  const replyBack = channel === 'tyntecEcho' ? fields.flag('replyBack') : null
  if (sender === null || contentType === null || content === null) return null
  const waitMs = waitSeconds === null ? null : waitSeconds * SECOND_MS
  return {
    channel,
    step: { channel: channelOf(channel), sender, content, waitMs, replyBack: replyBack ?? false },
    part: {
      from: sender,
      contentType,
      ...shownContent(content),
      ...(replyBack === null ? {} : { replyBack }),
      ...(waitSeconds === null ? {} : { waitSeconds }),
    },
    fromField: senderFields.nameOf('from'),
    mediaField: mediaIdOf(content) === null ? null : (fields.object('media')?.nameOf('mediaId') ?? null),
  }
}

/** Before a chain goes on to its next channel. */
export const WAIT_SECONDS_MIN = 10
export const WAIT_SECONDS_MAX = 86_400
const SECOND_MS = 1_000

export const TEXT_CHARACTERS_MAX = { sms: 3_000, whatsapp: 4_096, tyntecEcho: 100 } as const
const FROM_CHARACTERS_MAX = 64
const MEDIA_ID_CHARACTERS_MAX = 64
const CAPTION_CHARACTERS_MAX = 1_024
const TEMPLATE_ID_CHARACTERS_MAX = 512
const LANGUAGE_CODE_CHARACTERS_MAX = 35
const PARAMETERS_MAX = 100
const PARAMETER_CHARACTERS_MAX = 1_024

export function mediaIdOf(content: ChatContent): string | null {
  return content.kind === 'media' ? content.mediaId : null
}

function readSender(channel: WireChannel, fields: Fields): string | null {
  const from = fields.requiredText('from', FROM_CHARACTERS_MAX)
  if (from === null) return null
  switch (channel) {
    case 'sms':
      return parseSender(from)?.value ?? fields.refuse('from', NO_SMS_SENDER)
    case 'whatsapp':
      return parseNumber(from) ?? fields.refuse('from', 'must be an international phone number')
    case 'tyntecEcho':
      return from
  }
}

const NO_SMS_SENDER =
  'must be an international phone number, a short code of 3–8 digits or 1–11 characters with a letter'

/** An SMS need not say what it is where its own part of the request, or all together, has only a text or a URL. */
function readContentType(channel: WireChannel, own: Fields, fields: Fields): ContentType | null {
  if (channel !== 'sms') return fields.requiredWord('contentType', CONTENT_TYPES)
  if (own.has('contentType')) return own.word('contentType', SMS_CONTENT_TYPES)
  const implied = onlyContentOf(own)
  if (implied !== null) return implied
  if (fields.has('contentType')) {
    const byDefault = fields.value('contentType')
    return SMS_CONTENT_TYPES.find((type) => type === byDefault) ?? own.refuse('contentType', NOT_OF_SMS)
  }
  return onlyContentOf(fields) ?? fields.refuse('text', 'must not be empty')
}

const SMS_CONTENT_TYPES = ['text', 'url'] as const
const NOT_OF_SMS = `must be one of ${SMS_CONTENT_TYPES.join(', ')}, other than the default`

function onlyContentOf(fields: Fields): 'text' | 'url' | null {
  if (fields.has('text')) return fields.has('url') ? null : 'text'
  return fields.has('url') ? 'url' : null
}

function readContent(
  contentType: ContentType,
  { channel, fields, checkUrl }: { channel: WireChannel; fields: Fields; checkUrl: CheckUrl },
): ChatContent | null {
  switch (contentType) {
    case 'text': {
      const text = fields.requiredText('text', TEXT_CHARACTERS_MAX[channel])
      return text === null ? null : { kind: 'text', text }
    }
    case 'url': {
      const url = fields.has('url') ? fields.url('url', checkWebUrl) : fields.refuse('url', 'must not be empty')
      return url === null ? null : { kind: 'url', url }
    }
    case 'media':
      return fields.has('media') ? readMedia(fields, checkUrl) : fields.refuse('media', 'must not be empty')
    case 'template':
      return fields.has('template') ? readTemplate(fields) : fields.refuse('template', 'must not be empty')
  }
}

/** It goes out as it is and nobody here fetches it, so that it may lead anywhere. */
function checkWebUrl(url: string): string | null {
  return /^https?:\/\/\S+$/i.test(url) && URL.canParse(url) ? null : 'must be an http or https URL'
}

function readMedia(fields: Fields, checkUrl: CheckUrl): ChatMedia | null {
  const media = fields.object('media')
  if (media === null) return null
  const type = media.requiredWord('type', MEDIA_TYPES)
  const caption = media.text('caption', CAPTION_CHARACTERS_MAX)
  // A part that brings media of its own replaces those of the default, wherever they are.
  const place = media.nearest(['url', 'mediaId'])
  if (place.has('url') && place.has('mediaId')) return place.refuse('mediaId', 'must not stand beside url')
  if (!place.has('url') && !place.has('mediaId')) return place.refuse('url', 'must not be empty')
  // The provider fetches it, from the public internet.
  const url = place.url('url', checkUrl)
  const mediaId = place.text('mediaId', MEDIA_ID_CHARACTERS_MAX)
  if (type === null || (url === null && mediaId === null)) return null
  return { kind: 'media', type, url, mediaId, caption, fileName: null }
}

function readTemplate(fields: Fields): ChatTemplate | null {
  const template = fields.object('template')
  if (template === null) return null
  const templateId = template.requiredText('templateId', TEMPLATE_ID_CHARACTERS_MAX)
  const language = template.has('language')
    ? template.object('language')
    : template.refuse('language', 'must not be empty')
  const policy = language?.word('policy', POLICIES) ?? null
  const code = language?.text('code', LANGUAGE_CODE_CHARACTERS_MAX) ?? null
  const parameters = readParameters(template)
  if (templateId === null || language === null || parameters === null) return null
  return { kind: 'template', templateId, language: { policy, code }, parameters }
}

function readParameters(template: Fields): readonly string[] | null {
  const parameters = template.objects('parameters', { min: 0, max: PARAMETERS_MAX })
  const texts = parameters?.map((parameter) => parameter.requiredText('default', PARAMETER_CHARACTERS_MAX)) ?? null
  return texts?.every((text) => text !== null) ? texts : null
}
