import { segmentText } from '@heliograph/text/segmentText'
import type { SegmentSubmission } from '../../carriers/carrier.ts'
import { type Message, senderOf } from '../../messages/message.ts'
import type { NumberedPart } from '../carrierQueues.ts'

/** An SMS in the segments that carriers take. */
export function segmentsOf(message: Message, text: string): NumberedPart<SegmentSubmission>[] {
  const from = senderOf(message)
  const reference = concatenationReference(message.id)
  return segmentText(text, message.encoding).map((segment) => ({
    number: segment.number,
    part: {
      messageId: message.id,
      from,
      to: message.recipient,
      segment,
      reference,
      flash: message.flash,
      expiresAt: message.expiresAt,
    },
  }))
}

/** The last 16 bits of the id: random, and the same on every try, so that a resent part still joins the others. */
function concatenationReference(messageId: string): number {
  return Number.parseInt(messageId.slice(-4), 16)
}
