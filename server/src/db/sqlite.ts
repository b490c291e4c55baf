import { join } from 'node:path'
import { type Clock, systemClock } from '../clock.ts'
import { type Database, DatabaseUnavailable, type Row, type SqlValue, type Transaction } from './database.ts'
import { createPrivateFile, lockDataFolder } from './dataFolder.ts'
import { SqliteThread } from './sqliteThread.ts'
import { runTransaction, type SendStatements, type TransactionOptions } from './transaction.ts'
import { WriteQueue } from './writeQueue.ts'

export interface SqliteOptions {
  /** The data folder; created if it is missing. */
  readonly directory: string
  /** True for a command beside a running server: the folder's lock is not taken, transactions wait for each other. */
  readonly shared?: boolean
  readonly clock?: Clock
  readonly busyTimeoutMs?: number
  readonly transactionTimeoutMs?: number
  /** Heap of each of the two threads; a result that outgrows it ends the thread, not the process. */
  readonly heapMegabytesMax?: number
}

/**
 * Opens the embedded store: `heliograph.db` in the data folder, in WAL mode, synced at every commit, with one thread
 * that writes and one that reads. Rejects when the folder is in use, cannot be written, or holds no database.
 */
export async function openSqlite(options: SqliteOptions): Promise<Database> {
  const lock = options.shared ? null : lockDataFolder(options.directory)
  const path = join(options.directory, 'heliograph.db')
  const database = new SqliteDatabase(path, options, () => lock?.release())
  try {
    createPrivateFile(path)
    await database.open()
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}

class SqliteDatabase implements Database {
  readonly engine = 'sqlite'
  readonly #writer: SqliteThread
  readonly #reader: SqliteThread
  readonly #writes = new WriteQueue()
  readonly #transaction: TransactionOptions
  readonly #closed: () => void
  #closing: Promise<void> | null = null // null: open

  constructor(path: string, options: SqliteOptions, closed: () => void) {
    const clock = options.clock ?? systemClock
    const thread = {
      path,
      clock,
      busyTimeoutMs: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
      heapMegabytesMax: options.heapMegabytesMax ?? HEAP_MEGABYTES_MAX,
    }
    this.#writer = new SqliteThread({ ...thread, readOnly: false })
    this.#reader = new SqliteThread({ ...thread, readOnly: true })
    this.#transaction = {
      clock,
      timeoutMs: options.transactionTimeoutMs ?? TRANSACTION_TIMEOUT_MS,
    }
    this.#closed = closed
  }

  /** Opens both connections; the writer first, since it turns the file into a WAL database and a reader cannot. */
  async open(): Promise<void> {
    await this.#writer.run([], false, 'none')
    await this.#reader.run([], false, 'none')
  }

  async read<R extends Row = Row>(sql: string, params: readonly SqlValue[] = []): Promise<R[]> {
    if (this.#closing !== null) {
      throw new DatabaseUnavailable('The database is closing')
    }
    const [rows] = await this.#reader.run([{ sql, params, rows: true }], false, 'none')
    // The caller names the shape of its own statement's rows.
    return (rows ?? []) as R[]
  }

  write<T>(work: (tx: Transaction) => T | Promise<T>): Promise<T> {
    return this.#writes.run(() => runTransaction(this.#send, work, this.#transaction))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#writes.close()
    await this.#reader.close()
    // Last, since the last connection to close empties the WAL into the database file.
    await this.#writer.close()
    this.#closed()
  }

  readonly #send: SendStatements = (statements, opening, ending) => this.#writer.run(statements, opening, ending)
}

const TRANSACTION_TIMEOUT_MS = 30_000
const BUSY_TIMEOUT_MS = 5_000
const HEAP_MEGABYTES_MAX = 512
