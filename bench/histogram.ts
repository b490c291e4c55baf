/** Latencies in buckets 1 % apart, from a microsecond to a quarter of an hour; its size does not depend on their number. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS)
  #total = 0
  #max = 0

  record(milliseconds: number): void {
    const microseconds = Math.max(1, milliseconds * 1000)
    const bucket = Math.min(Math.ceil(Math.log(microseconds) / LOG_OF_STEP), BUCKETS - 1)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#total += 1
    this.#max = Math.max(this.#max, milliseconds)
  }

  latency(): Latency {
    return { p50: this.#quantile(0.5), p99: this.#quantile(0.99), max: this.#max }
  }

  /** The value that `share` of all do not exceed, at most 1 % too high; 0 when there are none. */
  #quantile(share: number): number {
    const rank = Math.ceil(this.#total * share)
    let seen = 0
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count
      if (seen >= rank) return Math.min(STEP ** bucket / 1000, this.#max)
    }
    return this.#max
  }
}

/** In milliseconds. */
export interface Latency {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const STEP = 1.01
const LOG_OF_STEP = Math.log(STEP)
const BUCKETS = 2_100
