import type { Segment } from '@heliograph/text/segmentText'
import type { ChatContent } from '../messages/chatContent.ts'
import type { E164, Sender } from '../numbers/address.ts'

/**
 * Whoever takes parts of our messages: an SMSC or aggregator segments, a voice provider calls. Carriers know parts, not
 * messages: dispatch hands over one part at a time and puts the outcomes of a message together itself.
 */
export interface Carrier<Part = SegmentSubmission> extends CarrierState {
  /** Call only while `room() > 0`. `done` is called exactly once, later, on another turn of the event loop. */
  submit(part: Part, done: (outcome: SubmitOutcome) => void): void
  start(): void
  /** Stops taking parts, waits for open responses up to `drainMs`, then closes. What is open then is 'unknown'. */
  stop(drainMs: number): Promise<void>
}

/** What all carriers have in common, whatever they take. */
export interface CarrierState {
  readonly id: string
  readonly onDoubt: OnDoubt
  /** Parts it takes right now without waiting: 0 while down, throttled or with a full window. */
  room(): number
  health(): CarrierHealth
}

/** What happens to a part whose submit went out and whose answer never came. */
export type OnDoubt = 'resend' | 'hold'

export interface SegmentSubmission {
  readonly messageId: string
  readonly from: Sender
  readonly to: E164
  readonly segment: Segment
  /** The message's concatenation reference, 0–65535; the same on every try so that a resent part still fits. */
  readonly reference: number
  readonly flash: boolean
  /** Epoch ms after which the carrier should no longer try. */
  readonly expiresAt: number
}

/** One call that says one text. */
export interface CallSubmission {
  readonly messageId: string
  readonly caller: E164 | null // null: the carrier's own
  readonly to: E164
  readonly text: string
  /** ISO 639-1. */
  readonly language: string
  /** Epoch ms after which the carrier should no longer try. */
  readonly expiresAt: number
}

export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly carrierMessageId: string }
  | { readonly kind: 'refused'; readonly code: number; readonly reason: string; readonly retry: RetryAdvice }
  /** Bytes may have left: never resent blindly, `onDoubt` decides. */
  | { readonly kind: 'unknown'; readonly reason: 'timeout' | 'bind lost' }
  /** Nothing left this process (the bind went away first): free to try again anywhere. */
  | { readonly kind: 'unsent'; readonly reason: string }

/** 'never': the message is at fault. 'same carrier later': the carrier is busy. 'next carrier': this one cannot reach it. */
export type RetryAdvice = 'never' | 'same carrier later' | 'next carrier'

export interface CarrierHealth {
  readonly up: boolean
  readonly bindsUp: number
  readonly bindsWanted: number
  readonly inFlight: number
  readonly lastError: string | null // null: none since the last bind
}

/** A message over a chat channel, as one carrier takes it. */
export interface ChatSubmission {
  readonly messageId: string
  /** Our number, or name, at the channel. */
  readonly from: string
  readonly to: E164
  readonly content: ChatContent
  /** The carrier's id of the message that it answers. */
  readonly replyTo: string | null // null: none
  /** Whose message it is: media of ours are this account's. */
  readonly accountId: string
  readonly expiresAt: number
}

/** What a carrier tells the rest of the server; given by app.ts. */
export interface CarrierEvents {
  /** Called when `room()` may have grown from 0. */
  room(carrierId: string): void
  /** One delivery receipt; `answer` sends the deliver_sm_resp and must be called once the receipt is committed. */
  receipt(receipt: Receipt, answer: (taken: boolean) => void): void
  /** One inbound SMS part; `answer` as above. */
  inbound(inbound: InboundPart, answer: (taken: boolean) => void): void
}

/** What a carrier of a chat channel tells besides. `answer` as above. */
export interface ChatCarrierEvents extends Pick<CarrierEvents, 'room' | 'receipt'> {
  /** The person has read it; that it was delivered is told by a receipt of its own, before. */
  seen(seen: SeenReport, answer: (taken: boolean) => void): void
  /** A person wrote. */
  inboundChat(message: InboundChat, answer: (taken: boolean) => void): void
}

export interface SeenReport {
  readonly carrierId: string
  readonly carrierMessageId: string
  readonly at: number
}

export interface InboundChat {
  readonly carrierId: string
  readonly channel: 'whatsapp'
  readonly carrierMessageId: string
  /** The person: digits without +. */
  readonly from: string
  /** Our number: digits without +. */
  readonly to: string
  readonly at: number
  readonly senderName: string | null
  readonly content: InboundChatContent
  /** The carrier's id of the message that it answers. */
  readonly replyTo: string | null
  readonly forwarded: boolean
}

export type InboundChatContent =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'media'
      readonly type: 'image' | 'document' | 'audio' | 'voice' | 'video' | 'sticker'
      /** Under which the carrier keeps it. */
      readonly remoteId: string
      readonly contentType: string | null
      readonly caption: string | null
      readonly fileName: string | null
    }
  | {
      readonly kind: 'location'
      readonly latitude: number
      readonly longitude: number
      readonly name: string | null
      readonly address: string | null
    }
  | { readonly kind: 'contacts'; readonly contacts: unknown }
  | { readonly kind: 'reaction'; readonly emoji: string; readonly carrierMessageId: string }
  /** A button or a list entry of ours was chosen. */
  | { readonly kind: 'postback'; readonly text: string; readonly payload: string }
  | { readonly kind: 'unknown' }

export interface Receipt {
  readonly carrierId: string
  readonly carrierMessageId: string
  /** Intermediate: 'enroute'. All others are final. */
  readonly state: 'enroute' | 'delivered' | 'undelivered' | 'expired' | 'rejected' | 'unknown'
  /** The carrier's error as the vendor's 4 hex digits, '0000' when there is none. */
  readonly errorCode: string
  /** Where the carrier says more than a code; left out or null: what the code means. */
  readonly errorReason?: string | null
  readonly doneAt: number | null // null: the carrier did not say
}

export interface InboundPart {
  readonly carrierId: string
  readonly from: string
  readonly to: string
  /** Raw user data without the header, as it came. */
  readonly payload: Buffer
  readonly dataCoding: number
  readonly concat: {
    readonly reference: number
    readonly referenceBits: 8 | 16
    readonly total: number
    readonly number: number
  } | null
}
