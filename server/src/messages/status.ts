/**
 * The life of a message: accepted → queued → submitted → one final state. The only place that spells the states and
 * says which moves are legal.
 *
 * accepted: recorded, not tried yet. queued: tried, waits for the next try. submitted: every part is with a carrier.
 * unknown: sent, and the carrier never said what became of it.
 */
export type MessageStatus = (typeof OPEN)[number] | FinalStatus
export type FinalStatus = (typeof FINAL)[number]

const OPEN = ['accepted', 'queued', 'submitted'] as const
const FINAL = ['delivered', 'undelivered', 'expired', 'rejected', 'unknown'] as const

/** As a list for `in (…)`: every update that moves a status repeats it, so a final state is never left. */
export const OPEN_STATUSES_SQL = OPEN.map((status) => `'${status}'`).join(', ')

const RANK: Record<MessageStatus, number> = {
  accepted: 0,
  queued: 1,
  submitted: 2,
  delivered: 3,
  undelivered: 3,
  expired: 3,
  rejected: 3,
  unknown: 3,
}

export function isFinal(status: MessageStatus): status is FinalStatus {
  return RANK[status] === 3
}

/** Whether a message may move so. Staying is legal while open; going back, or leaving a final state, never is. */
export function mayMove(from: MessageStatus, to: MessageStatus): boolean {
  return !isFinal(from) && RANK[to] >= RANK[from]
}

export function isMessageStatus(text: string): text is MessageStatus {
  return Object.hasOwn(RANK, text)
}

/** What became of one segment of one submission. `refused` and `in doubt` never had a carrier's id. */
export type SegmentStatus = 'refused' | 'in doubt' | 'submitted' | FinalStatus

/**
 * The state of a message from the states of its parts (the newest word on each): final once every part is, delivered
 * only when all are. Null: some part is still open.
 */
export function statusOfParts(parts: readonly SegmentStatus[]): FinalStatus | null {
  let worst: FinalStatus = 'delivered'
  for (const part of parts) {
    if (part === 'submitted' || part === 'refused' || part === 'in doubt') return null
    if (SEVERITY[part] > SEVERITY[worst]) worst = part
  }
  return worst
}

const SEVERITY: Record<FinalStatus, number> = { delivered: 0, unknown: 1, expired: 2, undelivered: 3, rejected: 4 }
