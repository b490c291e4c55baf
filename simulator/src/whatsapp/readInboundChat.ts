import { ObjectReader } from '../objectReader.ts'
import { refuseViolations } from '../problem.ts'
import type { InboundChat, InboundContent, InboundFile } from './inboundChat.ts'

export interface InboundRequest {
  readonly inbound: InboundChat
  readonly to: string // digits
  /** How often it is told. */
  readonly copies: number
}

/** Reads what a person writes from the body of a request. Throws a Problem that names every field at fault. */
export function readInboundChat(body: unknown): InboundRequest {
  const reader = new ObjectReader(body)
  const type = reader.oneOf('type', TYPES, 'text')
  reader.allowOnly('from', 'to', 'type', 'name', 'replyTo', 'forwarded', 'copies', ...propertyOf(type))
  const request: InboundRequest = {
    to: readNumber(reader, 'to'),
    copies: reader.integer('copies', { min: 1, max: COPIES_MAX, fallback: 1 }),
    inbound: {
      from: readNumber(reader, 'from'),
      name: reader.text('name', { lengthMax: NAME_LENGTH_MAX, fallback: 'Simulated phone' }),
      content: readContent(reader, type),
      replyTo: reader.has('replyTo') ? reader.text('replyTo', { lengthMax: ID_LENGTH_MAX }) : null,
      forwarded: reader.flag('forwarded'),
    },
  }
  if (reader.violations.length > 0) refuseViolations(reader.violations)
  return request
}

const FILE_TYPES = ['image', 'document', 'audio', 'voice', 'video', 'sticker'] as const

const TYPES = [
  'text',
  ...FILE_TYPES,
  'location',
  'contacts',
  'reaction',
  'button',
  'interactive',
  'unsupported',
] as const

type InboundType = (typeof TYPES)[number]

/** Where the content of a type is. */
function propertyOf(type: InboundType): string[] {
  if (type === 'unsupported') return []
  if (type === 'interactive') return ['button']
  return [FILE_TYPES.some((fileType) => fileType === type) ? 'media' : type]
}

function readContent(reader: ObjectReader, type: InboundType): InboundContent {
  switch (type) {
    case 'text':
      return { kind: type, text: reader.text('text', { lengthMax: TEXT_LENGTH_MAX }) }
    case 'location':
      return readLocation(reader.object(type).allowOnly('latitude', 'longitude', 'name', 'address'))
    case 'contacts': {
      const contacts = reader.objects(type, { itemsMax: CONTACTS_MAX }).map((contact) => ({
        name: contact.allowOnly('name', 'phone').text('name', { lengthMax: NAME_LENGTH_MAX }),
        phone: contact.text('phone', { lengthMax: 30 }),
      }))
      return { kind: type, contacts }
    }
    case 'reaction': {
      const reaction = reader.object(type).allowOnly('messageId', 'emoji')
      const messageId = reaction.text('messageId', { lengthMax: ID_LENGTH_MAX })
      return { kind: type, messageId, emoji: reaction.text('emoji', { lengthMax: 50, fallback: '' }) }
    }
    case 'button':
    case 'interactive': {
      const button = reader.object('button').allowOnly('text', 'payload')
      const text = button.text('text', { lengthMax: NAME_LENGTH_MAX })
      return { kind: type, text, payload: button.text('payload', { lengthMax: NAME_LENGTH_MAX, fallback: text }) }
    }
    case 'unsupported':
      return { kind: type }
    default:
      return readFile(reader.object('media').allowOnly('contentType', 'data', 'caption', 'fileName'), type)
  }
}

function readLocation(reader: ObjectReader): InboundContent {
  return {
    kind: 'location',
    latitude: reader.number('latitude', { min: -90, max: 90 }),
    longitude: reader.number('longitude', { min: -180, max: 180 }),
    name: readOptional(reader, 'name'),
    address: readOptional(reader, 'address'),
  }
}

function readFile(reader: ObjectReader, type: InboundFile['type']): InboundFile {
  const data = reader.text('data', { lengthMax: BASE64_LENGTH_MAX })
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(data)) reader.refuse('data', 'must be Base64')
  const contentType = reader.text('contentType', { lengthMax: 100 })
  if (contentType !== '' && !/^[\x21-\x7e][\x20-\x7e]*$/.test(contentType)) {
    reader.refuse('contentType', 'must be ASCII, as in "image/jpeg"')
  }
  return {
    kind: 'media',
    type,
    contentType,
    bytes: Buffer.from(data, 'base64'),
    caption: readOptional(reader, 'caption'),
    fileName: readOptional(reader, 'fileName'),
  }
}

function readOptional(reader: ObjectReader, name: string): string | null {
  return reader.has(name) ? reader.text(name, { lengthMax: NAME_LENGTH_MAX }) : null
}

function readNumber(reader: ObjectReader, name: string): string {
  const text = reader.text(name, { lengthMax: 21 })
  const digits = text.replace(/^(\+|00)/, '')
  if (text !== '' && !/^\d{1,20}$/.test(digits))
    reader.refuse(name, 'must be a phone number: digits, with or without +')
  return digits
}

/** Of the bodies that carry files. */
export const INBOUND_BODY_BYTES_MAX = 32 * 1_024 * 1_024
const BASE64_LENGTH_MAX = 31 * 1_024 * 1_024
const TEXT_LENGTH_MAX = 4_096
const NAME_LENGTH_MAX = 1_024
const ID_LENGTH_MAX = 256
const CONTACTS_MAX = 100
const COPIES_MAX = 10
