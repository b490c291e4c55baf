import type { ChatChannel } from './chat.ts'

/** What a person wrote to one of our numbers. Times are epoch milliseconds. */
export interface ChatInbound {
  /** UUID; what echo sends back has the id of the message that it answers. */
  readonly id: string
  readonly accountId: string
  readonly channel: ChatChannel
  /** The person: with + where it is a number. */
  readonly from: string
  /** Our number, or name, at the channel: with + where a carrier said it, else as the account writes it. */
  readonly to: string
  /** When it was written. */
  readonly at: number
  readonly recordedAt: number
  readonly senderName: string | null
  readonly content: ChatInboundContent
  /** Our id of the message that it answers. */
  readonly contextMessageId: string | null // null: it answers none, or none that is still known
  readonly forwarded: boolean
  readonly sms: InboundSms | null // null: no SMS
}

export type ChatInboundContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'url'; readonly url: string }
  | ChatInboundMedia
  | {
      readonly kind: 'location'
      readonly latitude: number
      readonly longitude: number
      readonly name: string | null
      readonly address: string | null
    }
  | { readonly kind: 'contacts'; readonly contacts: unknown }
  /** `messageId` is ours; null: none that is still known. */
  | { readonly kind: 'reaction'; readonly emoji: string; readonly messageId: string | null }
  /** A button or a list entry of ours was chosen. */
  | { readonly kind: 'postback'; readonly text: string; readonly payload: string }
  | { readonly kind: 'unknown' }

export interface ChatInboundMedia {
  readonly kind: 'media'
  readonly type: 'image' | 'document' | 'audio' | 'voice' | 'video' | 'sticker'
  /** Under which we keep it. */
  readonly mediaId: string | null // null: it is at `url`
  /** Elsewhere: only of what echo sends back. */
  readonly url: string | null // null: it is one of ours
  readonly contentType: string | null
  readonly caption: string | null
  readonly fileName: string | null
}

/** What is known of an SMS besides its text. */
export interface InboundSms {
  readonly mccmnc: string | null // null: the handset's network is not known
  /** Parts the message has, missing ones included. */
  readonly size: number
  /** Parts that had not come. */
  readonly missing: number
  readonly parts: readonly { readonly number: number; readonly receivedAt: number }[]
}
