import type { Database } from '../db/database.ts'

/**
 * Deletes what was recorded before `before`, oldest first, in transactions of bounded size. Resolves with whether that was
 * all of it.
 */
export async function purgeInbound(db: Database, before: number): Promise<boolean> {
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const deleted = await db.write(async (tx) => {
      const [messages, sets] = await Promise.all([
        tx.all(DELETE_MESSAGES, [before, BATCH_ROWS_MAX]),
        tx.all(DELETE_SETS, [before, BATCH_ROWS_MAX]),
      ])
      if (sets.length > 0) tx.run(DELETE_PARTS, [JSON.stringify(sets.map((row) => [row.id]))])
      return Math.max(messages.length, sets.length)
    })
    if (deleted < BATCH_ROWS_MAX) return true
  }
  return false
}

const BATCH_ROWS_MAX = 500
/** What is left after so many batches waits for the next call, so that a purge never holds up the writer for long. */
const BATCHES_MAX = 20

/** Ids rise with time, so the oldest rows are found without an index of their own. */
const DELETE_MESSAGES = `
delete from inbound_messages where id in (
  select id from (select id, recorded_at from inbound_messages order by id limit $2) as oldest where recorded_at < $1)
returning id`

const DELETE_SETS = `
delete from inbound_sets where id in (
  select id from (select id, opened_at, due_at from inbound_sets order by id limit $2) as oldest
  where opened_at < $1 and due_at is null)
returning id`

const DELETE_PARTS = 'delete from inbound_parts where set_id in (select value->>0 from rows($1))'
