import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import type { BatchQueue } from '../db/groupCommit.ts'
import { nowAndThen } from '../db/nowAndThen.ts'
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
export function createChatSweeper({ db, clock, seen, trouble }: ChatSweeperOptions): Rounds {
  /** The first look is at all of them; later ones only at those young enough to be matched by an outcome still to come. */
  let since = 0
  const purge = nowAndThen(clock, PURGE_EVERY_MS, () => purgeChats(db, clock.now() - CHAT_RETENTION_MS))
  return new Rounds({ clock, trouble, everyMs: SWEEP_EVERY_MS, round: sweep })

  async function sweep(): Promise<void> {
    const now = clock.now()
    const matched = await matchedSeenOrphans(db, { since, limit: ORPHANS_MAX })
    for (const entry of matched) seen.push(entry)
    if (matched.length < ORPHANS_MAX) since = now - MATCHABLE_MS
    await purge()
  }
}

const SWEEP_EVERY_MS = 1_000
const PURGE_EVERY_MS = 60_000
/** What is left waits for the next look. */
const ORPHANS_MAX = 1_000
const MATCHABLE_MS = 10 * 60_000
