import { performance } from 'node:perf_hooks'
import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable, type Transaction, TransactionConflict } from './database.ts'

/** One kind of entry that commits carry, and how a batch of them is written. */
export interface BatchStep<Entry> {
  readonly name: string
  /** Urgent entries start a commit at once; lazy ones ride with the next batch, at the latest after 20 ms or 256 entries. */
  readonly urgent: boolean
  /**
   * Writes all entries of this batch. May run again for the same entries (in smaller batches) after a failure, so it
   * changes nothing outside `tx`; what it returns runs after the commit, when the next batch may already be written.
   */
  write(tx: Transaction, entries: readonly Entry[]): Written | Promise<Written>
  /** These entries were rolled back for good (`DatabaseUnavailable`, or their own bad data). */
  failed(entries: readonly Entry[], error: unknown): void
}

export type AfterCommit = () => void
// biome-ignore lint/suspicious/noConfusingVoidType: a step with nothing to do after the commit need not return at all.
export type Written = void | AfterCommit

export interface BatchQueue<Entry> {
  /** False: too many entries wait in all queues together, nothing was taken. */
  push(entry: Entry): boolean
  /** Entries not yet part of a commit. */
  readonly length: number
}

export interface GroupCommitOptions {
  readonly db: Database
  readonly clock: Clock
  /** Entries of all queues that are not yet committed or failed. */
  readonly entriesMax?: number
  /** Told of each transaction, before its entries are. */
  observe?(commit: ObservedCommit): void
}

export interface ObservedCommit {
  readonly entries: number
  /** Measured finely, not by the clock that is handed in. */
  readonly milliseconds: number
  readonly failed: boolean
  /** It failed because the store was away, so it may have been committed all the same. */
  readonly lost: boolean
}

/**
 * Writes many callers' entries with few commits: one commit is in flight, and what arrives meanwhile forms the next
 * batch, so that no timer delays anybody when the system is idle and the cost per entry falls as the load rises.
 * Entries cost no promise and no closure; a step keeps what it needs for the answer in its entry.
 */
export class GroupCommit {
  readonly #db: Database
  readonly #clock: Clock
  readonly #entriesMax: number
  readonly #observe: GroupCommitOptions['observe']
  readonly #queues: StepQueue[] = []
  #waiting = 0
  #lazy = 0
  #state: 'idle' | 'scheduled' | 'committing' = 'idle'
  /** The next batch has an urgent entry, or lazy ones that have waited enough. */
  #due = false
  #cancelTimer: (() => void) | null = null // null: no lazy entry waits for a timer
  #drained: (() => void)[] = []

  constructor(options: GroupCommitOptions) {
    this.#db = options.db
    this.#clock = options.clock
    this.#entriesMax = options.entriesMax ?? ENTRIES_MAX
    this.#observe = options.observe
  }

  /** Entries taken and not yet committed or failed. */
  get waiting(): number {
    return this.#waiting
  }

  /** Steps write in the order they were added. */
  add<Entry>(step: BatchStep<Entry>): BatchQueue<Entry> {
    const group = this
    let entries: Entry[] = []
    this.#queues.push({
      count: () => entries.length,
      take() {
        const taken = entries
        entries = []
        return batchOf(step, taken)
      },
    })
    return {
      push(entry) {
        if (group.#waiting >= group.#entriesMax) {
          return false
        }
        entries.push(entry)
        group.#waiting += 1
        group.#arrived(step.urgent)
        return true
      },
      get length() {
        return entries.length
      },
    }
  }

  /** Commits what waits, lazy entries too, and resolves when nothing is left. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained.push(resolve)
      this.#makeDue()
    })
  }

  #arrived(urgent: boolean): void {
    if (urgent) {
      this.#makeDue()
    } else if (++this.#lazy >= LAZY_ENTRIES_MAX || this.#drained.length > 0) {
      this.#makeDue()
    } else if (this.#cancelTimer === null && !this.#due) {
      this.#cancelTimer = this.#clock.after(LAZY_DELAY_MS, () => {
        this.#cancelTimer = null
        this.#makeDue()
      })
    }
  }

  #makeDue(): void {
    this.#due = true
    if (this.#state === 'idle') {
      this.#state = 'scheduled'
      // Everything that arrives in this turn of the event loop goes into the same commit.
      setImmediate(() => this.#commit())
    }
  }

  #commit(): void {
    this.#due = false
    this.#lazy = 0
    this.#cancelTimer?.()
    this.#cancelTimer = null
    const batches = this.#queues.filter((queue) => queue.count() > 0).map((queue) => queue.take())
    const entries = countOf(batches)
    this.#state = 'committing'
    this.#write(batches).then((settle) => this.#committed(entries, settle))
  }

  #committed(entries: number, settle: readonly AfterCommit[]): void {
    this.#waiting -= entries
    this.#state = 'idle'
    // The store works on the next batch while this thread answers for the last one.
    if (this.#due) {
      this.#commit()
    }
    for (const callback of settle) {
      callIsolated(callback)
    }
    if (this.#waiting === 0) {
      for (const resolve of this.#drained.splice(0)) {
        resolve()
      }
    }
  }

  /** Commits the batches, in halves where data is bad; resolves with what is to be called once that is done. */
  async #write(batches: readonly Batch[]): Promise<readonly AfterCommit[]> {
    if (batches.length === 0) {
      return []
    }
    let outcome = await this.#transact(batches)
    for (let tries = 1; tries < CONFLICT_TRIES_MAX && isConflict(outcome); tries++) {
      outcome = await this.#transact(batches)
    }
    if (outcome.kind === 'committed') {
      return outcome.callbacks
    }
    const { error } = outcome
    if (error instanceof DatabaseUnavailable || countOf(batches) === 1) {
      // Before the next batch is written: it may hold what follows from these entries.
      for (const batch of batches) callIsolated(() => batch.failed(error))
      return []
    }
    const [first, second] = halves(batches)
    return [...(await this.#write(first)), ...(await this.#write(second))]
  }

  async #transact(batches: readonly Batch[]): Promise<Outcome> {
    const startedAt = performance.now()
    const outcome = await this.#db
      .write((tx) => writeAll(tx, batches))
      .then(
        (callbacks): Outcome => ({ kind: 'committed', callbacks }),
        (error: unknown): Outcome => ({ kind: 'failed', error }),
      )
    this.#observe?.({
      entries: countOf(batches),
      milliseconds: performance.now() - startedAt,
      failed: outcome.kind === 'failed',
      lost: outcome.kind === 'failed' && outcome.error instanceof DatabaseUnavailable,
    })
    return outcome
  }
}

type Outcome =
  | { readonly kind: 'committed'; readonly callbacks: readonly AfterCommit[] }
  | { readonly kind: 'failed'; readonly error: unknown }

function isConflict(outcome: Outcome): boolean {
  return outcome.kind === 'failed' && outcome.error instanceof TransactionConflict
}

/** Of two nodes in a deadlock one always gets through, so a conflict that lasts means something else is wrong. */
const CONFLICT_TRIES_MAX = 3
const ENTRIES_MAX = 20_000
const LAZY_ENTRIES_MAX = 256
const LAZY_DELAY_MS = 20

/** A queue and its batch with the type of the entries hidden, so that queues of all steps fit into one list. */
interface StepQueue {
  count(): number
  take(): Batch
}

interface Batch {
  readonly count: number
  write(tx: Transaction): Written | Promise<Written>
  failed(error: unknown): void
  slice(start: number, end: number): Batch
}

function batchOf<Entry>(step: BatchStep<Entry>, entries: readonly Entry[]): Batch {
  return {
    count: entries.length,
    write: (tx) => step.write(tx, entries),
    failed: (error) => step.failed(entries, error),
    slice: (start, end) => batchOf(step, entries.slice(start, end)),
  }
}

async function writeAll(tx: Transaction, batches: readonly Batch[]): Promise<AfterCommit[]> {
  const callbacks: AfterCommit[] = []
  for (const batch of batches) {
    const result = batch.write(tx)
    // Awaiting only what is a promise keeps all statements of the other steps in one tick, hence in one round trip.
    const callback = result instanceof Promise ? await result : result
    if (callback !== undefined) {
      callbacks.push(callback)
    }
  }
  return callbacks
}

/** Cuts the entries of all batches, in the order of the steps, in the middle. */
function halves(batches: readonly Batch[]): [Batch[], Batch[]] {
  const first: Batch[] = []
  const second: Batch[] = []
  let room = Math.ceil(countOf(batches) / 2)
  for (const batch of batches) {
    const taken = Math.min(room, batch.count)
    room -= taken
    if (taken > 0) {
      first.push(batch.slice(0, taken))
    }
    if (taken < batch.count) {
      second.push(batch.slice(taken, batch.count))
    }
  }
  return [first, second]
}

function countOf(batches: readonly Batch[]): number {
  return batches.reduce((sum, batch) => sum + batch.count, 0)
}

/** A callback that throws is a bug of its step: it surfaces as an uncaught error and does not take the others along. */
function callIsolated(callback: AfterCommit): void {
  try {
    callback()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
