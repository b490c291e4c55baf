import type { BusinessNumber } from './businessNumbers.ts'
import type { StoredMedia } from './mediaStore.ts'
import { renderError } from './renderStatus.ts'
import type { ChatNews } from './webhooks.ts'

/** What a person writes to a business. */
export interface InboundChat {
  readonly from: string // digits
  /** What the person calls herself. */
  readonly name: string
  readonly content: InboundContent
  /** Meta's id of the message that it answers. */
  readonly replyTo: string | null
  readonly forwarded: boolean
}

export type InboundContent =
  | { readonly kind: 'text'; readonly text: string }
  | InboundFile
  | {
      readonly kind: 'location'
      readonly latitude: number
      readonly longitude: number
      readonly name: string | null
      readonly address: string | null
    }
  | { readonly kind: 'contacts'; readonly contacts: readonly { readonly name: string; readonly phone: string }[] }
  | { readonly kind: 'reaction'; readonly messageId: string; readonly emoji: string } // '': it is taken back
  /** The button of a template, or one of an interactive message. */
  | { readonly kind: 'button' | 'interactive'; readonly text: string; readonly payload: string }
  | { readonly kind: 'unsupported' }

export interface InboundFile {
  readonly kind: 'media'
  readonly type: 'image' | 'document' | 'audio' | 'voice' | 'video' | 'sticker'
  readonly contentType: string
  readonly bytes: Buffer
  readonly caption: string | null
  readonly fileName: string | null
}

/** The notification that tells of it. */
export function renderInbound(
  { from, name, content, replyTo, forwarded }: InboundChat,
  {
    id,
    at,
    business,
    file,
  }: { readonly id: string; readonly at: number; readonly business: BusinessNumber; readonly file: StoredMedia | null },
): ChatNews {
  const context = {
    ...(replyTo === null ? {} : { from: business.number, id: replyTo }),
    ...(forwarded ? { forwarded: true } : {}),
  }
  const message = {
    ...(Object.keys(context).length === 0 ? {} : { context }),
    from,
    id,
    timestamp: String(Math.floor(at / 1_000)),
    ...renderContent(content, file),
  }
  return { contacts: [{ profile: { name }, wa_id: from }], messages: [message] }
}

function renderContent(content: InboundContent, file: StoredMedia | null): object {
  switch (content.kind) {
    case 'text':
      return { type: 'text', text: { body: content.text } }
    case 'media':
      return renderFile(content, file)
    case 'location': {
      const { latitude, longitude, ...words } = content
      const { name, address } = words
      return { type: 'location', location: { latitude, longitude, ...withoutNulls({ name, address }) } }
    }
    case 'contacts':
      return { type: 'contacts', contacts: content.contacts.map(renderContact) }
    case 'reaction': {
      // A reaction that is taken back comes without an emoji.
      const emoji = content.emoji === '' ? {} : { emoji: content.emoji }
      return { type: 'reaction', reaction: { message_id: content.messageId, ...emoji } }
    }
    case 'button':
      return { type: 'button', button: { text: content.text, payload: content.payload } }
    case 'interactive': {
      const reply = { id: content.payload, title: content.text }
      return { type: 'interactive', interactive: { type: 'button_reply', button_reply: reply } }
    }
    case 'unsupported':
      return { type: 'unsupported', errors: [renderError(131_051)] }
    default:
      return content satisfies never
  }
}

function renderFile({ type, contentType, caption, fileName }: InboundFile, file: StoredMedia | null): object {
  const name = type === 'voice' ? 'audio' : type
  const described = {
    ...withoutNulls({ caption, filename: fileName }),
    mime_type: contentType,
    // Meta writes the digest of a file in Base64 here, and in hexadecimal where it is asked for the file.
    ...(file === null ? {} : { sha256: Buffer.from(file.sha256, 'hex').toString('base64'), id: file.id }),
    ...(name === 'audio' ? { voice: type === 'voice' } : {}),
    ...(name === 'sticker' ? { animated: false } : {}),
  }
  return { type: name, [name]: described }
}

function renderContact({ name, phone }: { readonly name: string; readonly phone: string }): object {
  return {
    name: { formatted_name: name, first_name: name },
    phones: [{ phone, wa_id: phone.replace(/\D/g, ''), type: 'CELL' }],
  }
}

function withoutNulls(fields: Readonly<Record<string, string | null>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}
