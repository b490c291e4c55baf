import { type Database, DatabaseUnavailable, type Row, type SqlValue, type Transaction } from '../src/db/database.ts'

/**
 * A real database behind a switch. 'down': nothing works. 'no reads': transactions alone do. 'answers lost':
 * transactions commit, but their callers get an error.
 */
export class UnreliableDatabase implements Database {
  mode: 'up' | 'down' | 'no reads' | 'answers lost' = 'up'
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  get engine(): Database['engine'] {
    return this.#db.engine
  }

  async read<R extends Row = Row>(sql: string, params?: readonly SqlValue[]): Promise<R[]> {
    if (this.mode === 'down' || this.mode === 'no reads') throw new DatabaseUnavailable('switched off')
    return this.#db.read<R>(sql, params)
  }

  async write<T>(work: (tx: Transaction) => T | Promise<T>): Promise<T> {
    if (this.mode === 'down') throw new DatabaseUnavailable('switched off')
    const result = await this.#db.write(work)
    if (this.mode === 'answers lost') throw new DatabaseUnavailable('the answer was lost')
    return result
  }

  close(): Promise<void> {
    return this.#db.close()
  }
}
