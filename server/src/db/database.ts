/**
 * The store as the product sees it: SQL in, rows out, one text for SQLite and PostgreSQL.
 *
 * Three tokens in a statement are rewritten per engine (and cached per text): `$1` (a parameter, may repeat),
 * `rows($1)` (a JSON array of arrays as a table with one column named `value`, whose fields are `value->>0` and so on;
 * an array of bare strings would differ per engine) and `{pg:…}` (kept on PostgreSQL only).
 */
export interface Database {
  readonly engine: 'sqlite' | 'postgres'

  /** Runs one query on a reader that writers do not hold up. It sees everything committed before the call. */
  read<R extends Row = Row>(sql: string, params?: readonly SqlValue[]): Promise<R[]>

  /**
   * Runs `work` in one transaction and resolves once it is committed and synced to disk. Transactions run one after
   * the other in the order of the calls. When `work` throws or a statement fails everything is rolled back and the
   * error is thrown: `DatabaseUnavailable` where trying again later may help, anything else where it will not.
   */
  write<T>(work: (tx: Transaction) => T | Promise<T>): Promise<T>

  /** Finishes what was begun, then closes. */
  close(): Promise<void>
}

/** Statements run in the order of the calls; all of one tick travel together, so do not await what you do not read. */
export interface Transaction {
  /** Queues a statement whose rows nobody reads. Its failure fails the transaction. */
  run(sql: string, params?: readonly SqlValue[]): void
  /** Queues a statement and resolves with its rows. */
  all<R extends Row = Row>(sql: string, params?: readonly SqlValue[]): Promise<R[]>
}

export type SqlValue = string | number | null
/** Column name to value; bigint columns are read as numbers (times and counts stay below 2^53). */
export type Row = Record<string, SqlValue>

/** The store cannot take work now (disk full, connection lost, closing); callers answer 503 and try again later. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

/** Rolled back because it met another node's transaction on the same rows: the same work may be run again at once. */
export class TransactionConflict extends DatabaseUnavailable {
  override name = 'TransactionConflict'
}
