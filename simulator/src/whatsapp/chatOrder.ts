import { GraphError } from './graphError.ts'

/** A request for a message, checked. */
export interface ChatOrder {
  readonly to: string // digits
  /** `to` as it was written. */
  readonly input: string
  readonly type: MessageType
  /** What came under the name of the type. */
  readonly content: Readonly<Record<string, unknown>>
  /** Meta's id of the message that it answers. */
  readonly replyTo: string | null
  /** Comes back with every status. */
  readonly callbackData: string | null // null: there is none
}

const MESSAGE_TYPES = [
  'text',
  'image',
  'document',
  'audio',
  'video',
  'sticker',
  'template',
  'location',
  'contacts',
  'interactive',
  'reaction',
] as const

export type MessageType = (typeof MESSAGE_TYPES)[number]

/** Reads the body of a request for a message. Throws GraphError with Meta's numbers for what is wrong with it. */
export function readChatOrder(body: Readonly<Record<string, unknown>>): ChatOrder {
  if (body.messaging_product !== 'whatsapp') throw invalid('The parameter messaging_product is required.')
  const input = typeof body.to === 'string' ? body.to : ''
  if (input === '') throw invalid('The parameter to is required.')
  const to = input.replace(/^00|\D/g, '')
  if (!/^[1-9]\d{5,14}$/.test(to)) throw wrongValue(`Recipient phone number ${input} is not valid`)
  const type = MESSAGE_TYPES.find((candidate) => candidate === (body.type ?? 'text'))
  if (type === undefined) throw invalid(`Param type must be one of {${MESSAGE_TYPES.join(', ')}}`)
  const content = type === 'contacts' ? { contacts: body.contacts } : body[type]
  if (!isRecord(content)) throw missing(`Parameter '${type}' is mandatory for type '${type}'`)
  checkContent(type, content)
  return { to, input, type, content, replyTo: readReplyTo(body.context), callbackData: readCallbackData(body) }
}

function checkContent(type: MessageType, content: Readonly<Record<string, unknown>>): void {
  if (type === 'text') checkText(content)
  else if (type === 'template') checkTemplate(content)
  else if (isMedia(type)) checkMedia(type, content)
}

function isMedia(type: MessageType): boolean {
  return ['image', 'document', 'audio', 'video', 'sticker'].includes(type)
}

function checkText({ body }: Readonly<Record<string, unknown>>): void {
  if (typeof body !== 'string' || body === '') throw missing("Parameter 'body' is mandatory for type 'text'")
  if (body.length > TEXT_LENGTH_MAX) {
    throw invalid(`Param text['body'] must be at most ${TEXT_LENGTH_MAX} characters long.`)
  }
}

function checkMedia(type: MessageType, { id, link, caption, filename }: Readonly<Record<string, unknown>>): void {
  if ((typeof id === 'string') === (typeof link === 'string')) {
    throw missing(`Parameter '${type}' must have either an id or a link`)
  }
  if (typeof link === 'string' && !/^https?:$/.test(URL.parse(link)?.protocol ?? '')) {
    throw invalid(`Param ${type}['link'] must be a valid URI.`)
  }
  if (caption !== undefined) {
    if (type === 'audio' || type === 'sticker') throw invalid(`Unexpected key "caption" on param "${type}".`)
    if (typeof caption !== 'string' || caption.length > CAPTION_LENGTH_MAX) {
      throw invalid(`Param ${type}['caption'] must be at most ${CAPTION_LENGTH_MAX} characters long.`)
    }
  }
  if (filename !== undefined && type !== 'document') throw invalid(`Unexpected key "filename" on param "${type}".`)
}

function checkTemplate({ name, language }: Readonly<Record<string, unknown>>): void {
  if (typeof name !== 'string' || name === '') throw missing("Parameter 'name' is mandatory for type 'template'")
  if (!isRecord(language) || typeof language.code !== 'string') {
    throw missing("Parameter 'language' is mandatory for type 'template'")
  }
  const { policy = 'deterministic' } = language
  if (policy !== 'deterministic') throw wrongValue("Only the language policy 'deterministic' is supported")
}

function readReplyTo(context: unknown): string | null {
  return isRecord(context) && typeof context.message_id === 'string' ? context.message_id : null
}

function readCallbackData({ biz_opaque_callback_data: data }: Readonly<Record<string, unknown>>): string | null {
  return typeof data === 'string' ? data : null
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(title: string): GraphError {
  return new GraphError(100, { title })
}

function missing(details: string): GraphError {
  return new GraphError(131_008, { details })
}

function wrongValue(details: string): GraphError {
  return new GraphError(131_009, { details })
}

const TEXT_LENGTH_MAX = 4_096
const CAPTION_LENGTH_MAX = 1_024
