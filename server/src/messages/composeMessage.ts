import type { TranscodedText } from '@heliograph/text/transcodeText'
import type { E164, Sender } from '../numbers/address.ts'
import type { Sealer } from '../sealer.ts'
import { type ChatPayload, type StoredText, storeChat, storeText, type TextToStore } from './content.ts'
import { type Lifetimes, retentionMs } from './lifetimes.ts'
import type { CallbackMethod, Message, Origin } from './message.ts'

/** Where a sender of SMS chose nothing. */
const UNCHOSEN = {
  flash: false,
  gateway: 'DEFAULT',
  conversion: false,
  callbackUrl: null,
  callbackMethod: 'POST',
} as const

/** All that a caller says of an SMS it wants sent. */
export interface SmsToAccept {
  readonly accountId: string
  readonly recipient: E164
  readonly sender: Sender
  readonly text: TranscodedText
  /** What lists and callbacks show instead of the text, which is a secret then; null: the text itself. */
  readonly shown: string | null
  readonly scheduledAt: number | null // null: at once
  readonly validityMs: number
  readonly flash: boolean
  readonly gateway: string
  readonly reference: string | null
  readonly conversion: boolean
  readonly callbackUrl: string | null
  readonly callbackMethod: CallbackMethod
  readonly origin: Origin | null
}

/** What most SMS of our own making have in common. */
export const PLAIN_SMS = { shown: null, scheduledAt: null, ...UNCHOSEN } as const

/** All that a caller says of a call in which a text is to be spoken. */
export interface CallToAccept {
  readonly accountId: string
  readonly recipient: E164
  readonly caller: E164 | null // null: the provider's own number
  readonly text: string
  /** As of SmsToAccept. */
  readonly shown: string | null
  readonly language: string // ISO 639-1
  readonly validityMs: number
  readonly reference: string | null
  readonly origin: Origin | null
}

/** All that a caller says of a message over a chat channel. */
export interface ChatToAccept extends ChatPayload {
  readonly accountId: string
  readonly channel: 'whatsapp' | 'echo'
  /** The account's number, or name, at the channel. */
  readonly sender: string
  readonly recipient: E164
  readonly validityMs: number
  readonly reference: string | null
  readonly origin: Origin | null
}

/** What the rest of the server knows about where a message goes and what it costs. */
export interface Composition {
  readonly id: string
  readonly now: number
  readonly mccmnc: string | null
  readonly price: { readonly price: string; readonly currency: string; readonly effectiveAt: number } | null
  readonly way: Way
  readonly lifetimes: Lifetimes
  readonly sealer: Sealer
}

/** Where a message goes first, or why it goes nowhere: then it is born rejected. */
export type Way =
  | { readonly kind: 'carrier'; readonly carrierId: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }

/** A new SMS, as it is recorded and answered. */
export function composeSms(order: SmsToAccept, composition: Composition): Message {
  const { price } = composition
  const { text, shown } = order
  return {
    ...beginning(order, composition),
    ...textOf({ text: text.text, shown }, composition),
    channel: 'sms',
    sender: order.sender.value,
    encoding: text.encoding,
    parts: text.parts,
    transcoding: transcodingOf(text),
    flash: order.flash,
    gateway: order.gateway,
    price: price?.price ?? null,
    currency: price?.currency ?? null,
    priceEffectiveAt: price?.effectiveAt ?? null,
    conversion: order.conversion,
    callbackUrl: order.callbackUrl,
    callbackMethod: order.callbackMethod,
  }
}

/** A new call, as it is recorded. */
export function composeCall(order: CallToAccept, composition: Composition): Message {
  const { text, shown, language } = order
  return {
    ...beginning({ ...order, scheduledAt: null }, composition),
    ...textOf({ text, shown, language }, composition),
    ...NO_SMS,
    channel: 'voice',
    sender: order.caller ?? '',
  }
}

/** A new message over a chat channel, as it is recorded. */
export function composeChat(order: ChatToAccept, composition: Composition): Message {
  const { channel, sender, content, replyTo } = order
  return {
    ...beginning({ ...order, scheduledAt: null }, composition),
    ...storeChat({ content, replyTo }),
    ...NO_SMS,
    channel,
    sender,
  }
}

/** What only an SMS has a choice of. */
const NO_SMS = {
  encoding: 'ucs2',
  parts: 1,
  transcoding: null,
  price: null,
  currency: null,
  priceEffectiveAt: null,
  ...UNCHOSEN,
} as const

/** What is the same for every new message, whatever its channel. */
function beginning(
  order: Pick<SmsToAccept, 'accountId' | 'recipient' | 'reference' | 'origin' | 'scheduledAt' | 'validityMs'>,
  { id, now, mccmnc, way, lifetimes }: Composition,
) {
  const startsAt = order.scheduledAt ?? now
  const refusal = way.kind === 'refused' ? way : null
  return {
    id,
    accountId: order.accountId,
    origin: order.origin,
    status: refusal === null ? 'accepted' : 'rejected',
    recipient: order.recipient,
    mccmnc,
    reference: order.reference,
    converted: null,
    convertedAt: null,
    acceptedAt: now,
    scheduledAt: order.scheduledAt,
    expiresAt: startsAt + order.validityMs,
    submittedAt: null,
    doneAt: refusal === null ? null : now,
    updatedAt: now,
    submissions: 0,
    carrierId: way.kind === 'carrier' ? way.carrierId : '',
    errorCode: refusal?.code ?? null,
    errorReason: refusal?.reason ?? null,
    inDoubt: false,
    dueAt: refusal === null ? startsAt : now + retentionMs(order, lifetimes),
  } satisfies Partial<Message>
}

/** Of what goes nowhere only what may be shown is kept. */
function textOf(content: Omit<TextToStore, 'id'>, { id, way, sealer }: Composition): StoredText {
  const stored = storeText(sealer, { id, ...content })
  return way.kind === 'refused' ? { ...stored, content: null } : stored
}

function transcodingOf({ replaced, masked, upperCased }: TranscodedText): string | null {
  return replaced === 0 && masked === 0 && !upperCased ? null : JSON.stringify({ replaced, masked, upperCased })
}
