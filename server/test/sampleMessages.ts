import type { Receipt } from '../src/carriers/carrier.ts'
import type { Message, SubmittedSegment } from '../src/messages/message.ts'
import type { E164 } from '../src/numbers/address.ts'
import { parseNumber } from '../src/numbers/parseNumber.ts'

/** Where the fake clock starts, too. */
export const START = Date.UTC(2026, 0, 1)

/** Ids of sample messages: well formed, and rising with the number. */
export function messageId(number: number): string {
  return `019b7600-0000-7000-8000-${number.toString(16).padStart(12, '0')}`
}

/** A short message of account acme, accepted at START for the carrier A and due at once. */
export function sampleMessage(over: Partial<Message> = {}): Message {
  return {
    id: messageId(1),
    accountId: 'acme',
    channel: 'sms',
    origin: null,
    status: 'accepted',
    sender: 'Heliograph',
    recipient: sampleRecipient(),
    body: 'Hello',
    content: null,
    encoding: 'gsm7',
    parts: 1,
    transcoding: null,
    flash: false,
    gateway: 'DEFAULT',
    mccmnc: '26201',
    price: '0.065',
    currency: 'EUR',
    priceEffectiveAt: START - 86_400_000,
    reference: null,
    conversion: false,
    converted: null,
    convertedAt: null,
    callbackUrl: 'https://acme.example/dlr',
    callbackMethod: 'POST',
    acceptedAt: START,
    scheduledAt: null,
    expiresAt: START + 48 * 3_600_000,
    submittedAt: null,
    doneAt: null,
    updatedAt: START,
    submissions: 0,
    carrierId: 'A',
    errorCode: null,
    errorReason: null,
    inDoubt: false,
    dueAt: START,
    ...over,
  }
}

/** As many of them, with the ids 1, 2, 3 … */
export function sampleMessages(count: number, over: Partial<Message> = {}): Message[] {
  return Array.from({ length: count }, (_, index) => sampleMessage({ id: messageId(index + 1), ...over }))
}

/** A text of this many GSM-7 parts, as fields of a message. */
export function textOfParts(parts: number): Pick<Message, 'body' | 'encoding' | 'parts'> {
  return { body: 'x'.repeat(parts === 1 ? 5 : 152 * (parts - 1) + 10), encoding: 'gsm7', parts }
}

/** A segment that carrier A took under an id of its own, and whose receipt is still to come. */
export function sampleSegment(over: Partial<SubmittedSegment> = {}): SubmittedSegment {
  return {
    messageId: messageId(1),
    submission: 1,
    number: 1,
    carrierId: 'A',
    carrierMessageId: `A-${over.submission ?? 1}-${over.number ?? 1}`,
    status: 'submitted',
    errorCode: null,
    errorReason: null,
    submittedAt: START,
    doneAt: null,
    ...over,
  }
}

/** Carrier A's word that what it took as A-1-1 was delivered a minute after START. */
export function sampleReceipt(over: Partial<Receipt> = {}): Receipt {
  return {
    carrierId: 'A',
    carrierMessageId: 'A-1-1',
    state: 'delivered',
    errorCode: '0000',
    doneAt: START + 60_000,
    ...over,
  }
}

function sampleRecipient(): E164 {
  const number = parseNumber('+4915112345678')
  if (number === null) throw new Error('the sample number is none')
  return number
}
