import type { TranscodedText } from '@heliograph/text/transcodeText'
import type { E164, Sender } from '../numbers/address.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { CallbackMethod, Message } from './message.ts'

/** All that a channel-neutral caller says of an SMS it wants sent. */
export interface SmsToAccept {
  readonly accountId: string
  readonly recipient: E164
  readonly sender: Sender
  readonly text: TranscodedText
  readonly scheduledAt: number | null // null: at once
  readonly validityMs: number
  readonly flash: boolean
  readonly gateway: string
  readonly reference: string | null
  readonly conversion: boolean
  readonly callbackUrl: string | null
  readonly callbackMethod: CallbackMethod
}

/** What the rest of the server knows about where a message goes and what it costs. */
export interface Composition {
  readonly id: string
  readonly now: number
  readonly mccmnc: string | null
  readonly price: { readonly price: string; readonly currency: string; readonly effectiveAt: number } | null
  readonly way: Way
  readonly lifetimes: Lifetimes
}

/** Where a message goes first, or why it goes nowhere: then it is born rejected. */
export type Way =
  | { readonly kind: 'carrier'; readonly carrierId: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }

/** A new message, as it is recorded and answered. */
export function composeMessage(order: SmsToAccept, composition: Composition): Message {
  const { id, now, mccmnc, price, way, lifetimes } = composition
  const { text } = order
  const startsAt = order.scheduledAt ?? now
  const refusal = way.kind === 'refused' ? way : null
  return {
    id,
    accountId: order.accountId,
    status: refusal === null ? 'accepted' : 'rejected',
    sender: order.sender.value,
    recipient: order.recipient,
    body: text.text,
    encoding: text.encoding,
    parts: text.parts,
    transcoding: transcodingOf(text),
    flash: order.flash,
    gateway: order.gateway,
    mccmnc,
    price: price?.price ?? null,
    currency: price?.currency ?? null,
    priceEffectiveAt: price?.effectiveAt ?? null,
    reference: order.reference,
    conversion: order.conversion,
    converted: null,
    convertedAt: null,
    callbackUrl: order.callbackUrl,
    callbackMethod: order.callbackMethod,
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
    dueAt: refusal === null ? startsAt : now + lifetimes.messageRetentionMs,
  }
}

function transcodingOf({ replaced, masked, upperCased }: TranscodedText): string | null {
  return replaced === 0 && masked === 0 && !upperCased ? null : JSON.stringify({ replaced, masked, upperCased })
}
