/** How long things are kept and waited for. All in milliseconds. */
export interface Lifetimes {
  /** From a message's final state to its purge. */
  readonly messageRetentionMs: number
}

/** A carrier may report the end of a message's validity late; then we stop waiting and say 'unknown'. */
export const RECEIPT_GRACE_MS = 60 * 60_000
