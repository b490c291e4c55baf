import type { Clock } from '../../clock.ts'
import { Backoff } from '../backoff.ts'

/** How long to leave the provider alone after it said that it is too much: as long as it asks, else ever longer. */
export class Pause {
  readonly #clock: Clock
  readonly #backoff = new Backoff({ msMin: PAUSE_MS_MIN, msMax: PAUSE_MS_MAX })
  #from = 0
  #ms = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds until the pause is over, 0: there is none. */
  leftMs(): number {
    if (this.#ms === 0) return 0
    const elapsedMs = this.#clock.now() - this.#from
    // A clock that was set back ends the pause rather than stretch it by hours.
    return elapsedMs < 0 ? 0 : Math.max(0, this.#ms - elapsedMs)
  }

  /**
   * The first refusal of a burst starts a pause; the others belong to it.
   * @param retryAfter the header's value; null: there was none
   * @returns whether a pause began
   */
  begin(retryAfter: string | null): boolean {
    if (this.leftMs() > 0) return false
    this.#from = this.#clock.now()
    this.#ms = readRetryAfter(retryAfter, this.#from) ?? this.#backoff.nextMs()
    return true
  }

  /** A submit was taken: the next refusal is a first one. */
  reset(): void {
    this.#backoff.reset()
  }
}

/** Milliseconds of seconds or of a date (RFC 9110 §10.2.3), within reason; null: neither. */
function readRetryAfter(text: string | null, now: number): number | null {
  if (text === null) return null
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, PAUSE_MS_MIN), RETRY_AFTER_MS_MAX)
}

const PAUSE_MS_MIN = 500
const PAUSE_MS_MAX = 30_000
const RETRY_AFTER_MS_MAX = 300_000
