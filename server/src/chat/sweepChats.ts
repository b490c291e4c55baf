import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable } from '../db/database.ts'
import type { BatchQueue } from '../db/groupCommit.ts'
import { CHAT_RETENTION_MS } from '../messages/lifetimes.ts'
import { purgeChats } from './purgeChats.ts'
import type { SeenEntry } from './recordSeen.ts'
import { matchedSeenOrphans } from './seenOrphans.ts'

export interface ChatSweeperOptions {
  readonly db: Database
  readonly clock: Clock
  /** Of the step `recordSeen`. */
  readonly seen: BatchQueue<SeenEntry>
  readonly trouble: (error: unknown) => void
}

/** Looks each second for reports of reading whose message has become known, and each minute for what is to go. */
export class ChatSweeper {
  readonly #options: ChatSweeperOptions
  #cancel: (() => void) | null = null // null: stopped
  #round: Promise<void> = Promise.resolve()
  #purgeAt = 0
  /** The first look is at all of them; later ones only at those young enough to be matched by an outcome still to come. */
  #since = 0

  constructor(options: ChatSweeperOptions) {
    this.#options = options
  }

  start(): void {
    this.#cancel = this.#options.clock.after(SWEEP_EVERY_MS, () => this.#tick())
  }

  /** Resolves when nothing is being swept any more. */
  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = null
    await this.#round
  }

  #tick(): void {
    this.#round = this.#sweep()
      .catch((error) => {
        // While the store is away nothing is lost: it is all found a second later.
        if (!(error instanceof DatabaseUnavailable)) this.#options.trouble(error)
      })
      .then(() => {
        if (this.#cancel !== null) this.start()
      })
  }

  async #sweep(): Promise<void> {
    const { db, clock, seen } = this.#options
    const now = clock.now()
    const matched = await matchedSeenOrphans(db, { since: this.#since, limit: ORPHANS_MAX })
    for (const entry of matched) seen.push(entry)
    if (matched.length < ORPHANS_MAX) this.#since = now - MATCHABLE_MS
    if (now < this.#purgeAt) return
    this.#purgeAt = now + PURGE_EVERY_MS
    if (!(await purgeChats(db, now - CHAT_RETENTION_MS))) this.#purgeAt = now
  }
}

const SWEEP_EVERY_MS = 1_000
const PURGE_EVERY_MS = 60_000
/** What is left waits for the next look. */
const ORPHANS_MAX = 1_000
const MATCHABLE_MS = 10 * 60_000
