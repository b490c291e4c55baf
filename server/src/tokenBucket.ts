import type { Clock } from './clock.ts'

/**
 * A rate limit that fills with time: `ratePerSecond` tokens a second, at most `burstTokensMax` saved up. Full at start.
 * Time that runs backwards adds nothing and takes nothing away.
 */
export class TokenBucket {
  readonly #clock: Clock
  readonly #tokensPerMs: number
  readonly #burstTokensMax: number
  #tokens: number
  #filledAt: number

  constructor(clock: Clock, { ratePerSecond, burstTokensMax }: { ratePerSecond: number; burstTokensMax: number }) {
    this.#clock = clock
    this.#tokensPerMs = ratePerSecond / 1000
    this.#burstTokensMax = Math.max(1, burstTokensMax)
    this.#tokens = this.#burstTokensMax
    this.#filledAt = clock.now()
  }

  /** Whole tokens that can be taken now. */
  available(): number {
    this.#fill()
    return Math.floor(this.#tokens + ROUNDING)
  }

  /** Takes `count` tokens if that many are there. */
  take(count = 1): boolean {
    this.#fill()
    if (this.#tokens + ROUNDING < count) return false
    this.#tokens = Math.max(0, this.#tokens - count)
    return true
  }

  /** Milliseconds, rounded up, until `count` tokens (at most the burst) are there; 0 when they are there now. */
  msUntil(count = 1): number {
    this.#fill()
    const missing = Math.min(count, this.#burstTokensMax) - this.#tokens - ROUNDING
    return missing <= 0 ? 0 : Math.ceil(missing / this.#tokensPerMs)
  }

  #fill(): void {
    const now = this.#clock.now()
    if (now === this.#filledAt) return
    if (now > this.#filledAt) {
      this.#tokens = Math.min(this.#burstTokensMax, this.#tokens + (now - this.#filledAt) * this.#tokensPerMs)
    }
    this.#filledAt = now
  }
}

/** Ten additions of 0.1 are a little less than 1; a token that is only missing this much is there. */
const ROUNDING = 1e-9
