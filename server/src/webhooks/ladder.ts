/** When a failed delivery is tried again, and for how long. Pure: the same arguments give the same instant. */
export interface Ladder {
  readonly delayMs: number
  readonly delayFactor: number
  readonly delayMsMax: number
  /** The share by which a delay may come out shorter or longer, so that many failures do not return at once. */
  readonly jitter: number
  /** How long after it was announced a delivery may still be tried. */
  readonly lifetimeMs: number
}

export const ladders = {
  receipt: { delayMs: 5_000, delayFactor: 2, delayMsMax: 3_600_000, jitter: 0.1, lifetimeMs: 86_400_000 },
  inbound: { delayMs: 10_000, delayFactor: 1, delayMsMax: 10_000, jitter: 0, lifetimeMs: 172_800_000 },
} as const satisfies Record<string, Ladder>

export type LadderName = keyof typeof ladders

export interface FailedTry {
  /** Attempts made so far, this one included. */
  readonly attempts: number
  readonly createdAt: number
  readonly now: number
  /** 0 up to but not including 1. */
  readonly random: number
  /** The receiver's own wish, already bounded. */
  readonly retryAfterMs: number
}

/** Epoch ms of the next attempt after a failed one, or null when the ladder ends: the next one would come too late. */
export function nextAttemptAt(name: LadderName, failed: FailedTry): number | null {
  const ladder = ladders[name]
  const delayMs = Math.min(ladder.delayMs * ladder.delayFactor ** (failed.attempts - 1), ladder.delayMsMax)
  const jitteredMs = Math.round(delayMs * (1 + ladder.jitter * (2 * failed.random - 1)))
  const dueAt = failed.now + Math.max(jitteredMs, failed.retryAfterMs)
  return dueAt < expiresAt(name, failed.createdAt) ? dueAt : null
}

/** Epoch ms after which a delivery is given up. */
export function expiresAt(name: LadderName, createdAt: number): number {
  return createdAt + ladders[name].lifetimeMs
}

/** A ladder's name as it stands in a row. A row written by a newer version may name one we do not know. */
export function ladderNamed(name: string): LadderName {
  return Object.hasOwn(ladders, name) ? (name as LadderName) : 'receipt'
}
