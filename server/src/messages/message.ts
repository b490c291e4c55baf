import type { Encoding } from '@heliograph/text/segmentText'
import type { Row, SqlValue } from '../db/database.ts'
import type { E164, Sender } from '../numbers/address.ts'
import { parseSender } from '../numbers/parseSender.ts'
import type { MessageStatus, SegmentStatus } from './status.ts'

/** One text for one recipient, as the customer asked for it, and what became of it. Times are epoch milliseconds. */
export interface Message {
  readonly id: string
  readonly accountId: string
  readonly channel: ChannelName
  /** What in the product the message is sent for; null: a customer asked for it. */
  readonly origin: Origin | null
  readonly status: MessageStatus
  readonly sender: string
  readonly recipient: E164
  /** As it goes out, after transcoding; where the text is sealed in `content`, what may be shown of it. */
  readonly body: string
  /** What the channel needs besides, see content.ts; null: nothing, or a carrier has it by now. */
  readonly content: string | null
  readonly encoding: Encoding
  readonly parts: number
  readonly transcoding: string | null // JSON {replaced, masked}; null: the text goes out as it came
  readonly flash: boolean
  readonly gateway: string
  readonly mccmnc: string | null // null: unknown
  readonly price: string | null // of one part, decimal; null: no price is configured
  readonly currency: string | null
  readonly priceEffectiveAt: number | null
  readonly reference: string | null
  readonly conversion: boolean
  readonly converted: boolean | null // null: not reported
  readonly convertedAt: number | null
  readonly callbackUrl: string | null
  readonly callbackMethod: CallbackMethod
  readonly acceptedAt: number
  readonly scheduledAt: number | null // null: at once
  readonly expiresAt: number
  readonly submittedAt: number | null
  readonly doneAt: number | null
  readonly updatedAt: number
  /** Tries so far to hand the message to a carrier. */
  readonly submissions: number
  /** The carrier that has it or is next; '' where no route exists. */
  readonly carrierId: string
  readonly errorCode: string | null // the vendor's 4 hex digits
  readonly errorReason: string | null
  readonly inDoubt: boolean
  readonly dueAt: number | null
}

/** How the person is reached. */
export type ChannelName = (typeof CHANNELS)[number]
export const CHANNELS = ['sms', 'voice', 'whatsapp', 'echo'] as const

/** The thing that a message is sent for, and its id. */
export interface Origin {
  readonly kind: 'otp' | 'chat'
  readonly id: string
}

export type CallbackMethod = 'POST' | 'GET'

/** A segment of one submission as recorded. */
export interface SubmittedSegment {
  readonly messageId: string
  readonly submission: number
  readonly number: number
  readonly carrierId: string
  readonly carrierMessageId: string | null
  readonly status: SegmentStatus
  readonly errorCode: string | null
  readonly errorReason: string | null
  readonly submittedAt: number
  readonly doneAt: number | null
}

/** What an API answer or a callback is made of: a message and the newest word on each of its parts, by number. */
export interface MessageView {
  readonly message: Message
  readonly parts: readonly SubmittedSegment[]
}

/** The columns of `messages` that make a Message, in the order of the insert; a prefix serves joins. */
export const MESSAGE_COLUMNS = [
  'id',
  'account_id',
  'status',
  'sender',
  'recipient',
  'body',
  'encoding',
  'parts',
  'transcoding',
  'flash',
  'gateway',
  'mccmnc',
  'price',
  'currency',
  'price_effective_at',
  'reference',
  'conversion',
  'converted',
  'converted_at',
  'callback_url',
  'callback_method',
  'accepted_at',
  'scheduled_at',
  'expires_at',
  'submitted_at',
  'done_at',
  'updated_at',
  'submissions',
  'carrier_id',
  'error_code',
  'error_reason',
  'in_doubt',
  'due_at',
  'channel',
  'origin',
  'origin_id',
  'content',
]
  .map((column) => `messages.${column}`)
  .join(', ')

/** Reads a row of MESSAGE_COLUMNS. Rows are our own, written by this module, so they are trusted. */
export function messageFromRow(row: Row): Message {
  return {
    id: row.id as string,
    accountId: row.account_id as string,
    channel: row.channel as ChannelName,
    origin: row.origin === null ? null : { kind: row.origin as Origin['kind'], id: row.origin_id as string },
    status: row.status as MessageStatus,
    sender: row.sender as string,
    recipient: row.recipient as E164,
    body: row.body as string,
    content: row.content as string | null,
    encoding: row.encoding as Encoding,
    parts: row.parts as number,
    transcoding: row.transcoding as string | null,
    flash: row.flash === 1,
    gateway: row.gateway as string,
    mccmnc: row.mccmnc as string | null,
    price: row.price as string | null,
    currency: row.currency as string | null,
    priceEffectiveAt: row.price_effective_at as number | null,
    reference: row.reference as string | null,
    conversion: row.conversion === 1,
    converted: row.converted === null ? null : row.converted === 1,
    convertedAt: row.converted_at as number | null,
    callbackUrl: row.callback_url as string | null,
    callbackMethod: row.callback_method as CallbackMethod,
    acceptedAt: row.accepted_at as number,
    scheduledAt: row.scheduled_at as number | null,
    expiresAt: row.expires_at as number,
    submittedAt: row.submitted_at as number | null,
    doneAt: row.done_at as number | null,
    updatedAt: row.updated_at as number,
    submissions: row.submissions as number,
    carrierId: row.carrier_id as string,
    errorCode: row.error_code as string | null,
    errorReason: row.error_reason as string | null,
    inDoubt: row.in_doubt === 1,
    dueAt: row.due_at as number | null,
  }
}

export const SEGMENT_COLUMNS =
  'segments.message_id, segments.submission, segments.number, segments.carrier_id, segments.carrier_message_id, ' +
  'segments.status, segments.error_code, segments.error_reason, segments.submitted_at, segments.done_at'

/** Reads a row of SEGMENT_COLUMNS. */
export function segmentFromRow(row: Row): SubmittedSegment {
  return {
    messageId: row.message_id as string,
    submission: row.submission as number,
    number: row.number as number,
    carrierId: row.carrier_id as string,
    carrierMessageId: row.carrier_message_id as string | null,
    status: row.status as SegmentStatus,
    errorCode: row.error_code as string | null,
    errorReason: row.error_reason as string | null,
    submittedAt: row.submitted_at as number,
    doneAt: row.done_at as number | null,
  }
}

/** The sender with its kind. Stored senders were parsed when the message was accepted, so parsing cannot fail. */
export function senderOf(message: Message): Sender {
  const sender = parseSender(message.sender)
  if (sender === null) throw new Error(`message ${message.id} has a sender that is none`)
  return sender
}

export function flag(value: boolean): SqlValue {
  return value ? 1 : 0
}
