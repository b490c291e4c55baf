import type { Clock } from '../clock.ts'
import { Rounds } from './rounds.ts'

export interface ChangeFollowerOptions<Place extends Changed, Found extends Place> {
  readonly clock: Clock
  /** Before all rows that were changed then or later. */
  readonly placeAt: (updatedAt: number) => Place
  /** Rows behind a place in the order of their last change, `limit` at most. */
  readonly readAfter: (place: Place, limit: number) => Promise<readonly Found[]>
  /** Called for rows that are known already, too. */
  readonly apply: (found: Found) => void
  /** Told of failures that waiting will not mend. */
  readonly trouble: (error: unknown) => void
}

interface Changed {
  readonly updatedAt: number
}

/**
 * Reads a table whole and then what is changed in it, for a memory of what it says. What this node changes is known
 * after `refresh`; what another one does, a second later. While the store is away what is known stays good.
 */
export class ChangeFollower<Place extends Changed, Found extends Place> {
  readonly #options: ChangeFollowerOptions<Place, Found>
  readonly #rounds: Rounds
  #knownUpTo = 0
  #tail: Promise<void> = Promise.resolve()

  constructor(options: ChangeFollowerOptions<Place, Found>) {
    this.#options = options
    const { clock, trouble } = options
    this.#rounds = new Rounds({ clock, trouble, everyMs: REFRESH_EVERY_MS, round: () => this.refresh() })
  }

  async start(): Promise<void> {
    await this.refresh()
    this.#rounds.start()
  }

  async stop(): Promise<void> {
    await this.#rounds.stop()
    await this.#tail.catch(() => {})
  }

  /** After it resolves, every change committed before the call is known here. */
  refresh(): Promise<void> {
    // One read at a time; a call never shares one that began before it, which might not see the caller's commit.
    const read = () => this.#readChanges()
    this.#tail = this.#tail.then(read, read)
    return this.#tail
  }

  async #readChanges(): Promise<void> {
    const { placeAt, readAfter, apply } = this.#options
    let after = placeAt(this.#knownUpTo - OVERLAP_MS)
    for (;;) {
      const page = await readAfter(after, ROWS_MAX)
      for (const found of page) {
        this.#knownUpTo = Math.max(this.#knownUpTo, found.updatedAt)
        apply(found)
      }
      const last = page.at(-1)
      // A page that is not full was the last one.
      if (last === undefined || page.length < ROWS_MAX) return
      after = last
    }
  }
}

const REFRESH_EVERY_MS = 1_000
/**
 * Changes this much older than the newest known one are read again: another node's clock may be behind ours, and its
 * commit may come after one that was begun later.
 */
const OVERLAP_MS = 30_000
/** Rows of one read. */
const ROWS_MAX = 1_000
