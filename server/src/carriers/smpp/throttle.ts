import type { Clock } from '../../clock.ts'

/**
 * Slows a carrier down when its SMSC says that it is too much: no submits for a pause that doubles while pauses do not
 * help, and after it only half as many open submits as before, one more with each that is accepted.
 */
export class Throttle {
  readonly #clock: Clock
  #openMax = Number.POSITIVE_INFINITY
  #pauseMs = 0 // 0: the last pause helped, or there was none
  #pausedAt = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many submits may be open at once now: 0 during a pause. */
  openMax(): number {
    return this.pausedMs() > 0 ? 0 : this.#openMax
  }

  /** Milliseconds until the pause is over, 0: there is none. */
  pausedMs(): number {
    if (this.#pauseMs === 0) return 0
    const elapsedMs = this.#clock.now() - this.#pausedAt
    // A clock that was set back ends the pause rather than stretch it by hours.
    return elapsedMs < 0 ? 0 : Math.max(0, this.#pauseMs - elapsedMs)
  }

  /** The SMSC refused a submit as one too many while `open` others were open. The first of a burst starts a pause. */
  slowDown(open: number): void {
    if (this.pausedMs() > 0) return
    this.#pauseMs = Math.min(this.#pauseMs === 0 ? PAUSE_MS_MIN : this.#pauseMs * 2, PAUSE_MS_MAX)
    this.#pausedAt = this.#clock.now()
    this.#openMax = Math.max(1, Math.floor(Math.min(this.#openMax, open + 1) / 2))
  }

  /** The SMSC accepted a submit; one that was under way when a pause began says nothing about the pause. */
  speedUp(openWanted: number): void {
    if (this.#openMax === Number.POSITIVE_INFINITY || this.pausedMs() > 0) return
    this.#pauseMs = 0
    this.#openMax++
    if (this.#openMax >= openWanted) this.#openMax = Number.POSITIVE_INFINITY
  }
}

const PAUSE_MS_MIN = 100
const PAUSE_MS_MAX = 5_000
