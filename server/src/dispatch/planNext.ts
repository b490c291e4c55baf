import type { OnDoubt, SubmitOutcome } from '../carriers/carrier.ts'
import type { SegmentOutcome, Submission, SubmissionOutcome } from '../channels/channel.ts'
import { applyChange } from '../messages/changeStatus.ts'
import { awaitsReceiptUntil, type Lifetimes, retentionMs } from '../messages/lifetimes.ts'
import type { Message, SubmittedSegment } from '../messages/message.ts'
import type { SegmentStatus } from '../messages/status.ts'

/** What an outcome means for its message: the message as it is to be recorded, and the rows of its segments. */
export interface Plan {
  readonly message: Message
  readonly segments: readonly SubmittedSegment[]
}

export interface PlanContext {
  readonly now: number
  /** 0 ≤ random < 1, spreads retries. */
  readonly random: number
  readonly lifetimes: Lifetimes
  readonly onDoubt: (carrierId: string) => OnDoubt
  /** The carriers for the message, best first. */
  readonly routesFor: (message: Message) => readonly string[]
}

/** Pure: the same submission, outcome and context always give the same plan. */
export function planNext(submission: Submission, outcome: SubmissionOutcome, context: PlanContext): Plan {
  const { message } = submission
  switch (outcome.kind) {
    case 'no route':
      return { message: finish(message, 'rejected', NO_ROUTE, context), segments: [] }
    case 'expired':
      return { message: finish(message, 'expired', VALIDITY_OVER, context), segments: [] }
    case 'unreadable':
      return { message: finish(message, 'rejected', UNREADABLE, context), segments: [] }
    case 'tried':
      return {
        message: afterTry(submission, outcome, context),
        segments: outcome.segments.flatMap((segment) => recordOf(submission, outcome, segment)),
      }
    default:
      return outcome satisfies never
  }
}

/** What a message that waited for a receipt too long becomes. */
export function giveUpWaiting(message: Message, context: Pick<PlanContext, 'now' | 'lifetimes'>): Message {
  return finish(message, 'unknown', { code: null, reason: 'no receipt came within the validity' }, context)
}

/** Why a message without a route is rejected; also the answer of the API. */
export const NO_ROUTE = { code: '0b01', reason: 'no route to this destination' }
const UNREADABLE = { code: '0b04', reason: 'the text was encrypted under another secret, and cannot be read' }
const VALIDITY_OVER = { code: '0b02', reason: 'the validity ended before a carrier took the message' }

type Tried = Extract<SubmissionOutcome, { kind: 'tried' }>

function afterTry(submission: Submission, { carrierId, at, segments }: Tried, context: PlanContext): Message {
  const { now, onDoubt } = context
  const message: Message = { ...submission.message, carrierId, submissions: submission.number }
  const refusals = segments.flatMap(({ outcome }) => (outcome.kind === 'refused' ? [outcome] : []))
  const never = refusals.find(({ retry }) => retry === 'never')
  if (never !== undefined) return finish(message, 'rejected', { code: hex4(never.code), reason: never.reason }, context)
  const unknown = segments.some(({ outcome }) => outcome.kind === 'unknown')
  const inDoubt = unknown || submission.doubtHeld
  const resend = unknown && onDoubt(carrierId) === 'resend'
  const unsent = segments.some(({ outcome }) => outcome.kind === 'unsent')
  if (refusals.length === 0 && !unsent && !resend) {
    return applyChange(
      message,
      {
        status: 'submitted',
        submittedAt: at,
        inDoubt,
        errorCode: null,
        errorReason: inDoubt ? IN_DOUBT : null,
        dueAt: awaitsReceiptUntil(message),
      },
      now,
    )
  }
  const carriers = context.routesFor(message)
  const next = refusals.some(({ retry }) => retry === 'next carrier') ? carrierAfter(carrierId, carriers) : null
  const refusal = refusals[0]
  // Each of the carriers gets one try at once; after that a message that none can reach does not go round and round.
  const soon = unsent || (next !== null && submission.number < carriers.length)
  return applyChange(
    message,
    {
      status: 'queued',
      ...(next === null ? {} : { carrierId: next }),
      inDoubt,
      errorCode: refusal === undefined ? null : hex4(refusal.code),
      errorReason: refusal?.reason ?? (unknown ? IN_DOUBT : 'the bind was lost'),
      dueAt: soon ? now : Math.min(now + retryDelayMs(submission.number, context.random), message.expiresAt),
    },
    now,
  )
}

const IN_DOUBT = 'submitted, but the answer of the carrier never came'

/** 2 s, doubled with each try up to 5 minutes, each ± 20 % so that a thousand messages do not come back as one. */
export function retryDelayMs(submissions: number, random: number): number {
  const delayMs = Math.min(RETRY_FIRST_MS * 2 ** Math.min(submissions - 1, 20), RETRY_MS_MAX)
  return Math.round(delayMs * (0.8 + 0.4 * random))
}

const RETRY_FIRST_MS = 2_000
const RETRY_MS_MAX = 300_000

/** The next of the message's carriers after this one. Null: there is no other. */
function carrierAfter(carrierId: string, carriers: readonly string[]): string | null {
  return carriers[carriers.indexOf(carrierId) + 1] ?? null
}

function finish(
  message: Message,
  status: 'rejected' | 'expired' | 'unknown',
  { code, reason }: { readonly code: string | null; readonly reason: string },
  { now, lifetimes }: Pick<PlanContext, 'now' | 'lifetimes'>,
): Message {
  return applyChange(
    message,
    { status, doneAt: now, errorCode: code, errorReason: reason, dueAt: now + retentionMs(message, lifetimes) },
    now,
  )
}

/** The row of a segment's try. What never left this process leaves no row. */
function recordOf(
  { message, number }: Submission,
  { carrierId, at }: Tried,
  segment: SegmentOutcome,
): SubmittedSegment[] {
  const { outcome } = segment
  if (outcome.kind === 'unsent') return []
  const refused = outcome.kind === 'refused'
  return [
    {
      messageId: message.id,
      submission: number,
      number: segment.number,
      carrierId,
      carrierMessageId: outcome.kind === 'accepted' ? outcome.carrierMessageId : null,
      status: SEGMENT_STATUS[outcome.kind],
      errorCode: refused ? hex4(outcome.code) : null,
      errorReason: refused ? outcome.reason : outcome.kind === 'unknown' ? outcome.reason : null,
      submittedAt: at,
      doneAt: null,
    },
  ]
}

const SEGMENT_STATUS: Record<Exclude<SubmitOutcome['kind'], 'unsent'>, SegmentStatus> = {
  accepted: 'submitted',
  refused: 'refused',
  unknown: 'in doubt',
}

function hex4(code: number): string {
  return code.toString(16).padStart(4, '0')
}
