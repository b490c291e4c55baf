import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What /metrics shows. */
export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'heliograph_' })
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `heliograph_${name}`, help, labelNames, registers })
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `heliograph_${name}`, help, labelNames, registers })
  return {
    registry,
    /** Accepted messages not yet in `accepted`: a plain number, because a library call for each message is too much. */
    acceptedSinceSample: 0,
    accepted: counter('messages_accepted_total', 'Messages acknowledged to callers'),
    refused: counter('messages_refused_total', 'Messages not stored and answered with 503'),
    submissions: counter('segment_submissions_total', 'Answers of carriers by segment', ['carrier', 'outcome']),
    inDoubt: counter('messages_in_doubt_total', 'Messages whose submission was never answered', ['carrier']),
    receipts: counter('receipts_total', 'Delivery receipts recorded', ['match']),
    callbacks: counter('callback_attempts_total', 'Calls of customers', ['event', 'outcome']),
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
