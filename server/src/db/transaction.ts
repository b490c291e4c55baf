import type { Clock } from '../clock.ts'
import { DatabaseUnavailable, type Row, type SqlValue, type Transaction } from './database.ts'

/** A statement on its way to an engine; `rows` says whether anybody reads what it returns. */
export interface Statement {
  readonly sql: string
  readonly params: readonly SqlValue[]
  readonly rows: boolean
}

/** What follows the statements of one round trip: more of the same transaction, or its end. */
export type Ending = 'open' | 'commit' | 'rollback'

/**
 * Takes statements to the engine in one round trip and resolves with the rows of those that asked for them, in order.
 * The first call of a transaction begins it (`opening`). After a failure the engine must refuse whatever comes later
 * in the same transaction, so that nothing runs outside of it.
 */
export type SendStatements = (
  statements: readonly Statement[],
  opening: boolean,
  ending: Ending,
) => Promise<readonly Row[][]>

export interface TransactionOptions {
  readonly clock: Clock
  /** The longest that `work` may hold the only write transaction before it is rolled back. */
  readonly timeoutMs: number
}

/** Runs `work` in one transaction over `send`: statements of one tick travel together, the last ones with the commit. */
export async function runTransaction<T>(
  send: SendStatements,
  work: (tx: Transaction) => T | Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const statements = new StatementQueue(send)
  let result: T
  try {
    const working = work(statements)
    result = working instanceof Promise ? await withinTime(working, options) : working
  } catch (error) {
    // The engine's own failure comes first: what `work` threw is most likely its consequence.
    throw (await statements.rollBack()) ?? error
  }
  await statements.commit()
  return result
}

class StatementQueue implements Transaction {
  readonly #send: SendStatements
  #queued: Statement[] = []
  #readers: Reader[] = []
  #opened = false
  #over = false
  #scheduled = false
  #failure: unknown = null // null: nothing failed yet

  constructor(send: SendStatements) {
    this.#send = send
  }

  run(sql: string, params: readonly SqlValue[] = []): void {
    this.#queue({ sql, params, rows: false })
  }

  all<R extends Row = Row>(sql: string, params: readonly SqlValue[] = []): Promise<R[]> {
    this.#queue({ sql, params, rows: true })
    const rows = new Promise<R[]>((resolve, reject) => {
      // The caller names the shape of its own statement's rows; nothing here can know better.
      this.#readers.push({ resolve: (found) => resolve(found as R[]), reject })
    })
    // A failure fails the whole transaction, so a caller that dropped this promise still hears of it.
    rows.catch(() => {})
    if (!this.#scheduled) {
      this.#scheduled = true
      queueMicrotask(() => {
        this.#scheduled = false
        if (!this.#over) {
          this.#flush('open')
        }
      })
    }
    return rows
  }

  async commit(): Promise<void> {
    this.#over = true
    if (this.#opened || this.#queued.length > 0) {
      await this.#flush(this.#failure === null ? 'commit' : 'rollback')
    }
    if (this.#failure !== null) {
      throw this.#failure
    }
  }

  /** Resolves with the engine's own failure, or null when there was none. */
  async rollBack(): Promise<unknown> {
    this.#over = true
    this.#queued = []
    const failure = this.#failure
    if (this.#opened) {
      await this.#flush('rollback')
    }
    for (const reader of this.#readers.splice(0)) {
      reader.reject(new Error('The transaction was rolled back before this statement ran'))
    }
    // When only the rollback failed the connection is gone, and everything is rolled back all the same.
    return failure
  }

  #queue(statement: Statement): void {
    if (this.#over) {
      throw new Error('The transaction is over: a statement came after its work had ended')
    }
    this.#queued.push(statement)
  }

  async #flush(ending: Ending): Promise<void> {
    const opening = !this.#opened
    const queued = this.#queued
    const readers = this.#readers
    this.#opened = true
    this.#queued = []
    this.#readers = []
    try {
      const rows = await this.#send(queued, opening, ending)
      for (const [index, reader] of readers.entries()) {
        reader.resolve(rows[index] ?? [])
      }
    } catch (error) {
      this.#failure ??= error
      for (const reader of readers) {
        reader.reject(error)
      }
    }
  }
}

interface Reader {
  resolve(rows: Row[]): void
  reject(error: unknown): void
}

function withinTime<T>(working: Promise<T>, { clock, timeoutMs }: TransactionOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () =>
      reject(new DatabaseUnavailable(`A transaction was rolled back: its work took longer than ${timeoutMs} ms`)),
    )
    working.then(resolve, reject).finally(cancel)
  })
}
