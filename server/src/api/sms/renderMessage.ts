import { segmentText } from '@heliograph/text/segmentText'
import type { Message, MessageView, SubmittedSegment } from '../../messages/message.ts'
import type { MessageStatus, SegmentStatus } from '../../messages/status.ts'
import { timesParts } from '../../routing/findPrice.ts'
import type { RestMessageResponse } from './schema.ts'

/** A message as the vendor's API shows it. `baseUrl` is ours, without a slash at its end. */
export function renderMessage({ message, parts }: MessageView, baseUrl: string): RestMessageResponse {
  const priceEffective = isoOrNull(message.priceEffectiveAt)
  return {
    requestId: message.id,
    status: WIRE_STATUS[message.status],
    from: message.sender,
    to: message.recipient,
    reference: message.reference,
    size: message.parts,
    overallPrice: message.price === null ? null : timesParts(message.price, message.parts),
    priceEffective,
    mccmnc: message.mccmnc,
    ttid: null,
    submitDate: iso(message.acceptedAt),
    sentDate: isoOrNull(message.submittedAt),
    doneDate: isoOrNull(message.doneAt),
    errorCode: message.errorCode,
    errorReason: message.errorReason,
    href: `${baseUrl}/messaging/v1/messages/${message.id}`,
    parts: renderParts(message, parts, priceEffective),
  }
}

function renderParts(
  message: Message,
  parts: readonly SubmittedSegment[],
  priceEffective: string | null,
): RestMessageResponse['parts'] {
  const texts =
    message.parts === 1 ? [message.body] : segmentText(message.body, message.encoding).map(({ text }) => text)
  const byNumber = new Map(parts.map((part) => [part.number, part]))
  return texts.map((text, index) => {
    const part = byNumber.get(index + 1)
    const sent = part !== undefined && part.carrierMessageId !== null
    return {
      partId: `${message.id}-${index + 1}`,
      deliveryState: stateOfPart(message.status, part?.status),
      errorCode: part?.errorCode ?? message.errorCode,
      statusText: firstCharacters(text),
      price: message.price,
      currency: message.currency,
      priceEffective,
      sentDate: sent ? iso(part.submittedAt) : null,
      doneDate: isoOrNull(part?.doneAt ?? message.doneAt),
    }
  })
}

/** 'unknown' has no word of its own on this wire: the validity passed and no receipt came. */
const WIRE_STATUS: Record<MessageStatus, RestMessageResponse['status']> = {
  accepted: 'ACCEPTED',
  queued: 'BUFFERED',
  submitted: 'BUFFERED',
  delivered: 'DELIVERED',
  undelivered: 'UNDELIVERABLE',
  expired: 'EXPIRED',
  rejected: 'REJECTED',
  unknown: 'EXPIRED',
}

/** A part that was never taken, or whose try failed, shares the state of its message. */
function stateOfPart(message: MessageStatus, part: SegmentStatus | undefined): string {
  if (part === undefined || part === 'refused' || part === 'in doubt') return WIRE_STATUS[message]
  return WIRE_STATUS[part]
}

function firstCharacters(text: string): string {
  return text.length <= STATUS_TEXT_CHARACTERS
    ? text
    : [...text.slice(0, 2 * STATUS_TEXT_CHARACTERS)].slice(0, STATUS_TEXT_CHARACTERS).join('')
}

const STATUS_TEXT_CHARACTERS = 20

function isoOrNull(time: number | null): string | null {
  return time === null ? null : iso(time)
}

/** Whole seconds, as the vendor writes its dates. Messages of one batch share their second, so it is kept. */
function iso(time: number): string {
  const second = Math.floor(time / 1000)
  if (second !== lastSecond) {
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`
    lastSecond = second
  }
  return lastText
}

let lastSecond = Number.NaN
let lastText = ''
