import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { SqlValue } from './database.ts'
import { rewriteSql } from './rewriteSql.ts'
import type { SqliteAnswer, SqliteJob, SqliteTable, SqliteThreadData } from './sqliteThread.ts'
import type { Statement } from './transaction.ts'

/**
 * The thread that owns one SQLite connection. A job is one round trip: begin, statements and end, or only some of
 * them. A job that fails rolls its transaction back; what comes later for the same transaction is refused.
 */
const { path, readOnly, busyTimeoutMs }: SqliteThreadData = workerData
const port = parentPort
if (port === null) {
  throw new Error('sqliteWorker.ts runs in a worker thread only')
}

let connection: Connection | null = null // null: not opened yet, or closed after a failure

port.on('message', (job: SqliteJob) => {
  if (job.kind === 'close') {
    connection?.db.close()
    port.close()
  } else {
    port.postMessage(answer(job))
  }
})

function answer(job: Extract<SqliteJob, { kind: 'run' }>): SqliteAnswer {
  try {
    connection ??= new Connection()
    return { kind: 'tables', id: job.id, tables: connection.run(job) }
  } catch (error) {
    connection?.rollBack()
    return { kind: 'failed', id: job.id, ...describe(error) }
  }
}

class Connection {
  readonly db: DatabaseSync
  readonly #statements = new Map<string, Prepared>()

  constructor() {
    this.db = new DatabaseSync(path, { readOnly, timeout: busyTimeoutMs })
    try {
      this.db.exec('pragma cache_size = -65536; pragma temp_store = memory') // negative: KiB, so 64 MiB
      if (!readOnly) {
        this.#becomeWriter()
      }
    } catch (error) {
      this.db.close()
      throw error
    }
  }

  #becomeWriter(): void {
    // In WAL mode synchronous=full makes each commit wait until the disk has it.
    this.db.exec('pragma synchronous = full')
    const mode = this.db.prepare('pragma journal_mode = wal').get()
    if (mode?.journal_mode !== 'wal') {
      throw new Error(`${path} cannot be a WAL database here: is it on a network file system?`)
    }
  }

  run(job: Extract<SqliteJob, { kind: 'run' }>): SqliteTable[] {
    if (job.opening) {
      this.#execute(BEGIN)
    } else if (job.ending !== 'none' && !this.db.isTransaction) {
      if (job.ending === 'rollback') {
        return []
      }
      throw new LostTransaction('The transaction was rolled back already')
    }
    const tables: SqliteTable[] = []
    for (const statement of job.statements) {
      const rows = this.#execute(statement)
      if (rows !== null) {
        tables.push(rows)
      }
    }
    if (job.ending === 'commit') {
      this.#execute(COMMIT)
    } else if (job.ending === 'rollback') {
      this.#execute(ROLLBACK)
    }
    return tables
  }

  /** Leaves no transaction open. A connection that cannot even roll back is closed and opened anew by the next job. */
  rollBack(): void {
    try {
      if (this.db.isTransaction) {
        this.#execute(ROLLBACK)
      }
    } catch {
      connection = null
      this.db.close()
    }
  }

  #execute({ sql, params, rows }: Statement): SqliteTable | null {
    try {
      const { statement, columns } = this.#prepare(sql)
      if (!rows) {
        statement.run(...params.map(bindable))
        return null
      }
      // `setReturnArrays` makes rows arrays; the types of node:sqlite do not follow it.
      return { columns, rows: statement.all(...params.map(bindable)) as unknown as SqlValue[][] }
    } catch (error) {
      throw new StatementError(sql, error)
    }
  }

  #prepare(sql: string): Prepared {
    const known = this.#statements.get(sql)
    if (known !== undefined) {
      // Last used goes last, so the first key is the one to forget.
      this.#statements.delete(sql)
      this.#statements.set(sql, known)
      return known
    }
    const statement = this.db.prepare(rewriteSql('sqlite', sql))
    statement.setReturnArrays(true)
    const prepared = { statement, columns: statement.columns().map((column) => column.name) }
    this.#statements.set(sql, prepared)
    if (this.#statements.size > STATEMENTS_MAX) {
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest)
        break
      }
    }
    return prepared
  }
}

interface Prepared {
  readonly statement: StatementSync
  readonly columns: readonly string[]
}

/** Prepared statements kept; the product has fewer texts than this. */
const STATEMENTS_MAX = 500

const BEGIN: Statement = { sql: 'begin immediate', params: [], rows: false }
const COMMIT: Statement = { sql: 'commit', params: [], rows: false }
const ROLLBACK: Statement = { sql: 'rollback', params: [], rows: false }

/** node:sqlite binds every number as a float, which SQLite would print as `5.0` and divide as such. */
function bindable(value: SqlValue): SqlValue | bigint {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}

class LostTransaction extends Error {}

class StatementError extends Error {
  readonly sqliteCode: number | null // null: not from SQLite

  constructor(sql: string, cause: unknown) {
    const text = sql.replace(/\s+/g, ' ').trim()
    super(`${cause instanceof Error ? cause.message : String(cause)} (in: ${text.slice(0, SQL_LETTERS_SHOWN)})`)
    this.sqliteCode = sqliteCode(cause)
  }
}

const SQL_LETTERS_SHOWN = 160

function describe(error: unknown): { unavailable: boolean; message: string } {
  const code = error instanceof StatementError ? error.sqliteCode : sqliteCode(error)
  return {
    unavailable: error instanceof LostTransaction || isTransient(code),
    message: error instanceof Error ? error.message : String(error),
  }
}

function sqliteCode(error: unknown): number | null {
  const isNumbered = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
  // The low octet is the primary result code, the rest says more about it.
  return isNumbered ? Number(error.errcode) & 0xff : null
}

/** https://sqlite.org/rescode.html: what may pass without a change of the statement or its data. */
function isTransient(code: number | null): boolean {
  return code !== null && (TRANSIENT_CODES.has(code) || (code === READONLY && !readOnly))
}

const READONLY = 8
/** BUSY, LOCKED, NOMEM, IOERR, FULL, CANTOPEN, PROTOCOL. */
const TRANSIENT_CODES = new Set([5, 6, 7, 10, 13, 14, 15])
