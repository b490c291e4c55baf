import type { Clock } from '../../clock.ts'
import { Backoff } from '../backoff.ts'

export interface AccountProbeOptions {
  readonly clock: Clock
  readonly probeMs: number
  readonly reconnectMsMin: number
  readonly reconnectMsMax: number
  /** Looks at the account; `done` says why nothing can be submitted, null: nothing speaks against it. */
  readonly look: (done: (trouble: string | null) => void) => void
  /** It came up or went down. */
  readonly changed: (trouble: string | null) => void
}

/** Knows whether the provider takes our submits, by looking at the account now and then. */
export class AccountProbe {
  readonly #options: AccountProbeOptions
  readonly #reconnect: Backoff
  #up = false
  #trouble: string | null = null
  #cancel: (() => void) | null = null
  #looking = false
  #stopped = false

  constructor(options: AccountProbeOptions) {
    this.#options = options
    this.#reconnect = new Backoff({ msMin: options.reconnectMsMin, msMax: options.reconnectMsMax })
  }

  get up(): boolean {
    return this.#up
  }

  /** Null while it is up, and before the first look. */
  get trouble(): string | null {
    return this.#trouble
  }

  start(): void {
    if (!this.#stopped && !this.#looking) this.#look()
  }

  stop(): void {
    this.#stopped = true
    this.#up = false
    this.#cancel?.()
  }

  /** A submit met this: until the account is seen to be well there is no use in another. */
  suspect(trouble: string): void {
    if (!this.#up || this.#stopped) return
    this.#settle(trouble)
    if (!this.#looking) this.#lookAfter(this.#reconnect.nextMs())
  }

  #look(): void {
    this.#looking = true
    this.#options.look((trouble) => {
      this.#looking = false
      if (this.#stopped) return
      this.#settle(trouble)
      if (trouble === null) this.#reconnect.reset()
      this.#lookAfter(trouble === null ? this.#options.probeMs : this.#reconnect.nextMs())
    })
  }

  #lookAfter(waitMs: number): void {
    this.#cancel?.()
    this.#cancel = this.#options.clock.after(waitMs, () => this.#look())
  }

  #settle(trouble: string | null): void {
    const isNews = this.#up !== (trouble === null) || (trouble !== null && this.#trouble === null)
    this.#up = trouble === null
    this.#trouble = trouble
    if (isNews) this.#options.changed(trouble)
  }
}
