import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { Rounds } from '../db/rounds.ts'
import { dropUnfinished, shredDropped } from './dropFiles.ts'
import { deleteExpired } from './mediaRows.ts'

export interface MediaSweeperOptions {
  readonly db: Database
  readonly clock: Clock
  readonly trouble: (error: unknown) => void
}

/** Looks each second for media whose time is over and for files that are nobody's or never will be, and deletes them. */
export function createMediaSweeper({ db, clock, trouble }: MediaSweeperOptions): Rounds {
  const rounds = new Rounds({ clock, trouble, everyMs: SWEEP_EVERY_MS, round: sweep })
  return rounds

  async function sweep(): Promise<void> {
    for (let batch = 0; batch < BATCHES_MAX && rounds.running; batch++) {
      const now = clock.now()
      // Readers hold nobody up, so the writer is asked only when there is something to do.
      const [expired, unfinished] = await Promise.all([db.read(ANY_EXPIRED, [now]), db.read(ANY_UNFINISHED, [now])])
      if (expired.length > 0) await deleteExpired(db, { now, limit: BATCH_MEDIA_MAX })
      if (unfinished.length > 0) {
        await dropUnfinished(db, { now, limit: BATCH_MEDIA_MAX })
        await shredDropped(db)
      }
      if (expired.length === 0 && unfinished.length === 0) break
    }
  }
}

const SWEEP_EVERY_MS = 1_000
const BATCH_MEDIA_MAX = 100
/** What is left after so many batches waits for the next second. */
const BATCHES_MAX = 100

const ANY_EXPIRED = 'select id from media where expires_at <= $1 limit 1'
const ANY_UNFINISHED = 'select id from media_files where writing_until <= $1 limit 1'
