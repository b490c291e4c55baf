import type { Message, SubmittedSegment } from './message.ts'

/**
 * Messages of one part that a carrier took a moment ago, by the carrier's id, so that the receipt which most often
 * follows at once needs no look-up. Only a short cut: what is not here is found in the table, and what is here may be
 * stale, so every write it leads to still asks the row. Each entry serves one receipt.
 */
export class RecentSubmissions {
  /** Two generations instead of an order: dropping the oldest entry of a large Map one by one costs a search each time. */
  #young = new Map<string, RecentSubmission>()
  #old = new Map<string, RecentSubmission>()

  remember(message: Message, segment: SubmittedSegment): void {
    if (message.parts !== 1 || message.status !== 'submitted' || segment.carrierMessageId === null) return
    if (this.#young.size === GENERATION_ENTRIES_MAX) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(keyOf(segment.carrierId, segment.carrierMessageId), { message, segment })
  }

  /** The submission a receipt is about, once. Null: ask the table. */
  take(carrierId: string, carrierMessageId: string, now: number): RecentSubmission | null {
    const key = keyOf(carrierId, carrierMessageId)
    const entry = this.#young.get(key) ?? this.#old.get(key)
    if (entry === undefined) return null
    this.#remove(key)
    return now - entry.segment.submittedAt <= KEPT_MS ? entry : null
  }

  /** The submission could not be recorded, so a receipt for it must not find it here. */
  forget({ carrierId, carrierMessageId }: SubmittedSegment): void {
    if (carrierMessageId !== null) this.#remove(keyOf(carrierId, carrierMessageId))
  }

  #remove(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }
}

export interface RecentSubmission {
  readonly message: Message
  readonly segment: SubmittedSegment
}

/** About a kilobyte each, in each of two generations. */
const GENERATION_ENTRIES_MAX = 10_000
/** Long before anybody gives up waiting for the receipt, which is the only other way out of 'submitted'. */
const KEPT_MS = 10 * 60_000

function keyOf(carrierId: string, carrierMessageId: string): string {
  return `${carrierId} ${carrierMessageId}`
}
