/**
 * How many requests may be under way. Halved when the vendor refuses one as too many, and one more again after each
 * round of answers, but not while the vendor says it is as busy as when it last refused.
 */
export class RequestSlots {
  readonly #most: number
  #limit: number
  #inUse = 0
  #waiting: (() => void)[] = []
  #calmAnswers = 0
  #refusals = 0
  #busyLoad: number | null = null // null: the vendor never told

  constructor(most: number) {
    this.#most = most
    this.#limit = most
  }

  get limit(): number {
    return this.#limit
  }

  /** Resolves when a request may start, in the order of asking. */
  async take(): Promise<void> {
    if (this.#inUse < this.#limit) {
      this.#inUse++
      return
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    await promise
  }

  give(): void {
    this.#inUse--
    while (this.#inUse < this.#limit) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#inUse++
      next()
    }
  }

  /** To be asked when a try starts, and handed to `refused`. */
  get refusals(): number {
    return this.#refusals
  }

  /** @param refusalsAtStart tries that were under way at the last refusal do not count again. @param load as `answered`. */
  refused(refusalsAtStart: number, load: number | null): void {
    this.#calmAnswers = 0
    if (refusalsAtStart < this.#refusals) return
    this.#refusals++
    this.#limit = Math.max(1, Math.floor(Math.min(this.#limit, this.#inUse) / 2))
    if (load !== null) this.#busyLoad = load
  }

  /** @param load how many requests the vendor says it is answering for this account, ours included; null: it does not. */
  answered(load: number | null): void {
    if (this.#limit === this.#most) return
    if (load !== null && this.#busyLoad !== null && load >= this.#busyLoad) return
    this.#calmAnswers++
    if (this.#calmAnswers < this.#limit) return
    this.#calmAnswers = 0
    this.#limit++
  }
}
