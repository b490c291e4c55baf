import type { Message } from './message.ts'

/** How long things are kept and waited for. All in milliseconds. */
export interface Lifetimes {
  /** From a message's final state to its purge. */
  readonly messageRetentionMs: number
}

/** From the final state of a message to its purge; what was sent for a chat goes with it. */
export function retentionMs({ origin }: Pick<Message, 'origin'>, { messageRetentionMs }: Lifetimes): number {
  return origin?.kind === 'chat' ? CHAT_RETENTION_MS : messageRetentionMs
}

/** The vendor deletes a chat message 48 hours after its final status. */
export const CHAT_RETENTION_MS = 48 * 60 * 60_000

/**
 * Until when a submitted message waits for its receipt; then nobody will say what became of it. The validity of a
 * chat's step is how long the next channel waits, so it is not stretched.
 */
export function awaitsReceiptUntil({ origin, expiresAt }: Pick<Message, 'origin' | 'expiresAt'>): number {
  return origin?.kind === 'chat' ? expiresAt : expiresAt + RECEIPT_GRACE_MS
}

/** A carrier may report the end of a message's validity late; then we stop waiting and say 'unknown'. */
export const RECEIPT_GRACE_MS = 60 * 60_000
