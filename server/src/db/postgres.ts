import pg from 'pg'
import { type Clock, systemClock } from '../clock.ts'
import { type Database, DatabaseUnavailable, type Row, type SqlValue, type Transaction } from './database.ts'
import { storeError } from './postgresErrors.ts'
import { postgresTypes } from './postgresTypes.ts'
import { PostgresWriter } from './postgresWriter.ts'
import { createPreparedTexts } from './preparedTexts.ts'
import { runTransaction, type SendStatements, type TransactionOptions } from './transaction.ts'
import { WriteQueue } from './writeQueue.ts'

export interface PostgresOptions {
  /** postgres://user:password@host:port/database, with the options that libpq knows. */
  readonly url: string
  readonly clock?: Clock
  readonly connectTimeoutMs?: number
  readonly statementTimeoutMs?: number
  readonly transactionTimeoutMs?: number
  readonly readConnectionsMax?: number
}

/**
 * Opens the scale-out store: one connection that writes, since group commit has one transaction in flight, and a small
 * pool that reads. Rejects when the server cannot be reached or refuses us.
 */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const database = new PostgresDatabase(options)
  try {
    await database.open()
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}

class PostgresDatabase implements Database {
  readonly engine = 'postgres'
  readonly #prepare = createPreparedTexts()
  readonly #writer: PostgresWriter
  readonly #pool: pg.Pool
  readonly #writes = new WriteQueue()
  readonly #transaction: TransactionOptions
  #closing: Promise<void> | null = null // null: open

  constructor(options: PostgresOptions) {
    const clock = options.clock ?? systemClock
    const connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
    const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS
    this.#writer = new PostgresWriter({
      url: options.url,
      clock,
      prepare: this.#prepare,
      connectTimeoutMs,
      statementTimeoutMs,
    })
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: options.readConnectionsMax ?? READ_CONNECTIONS_MAX,
      // Also bounds the wait for a free connection.
      connectionTimeoutMillis: connectTimeoutMs,
      // The server cancels first; this is for a server that went silent.
      query_timeout: statementTimeoutMs + 5_000,
      keepAlive: true,
      types: postgresTypes,
      onConnect: (client) =>
        client.query(`set default_transaction_read_only = on; set statement_timeout = ${statementTimeoutMs}`),
    })
    // An idle connection that breaks leaves the pool by itself, and the next read opens another.
    this.#pool.on('error', () => {})
    this.#transaction = { clock, timeoutMs: options.transactionTimeoutMs ?? TRANSACTION_TIMEOUT_MS }
  }

  async open(): Promise<void> {
    await this.#writer.connect()
  }

  async read<R extends Row = Row>(sql: string, params: readonly SqlValue[] = []): Promise<R[]> {
    if (this.#closing !== null) {
      throw new DatabaseUnavailable('The database is closing')
    }
    try {
      const result = await this.#pool.query<R>({ ...this.#prepare(sql), values: [...params] })
      return result.rows
    } catch (error) {
      throw storeError(error, sql)
    }
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
    await Promise.all([this.#writer.close(), this.#pool.end()])
  }

  readonly #send: SendStatements = (statements, opening, ending) => this.#writer.send(statements, opening, ending)
}

const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 30_000
const TRANSACTION_TIMEOUT_MS = 60_000
const READ_CONNECTIONS_MAX = 5
