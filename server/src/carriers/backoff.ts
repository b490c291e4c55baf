import { randomInt } from 'node:crypto'

/** How long to wait before the next try at what failed: doubling, bounded, and spread so that not all come at once. */
export class Backoff {
  readonly #msMin: number
  readonly #msMax: number
  #ms: number

  constructor({ msMin, msMax }: { msMin: number; msMax: number }) {
    this.#msMin = msMin
    this.#msMax = msMax
    this.#ms = msMin
  }

  /** The wait before the next try: between half of the current step and all of it. */
  nextMs(): number {
    const waitMs = Math.ceil(this.#ms / 2) + randomInt(Math.floor(this.#ms / 2) + 1)
    this.#ms = Math.min(this.#ms * 2, this.#msMax)
    return waitMs
  }

  /** It worked: the next failure is a first one. */
  reset(): void {
    this.#ms = this.#msMin
  }
}
