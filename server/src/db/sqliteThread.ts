import { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import { DatabaseUnavailable, type Row, type SqlValue } from './database.ts'
import type { Ending, Statement } from './transaction.ts'

export type SqliteJob =
  | {
      readonly kind: 'run'
      readonly id: number
      readonly statements: readonly Statement[]
      readonly opening: boolean
      readonly ending: Ending | 'none' // none: not in a transaction
    }
  | { readonly kind: 'close' }

export type SqliteAnswer =
  | { readonly kind: 'tables'; readonly id: number; readonly tables: readonly SqliteTable[] }
  | { readonly kind: 'failed'; readonly id: number; readonly unavailable: boolean; readonly message: string }

/** Rows cross threads as arrays: for lists that costs the main thread a quarter less than objects or JSON text. */
export interface SqliteTable {
  readonly columns: readonly string[]
  readonly rows: readonly SqlValue[][]
}

export interface SqliteThreadData {
  readonly path: string
  readonly readOnly: boolean
  /** How long a statement waits for another process that holds the write lock. */
  readonly busyTimeoutMs: number
}

export interface SqliteThreadOptions extends SqliteThreadData {
  readonly clock: Clock
  readonly heapMegabytesMax: number
}

/** Jobs that may wait for one thread. Writers send one transaction at a time, so this bounds the readers. */
const JOBS_WAITING_MAX = 10_000
const CLOSE_TIMEOUT_MS = 10_000

/**
 * The main thread's end of one SQLite connection in a worker thread. Jobs run in the order of the calls. When the
 * thread dies its open jobs reject with `DatabaseUnavailable` and the next job starts a new one.
 */
export class SqliteThread {
  readonly #options: SqliteThreadOptions
  readonly #open = new Map<number, OpenJob>()
  #worker: Worker | null = null // null: none was started, or the last one has ended
  #lastId = 0
  #lastError: unknown = null

  constructor(options: SqliteThreadOptions) {
    this.#options = options
  }

  /** Resolves with the rows of the statements that asked for them. */
  run(statements: readonly Statement[], opening: boolean, ending: Ending | 'none'): Promise<Row[][]> {
    if (this.#open.size >= JOBS_WAITING_MAX) {
      return Promise.reject(new DatabaseUnavailable(`More than ${JOBS_WAITING_MAX} queries are waiting`))
    }
    this.#worker ??= this.#start()
    const worker = this.#worker
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#open.set(id, { resolve, reject })
      worker.postMessage({ kind: 'run', id, statements, opening, ending } satisfies SqliteJob)
    })
  }

  /** Lets the thread finish its jobs and close its connection, or ends it when that takes too long. */
  async close(): Promise<void> {
    const worker = this.#worker
    if (worker !== null) {
      const ended = new Promise((resolve) => worker.once('exit', resolve))
      worker.postMessage({ kind: 'close' } satisfies SqliteJob)
      const cancel = this.#options.clock.after(CLOSE_TIMEOUT_MS, () => worker.terminate())
      await ended
      cancel()
    }
  }

  #start(): Worker {
    const { path, readOnly, busyTimeoutMs, heapMegabytesMax } = this.#options
    const worker = new Worker(new URL('./sqliteWorker.ts', import.meta.url), {
      workerData: { path, readOnly, busyTimeoutMs } satisfies SqliteThreadData,
      // Flags of the process, like a test runner's, are not for this thread.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
    })
    worker.on('message', (answer: SqliteAnswer) => this.#settle(answer))
    worker.on('error', (error) => {
      this.#lastError = error
    })
    worker.on('exit', () => this.#ended())
    return worker
  }

  #settle(answer: SqliteAnswer): void {
    const job = this.#open.get(answer.id)
    this.#open.delete(answer.id)
    if (answer.kind === 'tables') {
      job?.resolve(answer.tables.map(rowsOf))
    } else {
      job?.reject(answer.unavailable ? new DatabaseUnavailable(answer.message) : new Error(answer.message))
    }
  }

  #ended(): void {
    this.#worker = null
    const reason = this.#lastError instanceof Error ? this.#lastError.message : 'it was stopped'
    this.#lastError = null
    const jobs = [...this.#open.values()]
    this.#open.clear()
    for (const job of jobs) {
      job.reject(new DatabaseUnavailable(`The store's thread ended: ${reason}`))
    }
  }
}

interface OpenJob {
  resolve(rows: Row[][]): void
  reject(error: Error): void
}

function rowsOf({ columns, rows }: SqliteTable): Row[] {
  return rows.map((values) => {
    const row: Row = {}
    for (let i = 0; i < columns.length; i++) {
      row[columns[i] ?? ''] = values[i] ?? null
    }
    return row
  })
}
