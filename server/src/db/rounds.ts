import type { Clock } from '../clock.ts'
import { DatabaseUnavailable } from './database.ts'

export interface RoundsOptions {
  readonly clock: Clock
  /** From the end of one round to the start of the next. */
  readonly everyMs: number
  readonly round: () => Promise<void>
  /** Told of failures that waiting will not mend. */
  readonly trouble: (error: unknown) => void
}

/** Does something with the store again and again, one round at a time. While the store is away a round comes to nothing. */
export class Rounds {
  readonly #options: RoundsOptions
  #cancel: (() => void) | null = null // null: stopped
  #round: Promise<void> = Promise.resolve()

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** False: a round under way may break off. */
  get running(): boolean {
    return this.#cancel !== null
  }

  start(): void {
    const { clock, everyMs } = this.#options
    this.#cancel = clock.after(everyMs, () => this.#begin())
  }

  /** Resolves when no round is under way any more. */
  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = null
    await this.#round
  }

  #begin(): void {
    const { round, trouble } = this.#options
    this.#round = round()
      .catch((error) => {
        // Nothing is lost by that: the next round finds it.
        if (!(error instanceof DatabaseUnavailable)) trouble(error)
      })
      .then(() => {
        if (this.running) this.start()
      })
  }
}
