import { DatabaseUnavailable } from './database.ts'

/** How many calls of `write` may wait for their turn; group commit needs one. */
const WRITES_WAITING_MAX = 10_000

/** Runs transactions one after the other in the order of the calls, so that neither engine ever sees two at once. */
export class WriteQueue {
  #tail: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #closed = false

  /** Rejects with `DatabaseUnavailable` when closed or when too many wait already; otherwise as `job` does. */
  run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#closed) {
      return Promise.reject(new DatabaseUnavailable('The database is closing'))
    }
    if (this.#waiting >= WRITES_WAITING_MAX) {
      return Promise.reject(new DatabaseUnavailable(`More than ${WRITES_WAITING_MAX} transactions are waiting`))
    }
    this.#waiting += 1
    const result = this.#tail.then(job)
    const settled = () => {
      this.#waiting -= 1
    }
    this.#tail = result.then(settled, settled)
    return result
  }

  /** Takes no more jobs and resolves once the waiting ones are done, also when called again. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#tail
  }
}
