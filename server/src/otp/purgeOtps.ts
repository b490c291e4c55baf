import type { Database } from '../db/database.ts'

/**
 * Deletes OTPs that were made before `before`, with their events, oldest first, in transactions of bounded size.
 * Resolves with whether that was all of them.
 */
export async function purgeOtps(db: Database, before: number): Promise<boolean> {
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const deleted = await db.write(async (tx) => {
      const otps = await tx.all(DELETE_OTPS, [before, BATCH_OTPS_MAX])
      if (otps.length > 0) tx.run(DELETE_EVENTS, [JSON.stringify(otps.map((row) => [row.id]))])
      return otps.length
    })
    if (deleted < BATCH_OTPS_MAX) return true
  }
  return false
}

const BATCH_OTPS_MAX = 500
/** What is left after so many batches waits for the next call, so that a purge never holds up the writer for long. */
const BATCHES_MAX = 20

/** Ids rise with time, so the oldest rows are found without an index of their own. */
const DELETE_OTPS = `
delete from otps where id in (
  select id from (select id, created_at from otps order by id limit $2) as oldest where created_at < $1)
returning id`

const DELETE_EVENTS = 'delete from otp_events where otp_id in (select value->>0 from rows($1))'
