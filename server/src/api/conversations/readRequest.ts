import { constraintViolation, type Violation } from '../../http/problem.ts'
import type { E164 } from '../../numbers/address.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { parseSender } from '../../numbers/parseSender.ts'
import { CHANNELS_NOT_BUILT } from '../chat/channels.ts'
import type { Fields } from '../chat/fields.ts'
import { type ReadOrder, readBody, readRecipient } from '../chat/readMessageRequest.ts'
import type { CheckUrl } from '../chat/readStep.ts'
import { NUMBERED_CHANNELS, type NumberedChannel } from './channelNumbers.ts'
import { contentTypesOf, type ReadContent, readContent, TEXT_ONLY } from './readContent.ts'
import { CONTEXT_CHARACTERS_MAX } from './schema.ts'
import { storedMessage } from './storedMessage.ts'

/**
 * A request to send one message. Throws a 400 with every mistake in it at once, each field once. Where the path says
 * that it is a text, and over which channel, the request need not.
 */
export function readMessageRequest(
  body: unknown,
  { checkUrl, textOver = null }: { checkUrl: CheckUrl; textOver?: NumberedChannel | null },
): ReadOrder {
  const violations = new Map<string, Violation>()
  const request = readBody(body, violations)
  const channel = textOver === null ? readChannel(request) : readChannelOfPath(request, textOver)
  const envelope = readEnvelope(request, channel, checkUrl)
  const fields = request.has('content') ? request.object('content') : request.refuse('content', 'must not be empty')
  const types = textOver === null && channel !== null ? contentTypesOf[channel] : TEXT_ONLY
  const content = channel === null || fields === null ? null : readContent(channel, { fields, types, checkUrl })
  if (violations.size > 0 || envelope === null || content === null) throw constraintViolation([...violations.values()])
  return orderOf(envelope, content)
}

/** A request to send several messages to one recipient, in their order; refused as one message is. */
export function readBulkRequest(body: unknown, { checkUrl }: { checkUrl: CheckUrl }): readonly ReadOrder[] {
  const violations = new Map<string, Violation>()
  const request = readBody(body, violations)
  const channel = readChannel(request)
  const envelope = readEnvelope(request, channel, checkUrl)
  const messages = request.objects('messages', { min: BULK_MESSAGES_MIN, max: BULK_MESSAGES_MAX }) ?? []
  const contents = messages.flatMap((fields) => {
    const types = channel === null ? TEXT_ONLY : contentTypesOf[channel]
    return channel === null ? [] : (readContent(channel, { fields, types, checkUrl }) ?? [])
  })
  if (violations.size > 0 || envelope === null) throw constraintViolation([...violations.values()])
  return contents.map((content) => orderOf(envelope, content))
}

const BULK_MESSAGES_MIN = 2
const BULK_MESSAGES_MAX = 20

/** All of a message but what it says. */
interface Envelope {
  readonly recipient: E164
  readonly channel: NumberedChannel
  readonly sender: string
  readonly context: string | null // null: none
  readonly callbackUrl: string | null // null: the configured one
}

/** Null: something was refused. */
function readEnvelope(request: Fields, channel: NumberedChannel | null, checkUrl: CheckUrl): Envelope | null {
  const recipient = readRecipient(request)
  const sender = readSender(request, channel)
  const context = request.text('context', CONTEXT_CHARACTERS_MAX)
  const callbackUrl = readCallbackUrl(request, checkUrl)
  if (recipient === null || channel === null || sender === null) return null
  return { recipient, channel, sender, context, callbackUrl }
}

function readChannel(request: Fields): NumberedChannel | null {
  const wanted = request.value('channel')
  if (!CHANNELS_NOT_BUILT.some((name) => name === wanted)) return request.requiredWord('channel', NUMBERED_CHANNELS)
  return request.refuse('channel', `must be one of ${NUMBERED_CHANNELS.join(', ')}; ${wanted} is not built`)
}

function readChannelOfPath(request: Fields, channel: NumberedChannel): NumberedChannel | null {
  return request.has('channel') ? request.word('channel', [channel]) : channel
}

function readSender(request: Fields, channel: NumberedChannel | null): string | null {
  const from = request.requiredText('from', FROM_CHARACTERS_MAX)
  if (from === null || channel === null) return null
  if (channel === 'whatsapp')
    return parseNumber(from) ?? request.refuse('from', 'must be an international phone number')
  return parseSender(from)?.value ?? request.refuse('from', NO_SMS_SENDER)
}

const FROM_CHARACTERS_MAX = 64
const NO_SMS_SENDER =
  'must be an international phone number, a short code of 3–8 digits or 1–11 characters with a letter'

/** The vendor calls it by two names. */
function readCallbackUrl(request: Fields, checkUrl: CheckUrl): string | null {
  const overrides = request.object('overrides')
  const [first = null, second = null] = CALLBACK_URL_NAMES.map((name) => overrides?.url(name, checkUrl) ?? null)
  if (first !== null && second !== null && first !== second) {
    return overrides?.refuse('messageStatusUrl', 'must not differ from notificationCallbackUrl') ?? null
  }
  return first ?? second
}

const CALLBACK_URL_NAMES = ['notificationCallbackUrl', 'messageStatusUrl']

function orderOf(envelope: Envelope, { content, mediaField }: ReadContent): ReadOrder {
  const { recipient, channel, sender, context, callbackUrl } = envelope
  return {
    order: {
      recipient,
      steps: [{ channel, sender, content, waitMs: null, replyBack: false }],
      stored: storedMessage({ ...envelope, content }),
      context,
      callbackUrl,
    },
    origins: [{ fromField: 'from', mediaField }],
  }
}
