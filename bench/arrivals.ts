import type { Mark } from './benchMessage.ts'
import { Histogram, type Latency } from './histogram.ts'

/** The messages of one run that have come to where the run ends. */
export class Arrivals {
  readonly #run: number
  readonly #sequences = new Set<number>()
  readonly #histogram = new Histogram()
  #duplicates = 0
  #lastAt = 0

  constructor(run: number) {
    this.#run = run
  }

  /** A second one with the same number counts as a duplicate only; those of other runs do not count. */
  add({ run, sequence, sentAt }: Mark, at: number): void {
    if (run !== this.#run) return
    if (this.#sequences.has(sequence)) {
      this.#duplicates += 1
      return
    }
    this.#sequences.add(sequence)
    this.#histogram.record(at - sentAt)
    this.#lastAt = Math.max(this.#lastAt, at)
  }

  summary(): ArrivalSummary {
    return {
      distinct: this.#sequences.size,
      duplicates: this.#duplicates,
      lastAt: this.#lastAt,
      latencyMs: this.#histogram.latency(),
    }
  }
}

export interface ArrivalSummary {
  readonly distinct: number
  readonly duplicates: number
  readonly lastAt: number // epoch ms; 0: nothing has come
  /** From just before its request was written; the clocks it compares have whole milliseconds. */
  readonly latencyMs: Latency
}
