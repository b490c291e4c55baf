import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What /metrics shows. */
export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'heliograph_' })
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `heliograph_${name}`, help, labelNames, registers })
  const tally = (name: string, help: string, labelNames: string[] = []) =>
    new Tally(counter(name, help, labelNames), labelNames)
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `heliograph_${name}`, help, labelNames, registers })
  return {
    registry,
    accepted: tally('messages_accepted_total', 'Messages acknowledged to callers'),
    refused: counter('messages_refused_total', 'Messages not stored and answered with 503'),
    submissions: tally('segment_submissions_total', 'Answers of carriers by segment', ['carrier', 'outcome']),
    inDoubt: counter('messages_in_doubt_total', 'Messages whose submission was never answered', ['carrier']),
    receipts: counter('receipts_total', 'Delivery receipts recorded', ['match']),
    inbound: counter('inbound_messages_total', 'Messages from handsets recorded', ['kind']),
    inboundParts: counter('inbound_parts_again_total', 'Parts of long messages that changed no text', ['kind']),
    inboundUnowned: counter('inbound_unowned_total', 'Messages to numbers that are nobody’s'),
    callbacks: tally('callback_attempts_total', 'Calls of customers', ['event', 'outcome']),
    callbackSeconds: new Histogram({
      name: 'heliograph_callback_seconds',
      help: 'Duration of calls of customers',
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 5, 15],
      registers,
    }),
    callbacksExpired: counter('callbacks_expired_total', 'Callbacks given up after their last try'),
    callbacksWaiting: gauge('callbacks_waiting', 'Callbacks not delivered yet', ['place']),
    commitEntries: new Histogram({
      name: 'heliograph_commit_entries',
      help: 'Entries written by one commit',
      buckets: [1, 4, 16, 64, 256, 1024],
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'heliograph_commit_seconds',
      help: 'Duration of one commit, synced',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.02, 0.1, 1],
      registers,
    }),
    commitsFailed: counter('commits_failed_total', 'Commits that were rolled back'),
    waiting: gauge('dispatch_waiting', 'Messages in memory that wait for room at a carrier', ['carrier']),
    carrierBinds: gauge('carrier_binds', 'Binds that are up', ['carrier']),
    carrierInFlight: gauge('carrier_in_flight', 'Segments without an answer yet', ['carrier']),
    commitWaiting: gauge('commit_waiting', 'Entries that wait for a commit'),
  }
}

/** A counter of the hot path: a plain sum for each set of labels, handed to the library when somebody asks. */
class Tally {
  readonly #counter: Counter
  readonly #labelNames: readonly string[]
  readonly #counts = new Map<string, number>()

  constructor(counter: Counter, labelNames: readonly string[]) {
    this.#counter = counter
    this.#labelNames = labelNames
  }

  /** Adds one; `values` in the order of the counter's label names. */
  count(...values: readonly string[]): void {
    const key = values.join(SEPARATOR)
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  flush(): void {
    for (const [key, count] of this.#counts) {
      const values = key.split(SEPARATOR)
      this.#counter.inc(Object.fromEntries(this.#labelNames.map((name, index) => [name, values[index] ?? ''])), count)
    }
    this.#counts.clear()
  }
}

const SEPARATOR = '\n'
