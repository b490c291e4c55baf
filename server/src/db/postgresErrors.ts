import pg from 'pg'
import { DatabaseUnavailable, TransactionConflict } from './database.ts'

/**
 * The product's error for one of pg's. Whatever did not come from the server is a lost or refused connection; what did
 * carries an SQLSTATE (PostgreSQL, appendix A). Only `message` is kept: the server's `detail` quotes stored rows.
 */
export function storeError(error: unknown, sql: string): Error {
  const message = `${messageOf(error)} (in: ${sql.replace(/\s+/g, ' ').trim().slice(0, SQL_LETTERS_SHOWN)})`
  if (error instanceof DatabaseUnavailable) {
    return error
  }
  const state = error instanceof pg.DatabaseError ? (error.code ?? '') : CONNECTION_EXCEPTION
  if (CONFLICTS.has(state)) {
    return new TransactionConflict(message)
  }
  return TRANSIENT_CLASSES.has(state.slice(0, 2)) || TRANSIENT_STATES.has(state)
    ? new DatabaseUnavailable(message)
    : new Error(message)
}

/** True where only a new connection can help: the server is going down or has become a read-only standby. */
export function endsConnection(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || /^(08|57P|25006)/.test(error.code ?? '')
}

const CONNECTION_EXCEPTION = '08000'
/** serialization_failure, deadlock_detected. */
const CONFLICTS = new Set(['40001', '40P01'])
/** Connection, insufficient resources (disk, memory, connections), operator intervention and timeouts, system errors. */
const TRANSIENT_CLASSES = new Set(['08', '53', '57', '58'])
/** lock_not_available, read_only_sql_transaction, idle_in_transaction_session_timeout. */
const TRANSIENT_STATES = new Set(['55P03', '25006', '25P03'])

const SQL_LETTERS_SHOWN = 160

export function messageOf(error: unknown): string {
  // A host with several addresses fails with one error that is empty and holds the others.
  if (error instanceof AggregateError) {
    return error.errors.map(messageOf).join('; ')
  }
  return error instanceof Error ? error.message : String(error)
}
