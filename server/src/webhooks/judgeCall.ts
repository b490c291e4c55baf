import type { HeldDelivery } from './delivery.ts'
import { isAccepted, nextAttemptAt } from './ladder.ts'
import type { AttemptRecord } from './recordAttempts.ts'
import { retryAfterMs } from './retryAfter.ts'
import type { CallResult } from './sender.ts'
import type { EndpointFormat } from './subscription.ts'

export interface Verdict {
  readonly record: AttemptRecord
  /** How long the receiver asked to be left alone; 0: it did not. */
  readonly pauseMs: number
}

/**
 * What a finished call means: what the ladder accepts is taken, 410 says never again, everything else (a redirect too)
 * is tried again while the ladder lasts. Where 410 disables the endpoint, the delivery waits with the others.
 */
export function judgeCall(
  delivery: HeldDelivery,
  result: Exclude<CallResult, { kind: 'aborted' }>,
  {
    startedAt,
    now,
    random,
    retentionMs,
    failuresInRow,
  }: {
    startedAt: number
    now: number
    random: number
    retentionMs: number
    /** Of the endpoint, should this call count as one. */
    failuresInRow: number
  },
): Verdict {
  const answered = result.kind === 'answered'
  const call = {
    deliveryId: delivery.id,
    number: delivery.attempts + 1,
    startedAt,
    durationMs: now - startedAt,
    httpStatus: answered ? result.status : null,
    responseStart: answered ? storable(result.responseStart, responseStartLengthMax) : null,
  }
  if (answered && isAccepted(delivery.ladder, result.status)) {
    return { record: { ...call, error: null, status: 'delivered', dueAt: now + retentionMs }, pauseMs: 0 }
  }
  const error = answered ? `answered ${result.status}` : storable(result.error, errorLengthMax)
  const pauseMs = answered ? pauseAsked(result.status, result.retryAfter, now) : 0
  const dueAt =
    delivery.endpointId === undefined && isGone(result, 'own')
      ? null
      : nextAttemptAt(delivery.ladder, {
          attempts: call.number - delivery.attemptsBefore,
          expiresAt: delivery.expiresAt,
          now,
          random,
          retryAfterMs: pauseMs,
          failuresInRow,
        })
  const record: AttemptRecord =
    dueAt === null
      ? { ...call, error, status: 'failed', dueAt: now + retentionMs }
      : { ...call, error, status: 'pending', dueAt }
  return { record, pauseMs }
}

/** The receiver wants no more calls at all. A flow that was deleted answers 404. */
export function isGone(result: CallResult, format: EndpointFormat): boolean {
  if (result.kind !== 'answered') return false
  return result.status === GONE || (result.status === NOT_FOUND && format === 'power automate')
}

const NOT_FOUND = 404
const GONE = 410
const TOO_MANY_REQUESTS = 429
const SERVICE_UNAVAILABLE = 503
const errorLengthMax = 300
const responseStartLengthMax = 2_048

function pauseAsked(status: number, retryAfter: string | null, now: number): number {
  const mayAsk = status === TOO_MANY_REQUESTS || status === SERVICE_UNAVAILABLE
  return mayAsk && retryAfter !== null ? retryAfterMs(retryAfter, now) : 0
}

/** PostgreSQL takes neither NUL nor half a surrogate pair. */
function storable(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).toWellFormed().replaceAll('\0', '')
}
