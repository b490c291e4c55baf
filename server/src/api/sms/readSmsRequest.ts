import { explainText } from '@heliograph/text/explainText'
import { type TranscodedText, transcodeText } from '@heliograph/text/transcodeText'
import { isStorableText } from '../../db/storableText.ts'
import { parseTime } from '../../http/parseTime.ts'
import type { Violation } from '../../http/problem.ts'
import type { SmsToAccept } from '../../messages/composeMessage.ts'
import type { CallbackMethod } from '../../messages/message.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { parseSender } from '../../numbers/parseSender.ts'
import type { SendSmsRequest } from './schema.ts'

/** A request to send, understood; whose it is, the key says. */
export type SmsOrder = Omit<SmsToAccept, 'accountId'>

/** What a request says beyond its schema; every mistake in it at once. */
export function readSmsRequest(
  request: SendSmsRequest,
  { now, checkCallbackUrl }: { now: number; checkCallbackUrl: (url: string) => string | null },
): SmsOrder | readonly Violation[] {
  const violations: Violation[] = []
  const refuse = (field: string, message: string): null => {
    violations.push({ field, message })
    return null
  }
  const recipient = parseNumber(request.to) ?? refuse('to', 'must be an international phone number')
  const sender =
    parseSender(request.from) ??
    refuse('from', 'must be an international phone number, a short code of 3–8 digits or 1–11 characters with a letter')
  const text = readText(request, refuse)
  const scheduledAt = readSchedule(request.sendDateTime, now, refuse)
  const callbackUrl = readCallbackUrl(request.callbackUrl, checkCallbackUrl, refuse)
  refuseUnstorable(request, refuse)
  if (violations.length > 0 || recipient === null || sender === null || text === null) return violations
  return {
    recipient,
    sender,
    text,
    shown: null,
    origin: null,
    scheduledAt,
    validityMs: request.validity * MINUTE_MS,
    flash: request.flash,
    gateway: request.gateway,
    reference: request.reference ?? null,
    conversion: request.conversion,
    callbackUrl,
    callbackMethod: methodOf(request.callbackMethod),
  }
}

const MINUTE_MS = 60_000

type Refuse = (field: string, message: string) => null

function readText(request: SendSmsRequest, refuse: Refuse): TranscodedText | null {
  const { message, encoding, trate, mrate, upperCased, keepEmojis, partLimit } = request
  if (!isStorableText(message)) return refuse('message', UNSTORABLE)
  const options = { encoding, trate, mrate, upperCased, keepEmojis }
  const text = transcodeText(message, options)
  if (text.kind === 'refused') return refuse('message', whyNotGsm7(text.reason, message, options))
  if (text.parts > partLimit) return refuse('partLimit', `is ${partLimit}, but the message needs ${text.parts} parts`)
  return text
}

function whyNotGsm7(
  reason: 'emojis' | 'limits' | 'length',
  message: string,
  options: Parameters<typeof explainText>[1],
): string {
  if (reason === 'length') return 'is too long for any form'
  const forcing = explainText(message, options).forcing.slice(0, FORCING_NAMED_MAX)
  const named = forcing.map(({ codePoints, index }) => `${codePoints.join(' ')} at ${index}`)
  const change = reason === 'emojis' ? 'keepEmojis is true' : 'trate and mrate do not allow replacing them'
  return `cannot be written in GSM7: ${named.join(', ')}; ${change}`
}

const FORCING_NAMED_MAX = 3

function readSchedule(sendDateTime: string | undefined, now: number, refuse: Refuse): number | null {
  if (sendDateTime === undefined || sendDateTime === '') return null
  const at = parseTime(sendDateTime)
  if (at === null) return refuse('sendDateTime', 'must be a date like 2030-01-01T09:00:00+01:00')
  if (at < now - CLOCK_SLACK_MS) return refuse('sendDateTime', 'must be in the future')
  if (at > now + SCHEDULE_AHEAD_MS_MAX) return refuse('sendDateTime', 'must be within a year')
  return at <= now ? null : at
}

/** A client whose clock is a little behind means "now". */
const CLOCK_SLACK_MS = 120_000
const SCHEDULE_AHEAD_MS_MAX = 366 * 24 * 60 * 60_000

function readCallbackUrl(
  url: string | undefined,
  check: (url: string) => string | null,
  refuse: Refuse,
): string | null {
  if (url === undefined || url === '') return null
  const problem = check(url)
  return problem === null ? url : refuse('callbackUrl', problem)
}

function refuseUnstorable(request: SendSmsRequest, refuse: Refuse): void {
  for (const field of ['reference', 'gateway'] as const) {
    const value = request[field]
    if (value !== undefined && !isStorableText(value)) refuse(field, UNSTORABLE)
  }
}

const UNSTORABLE = 'must not contain NUL or unpaired surrogates'

function methodOf(method: string): CallbackMethod {
  return method.toUpperCase() === 'GET' ? 'GET' : 'POST'
}
