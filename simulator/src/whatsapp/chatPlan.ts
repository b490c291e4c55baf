import { type AnswerPlan, acceptAtOnce } from '../answerPlan.ts'

/** What happens to the chat messages for one number: how the API answers the request, and what becomes of a message. */
export interface ChatPlan {
  readonly create: AnswerPlan
  /** In the order in which they are told. Empty: nothing ever is. */
  readonly statuses: readonly PlannedStatus[]
  /** 'kept': what is no template fails unless the person wrote within the last 24 hours. */
  readonly window: 'kept' | 'ignored'
}

export interface PlannedStatus {
  readonly status: StatusWord
  /** From the moment the message is taken, which is before the answer to the request. */
  readonly delayMs: number
  /** Meta's number of what went wrong. */
  readonly code: number | null // null: the message did not fail
}

/** How Meta writes it. */
export type StatusWord = 'sent' | 'delivered' | 'read' | 'failed'

/** What happens to every number that nothing else is said about. */
export const deliveredChat: ChatPlan = {
  create: acceptAtOnce,
  statuses: [
    { status: 'sent', delayMs: 0, code: null },
    { status: 'delivered', delayMs: 200, code: null },
  ],
  window: 'kept',
}

/** From the taking to the moment the phone has the message. Null: it never does. */
export function reachesPhoneMs({ statuses }: ChatPlan): number | null {
  if (statuses.length === 0) return 0
  const arrivals = statuses.filter(({ status }) => status === 'delivered' || status === 'read')
  return arrivals.length === 0 ? null : Math.min(...arrivals.map(({ delayMs }) => delayMs))
}

/** When it really happened: a status that is told after a later one was only overtaken on its way. */
export function happensMs({ statuses }: ChatPlan, { status, delayMs }: PlannedStatus): number {
  const later = statuses.filter((other) => RANKS[other.status] >= RANKS[status])
  return Math.min(delayMs, ...later.map((other) => other.delayMs))
}

const RANKS: Readonly<Record<StatusWord, number>> = { sent: 0, delivered: 1, read: 2, failed: 3 }
