import { magicOutcome } from './magicOutcome.ts'
import { delivered, type Outcome, type Times } from './outcome.ts'
import { RecentMap } from './recentMap.ts'

/** Which outcome a number gets: the one set for it, else the one its last digits ask for, else delivery. */
export class OutcomeTable {
  readonly #scripted = new Map<string, Outcome>()
  readonly #tries = new RecentMap<string, number>(COUNTED_NUMBERS_MAX)

  find(number: string): Outcome {
    return this.#scripted.get(number) ?? magicOutcome(number) ?? delivered
  }

  /** Sets the outcome of all later messages for `number`. False: the table is full. */
  set(number: string, outcome: Outcome): boolean {
    if (this.#scripted.size >= SCRIPTED_NUMBERS_MAX && !this.#scripted.has(number)) return false
    this.#scripted.set(number, outcome)
    this.#tries.delete(number)
    return true
  }

  delete(number: string): boolean {
    this.#tries.delete(number)
    return this.#scripted.delete(number)
  }

  list(): { readonly number: string; readonly outcome: Outcome }[] {
    return [...this.#scripted].map(([number, outcome]) => ({ number, outcome }))
  }

  /** Counts a try; true as long as it is one of those that go wrong. The try after them starts a new count. */
  goesWrong(number: string, times: Times): boolean {
    if (times === null) return true
    const tries = this.#tries.get(number) ?? 0
    if (tries >= times) {
      this.#tries.delete(number)
      return false
    }
    this.#tries.set(number, tries + 1)
    return true
  }
}

const SCRIPTED_NUMBERS_MAX = 10_000
const COUNTED_NUMBERS_MAX = 10_000
