import type { InboundChatContent } from '../carrier.ts'
import { type Fields, fieldsOf, messageIdOf, textOf } from './fields.ts'
import { storableJson } from './storableJson.ts'

const UNKNOWN: InboundChatContent = { kind: 'unknown' }

/** What a person wrote; 'unknown' for what WhatsApp cannot show to us, and for what this does not know yet. */
export function readInboundContent(message: Fields): InboundChatContent {
  const { type } = message
  switch (type) {
    case 'text':
      return textContent(textOf(fieldsOf(message.text).body))
    case 'image':
    case 'document':
    case 'video':
    case 'sticker':
      return mediaContent(type, fieldsOf(message[type]))
    case 'audio': {
      const audio = fieldsOf(message.audio)
      return mediaContent(audio.voice === true ? 'voice' : 'audio', audio)
    }
    case 'location':
      return locationContent(fieldsOf(message.location))
    case 'contacts':
      return { kind: 'contacts', contacts: storableJson(message.contacts) }
    case 'reaction':
      return reactionContent(fieldsOf(message.reaction))
    case 'button': {
      const { text, payload } = fieldsOf(message.button)
      return postback(textOf(text), textOf(payload))
    }
    case 'interactive':
      return interactiveContent(fieldsOf(message.interactive))
    default:
      return UNKNOWN
  }
}

function textContent(text: string | null): InboundChatContent {
  return text === null ? UNKNOWN : { kind: 'text', text }
}

function mediaContent(
  type: Extract<InboundChatContent, { kind: 'media' }>['type'],
  { id, mime_type, caption, filename }: Fields,
): InboundChatContent {
  const remoteId = textOf(id, REMOTE_ID_CHARACTERS_MAX)
  if (remoteId === null) return UNKNOWN
  return {
    kind: 'media',
    type,
    remoteId,
    contentType: textOf(mime_type, NAME_CHARACTERS_MAX),
    caption: textOf(caption),
    fileName: textOf(filename, NAME_CHARACTERS_MAX),
  }
}

function locationContent({ latitude, longitude, name, address }: Fields): InboundChatContent {
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return UNKNOWN
  return { kind: 'location', latitude, longitude, name: textOf(name), address: textOf(address) }
}

/** A reaction that was taken back has no emoji. */
function reactionContent({ message_id, emoji }: Fields): InboundChatContent {
  const carrierMessageId = messageIdOf(message_id)
  if (carrierMessageId === null) return UNKNOWN
  return { kind: 'reaction', emoji: textOf(emoji, EMOJI_CHARACTERS_MAX) ?? '', carrierMessageId }
}

function interactiveContent(interactive: Fields): InboundChatContent {
  switch (interactive.type) {
    case 'button_reply':
    case 'list_reply': {
      const { id, title } = fieldsOf(interactive[interactive.type])
      return postback(textOf(title), textOf(id))
    }
    case 'nfm_reply': {
      const { name, body, response_json } = fieldsOf(interactive.nfm_reply)
      return postback(textOf(body) ?? textOf(name), textOf(response_json))
    }
    default:
      return UNKNOWN
  }
}

function postback(text: string | null, payload: string | null): InboundChatContent {
  if (text === null && payload === null) return UNKNOWN
  return { kind: 'postback', text: text ?? '', payload: payload ?? '' }
}

const REMOTE_ID_CHARACTERS_MAX = 128
const NAME_CHARACTERS_MAX = 256
const EMOJI_CHARACTERS_MAX = 64
