import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import type { BatchQueue } from '../db/groupCommit.ts'
import { Rounds } from '../db/rounds.ts'
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
  readonly #rounds: Rounds
  #purgeAt = 0
  /** The first look is at all of them; later ones only at those young enough to be matched by an outcome still to come. */
  #since = 0

  constructor(options: ChatSweeperOptions) {
    this.#options = options
    const { clock, trouble } = options
    this.#rounds = new Rounds({ clock, trouble, everyMs: SWEEP_EVERY_MS, round: () => this.#sweep() })
  }

  start(): void {
    this.#rounds.start()
  }

  /** Resolves when nothing is being swept any more. */
  stop(): Promise<void> {
    return this.#rounds.stop()
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
