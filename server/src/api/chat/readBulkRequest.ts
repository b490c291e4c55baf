import { constraintViolation, type Violation } from '../../http/problem.ts'
import type { WireChannel } from './channels.ts'
import type { Fields } from './fields.ts'
import { type ReadOrder, readBody, readChannel, readRecipient, readSettings } from './readMessageRequest.ts'
import { type CheckUrl, readStep } from './readStep.ts'

/**
 * A request to send several messages over one channel to one recipient, in their order. Throws a 400 with every mistake
 * in it at once, each field once.
 */
export function readBulkRequest(body: unknown, { checkUrl }: { checkUrl: CheckUrl }): readonly ReadOrder[] {
  const violations = new Map<string, Violation>()
  const request = readBody(body, violations)
  const recipient = readRecipient(request)
  const channel = readOneChannel(request)
  const contents =
    channel === null ? null : request.objects(channel, { min: BULK_MESSAGES_MIN, max: BULK_MESSAGES_MAX })
  const steps =
    channel === null || contents === null
      ? []
      : contents.map((own) => readStep(channel, { own, fields: own, sender: request, checkUrl }))
  const { context, callbackUrl, stored } = readSettings(request, checkUrl)
  if (violations.size > 0 || recipient === null) throw constraintViolation([...violations.values()])
  return steps
    .filter((step) => step !== null)
    .map((read) => ({
      order: {
        recipient,
        steps: [read.step],
        stored: { to: recipient, channels: [read.channel], [read.channel]: read.part, ...stored },
        context,
        callbackUrl,
      },
      origins: [read],
    }))
}

const BULK_MESSAGES_MIN = 2
const BULK_MESSAGES_MAX = 20

function readOneChannel(request: Fields): WireChannel | null {
  const refuse = (message: string) => request.refuse('channel', message)
  return request.has('channel') ? readChannel(request.value('channel'), refuse) : refuse('must not be empty')
}
