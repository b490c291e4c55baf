import type { ChatInbound } from '../chat/chatInbound.ts'
import { numberKey } from './placeKey.ts'
import type { MediaUrl } from './renderInbound.ts'
import { wireChannel, wireTime } from './wireText.ts'

/**
 * The body that starts a flow, as JSON text. All fields are texts and always there; `text` and `file` stand twice,
 * because the published connector's generations look for them in different places.
 */
export function renderFlow(inbound: ChatInbound, mediaUrl: MediaUrl): string {
  const { id, channel, from, to, at } = inbound
  const told = contentOf(inbound, mediaUrl)
  return JSON.stringify({
    messageId: id,
    event: 'MoMessage',
    channel: wireChannel(channel),
    from: numberKey(from),
    to: numberKey(to),
    timestamp: wireTime(at),
    receivedAt: wireTime(at),
    content: told,
    text: told.text,
    file: told.file,
  })
}

function contentOf({ content }: ChatInbound, mediaUrl: MediaUrl): { contentType: string; text: string; file: string } {
  switch (content.kind) {
    case 'text':
    case 'postback':
      return { contentType: 'text', text: content.text, file: '' }
    case 'url':
      return { contentType: 'url', text: content.url, file: '' }
    case 'media': {
      const { mediaId, url, caption, fileName } = content
      const file = mediaId === null ? (url ?? '') : mediaUrl(mediaId)
      return { contentType: 'media', text: caption ?? fileName ?? '', file }
    }
    case 'reaction':
      return { contentType: 'reaction', text: content.emoji, file: '' }
    case 'location': {
      const { latitude, longitude, name, address } = content
      const text = [name, address, `${latitude}, ${longitude}`].filter((part) => part !== null).join(', ')
      return { contentType: 'location', text, file: '' }
    }
    case 'contacts':
    case 'unknown':
      return { contentType: content.kind, text: '', file: '' }
  }
}
