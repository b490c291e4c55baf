import { RecentMap } from '../recentMap.ts'

/** A call as its phone saw it. */
export interface HandsetCall {
  /** Call SID. */
  readonly id: string
  readonly from: string
  readonly to: string
  readonly at: string // ISO 8601, when it began to ring
  /** What was said, in order; empty unless somebody answered. */
  readonly said: readonly string[]
  /** Of the first text, as in "de-DE". */
  readonly language: string
  readonly status: 'ringing' | 'in-progress' | 'completed' | 'busy' | 'no-answer' | 'canceled'
}

/** What every phone heard. Numbers are digits without +. */
export class CallHandsets {
  readonly #calls = new RecentMap<string, HandsetCall[]>(HANDSETS_MAX)

  /** Adds a call, or what became of one that it has. */
  record(number: string, call: HandsetCall): void {
    const calls = this.#calls.get(number) ?? []
    const index = calls.findIndex(({ id }) => id === call.id)
    if (index === -1) calls.push(call)
    else calls[index] = call
    if (calls.length > CALLS_PER_HANDSET_MAX) calls.shift()
    this.#calls.set(number, calls)
  }

  /** Oldest first. */
  calls(number: string): readonly HandsetCall[] {
    return this.#calls.get(number) ?? []
  }

  clear(number: string): void {
    this.#calls.delete(number)
  }
}

const HANDSETS_MAX = 10_000
const CALLS_PER_HANDSET_MAX = 100
