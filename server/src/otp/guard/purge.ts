import type { Database } from '../../db/database.ts'

/**
 * Deletes what counts no longer and decisions older than `decisionsBefore`, in transactions of bounded size. Resolves with
 * whether that was all of it.
 */
export async function purgeGuard(db: Database, now: number, decisionsBefore: number): Promise<boolean> {
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const deleted = await db.write(async (tx) => {
      const [tallies, decisions] = await Promise.all([
        tx.all(DELETE_TALLIES, [now, BATCH_ROWS_MAX]),
        tx.all(DELETE_DECISIONS, [decisionsBefore, BATCH_ROWS_MAX]),
      ])
      return Math.max(tallies.length, decisions.length)
    })
    if (deleted < BATCH_ROWS_MAX) return true
  }
  return false
}

const BATCH_ROWS_MAX = 500
/** What is left after so many batches waits for the next call, so that a purge never holds up the writer for long. */
const BATCHES_MAX = 20

/** Sends of another node may be writing to a row that has just run out: it is passed over, and found again. */
const DELETE_TALLIES = `
delete from otp_tallies where (account_id, kind, subject) in (
  select account_id, kind, subject from otp_tallies where expires_at <= $1 order by expires_at limit $2
  {pg:for update skip locked})
returning kind`

/** Ids rise with time, so the oldest rows are found without an index of their own. */
const DELETE_DECISIONS = `
delete from otp_guard_decisions where id in (
  select id from (select id, last_at from otp_guard_decisions order by id limit $2) as oldest where last_at < $1)
returning id`
