/** When a failed delivery is tried again, and for how long. Pure: the same arguments give the same instant. */
export interface Ladder {
  readonly delayMs: number
  readonly delayFactor: number
  readonly delayMsMax: number
  /** The share by which a delay may come out shorter or longer, so that many failures do not return at once. */
  readonly jitter: number
  /** How long after it was announced a delivery may still be tried. */
  readonly lifetimeMs: number
  /** Long rests of the whole endpoint, and the one pace at which it is tried in between. */
  readonly rests: Rests | null // null: it is probed in growing pauses
  /** The answers that mean it was taken. */
  readonly accepts: readonly number[] | null // null: any 2xx
}

interface Rests {
  /** Each time an endpoint has failed so often in a row, */
  readonly everyFailures: number
  /** it is left alone for so long instead of the usual delay. */
  readonly restMs: number
}

/** The vendor's promise for inbound messages, to the letter. */
const steadyPace = {
  delayMs: 10_000,
  delayFactor: 1,
  delayMsMax: 10_000,
  jitter: 0,
  lifetimeMs: 172_800_000,
  rests: { everyFailures: 100, restMs: 600_000 },
}

export const ladders = {
  receipt: {
    delayMs: 5_000,
    delayFactor: 2,
    delayMsMax: 3_600_000,
    jitter: 0.1,
    lifetimeMs: 86_400_000,
    rests: null,
    accepts: null,
  },
  inbound: { ...steadyPace, accepts: [200, 201, 202] },
  // What persons write in conversations; here any 2xx counts.
  conversation: { ...steadyPace, accepts: null },
} as const satisfies Record<string, Ladder>

export type LadderName = keyof typeof ladders

export interface FailedTry {
  /** Attempts made so far on this ladder, this one included. */
  readonly attempts: number
  /** When the delivery is given up. */
  readonly expiresAt: number
  readonly now: number
  /** 0 up to but not including 1. */
  readonly random: number
  /** The receiver's own wish, already bounded. */
  readonly retryAfterMs: number
  /** Failures of the endpoint in a row, this one included. */
  readonly failuresInRow: number
}

/** Epoch ms of the next attempt after a failed one, or null when the ladder ends: the next one would come too late. */
export function nextAttemptAt(name: LadderName, failed: FailedTry): number | null {
  const ladder = ladders[name]
  const delayMs = Math.min(ladder.delayMs * ladder.delayFactor ** (failed.attempts - 1), ladder.delayMsMax)
  const jitteredMs = Math.round(delayMs * (1 + ladder.jitter * (2 * failed.random - 1)))
  const gapMs = endpointGapMs(name, failed.failuresInRow) ?? jitteredMs
  const dueAt = failed.now + Math.max(gapMs, failed.retryAfterMs)
  return dueAt < failed.expiresAt ? dueAt : null
}

/**
 * How long an endpoint is left alone after its failures in a row, where the ladder prescribes it for the endpoint as a
 * whole; null: where it does not.
 */
export function endpointGapMs(name: LadderName, failuresInRow: number): number | null {
  const { rests, delayMs } = ladders[name]
  if (rests === null) return null
  return failuresInRow % rests.everyFailures === 0 ? rests.restMs : delayMs
}

/** Whether the ladder prescribes the pace of its endpoint. */
export function isSteady(name: LadderName): boolean {
  return ladders[name].rests !== null
}

/** Whether a status means that the receiver has taken the delivery. */
export function isAccepted(name: LadderName, status: number): boolean {
  const accepts: readonly number[] | null = ladders[name].accepts
  return accepts === null ? status >= 200 && status < 300 : accepts.includes(status)
}

/** Epoch ms after which a delivery is given up. */
export function expiresAt(name: LadderName, createdAt: number): number {
  return createdAt + ladders[name].lifetimeMs
}

/** A ladder's name as it stands in a row. A row written by a newer version may name one we do not know. */
export function ladderNamed(name: string): LadderName {
  return Object.hasOwn(ladders, name) ? (name as LadderName) : 'receipt'
}
