import type { Database } from '../db/database.ts'
import { OPEN_STATUSES_SQL } from '../messages/status.ts'

/** Deletes messages whose retention is over, with their segments, in transactions of bounded size. */
export async function purgeMessages(
  db: Database,
  { carrierId, now }: { carrierId: string; now: number },
): Promise<number> {
  let purged = 0
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const deleted = await db.write(async (tx) => {
      const rows = await tx.all(DELETE, [carrierId, now, BATCH_ROWS_MAX])
      if (rows.length > 0) tx.run(DELETE_SEGMENTS, [JSON.stringify(rows.map((row) => [row.id]))])
      return rows.length
    })
    purged += deleted
    if (deleted < BATCH_ROWS_MAX) break
  }
  return purged
}

const BATCH_ROWS_MAX = 500
/** What is left after so many batches waits for the next round, so that a purge never holds up the writer for long. */
const BATCHES_MAX = 20

const DELETE = `
delete from messages where id in (
  select id from messages where carrier_id = $1 and due_at <= $2 and status not in (${OPEN_STATUSES_SQL})
  order by due_at limit $3)
returning id`

const DELETE_SEGMENTS = 'delete from segments where message_id in (select value->>0 from rows($1))'
