import type { Database } from '../db/database.ts'
import { OPEN_STATUSES_SQL } from '../messages/status.ts'

/**
 * Deletes messages whose retention is over, with their segments, in transactions of bounded size; one of each carrier in
 * turn, so that none waits for another to have no more. Resolves with whether that was all of them.
 */
export async function purgeMessages(
  db: Database,
  { carrierIds, now }: { carrierIds: readonly string[]; now: number },
): Promise<boolean> {
  let carriersLeft = carrierIds
  for (let batches = 0; batches < BATCHES_MAX && carriersLeft.length > 0; ) {
    const carriersWithMore: string[] = []
    for (const carrierId of carriersLeft) {
      const deleted = await purgeBatch(db, carrierId, now)
      if (deleted === BATCH_ROWS_MAX) carriersWithMore.push(carrierId)
      batches++
    }
    carriersLeft = carriersWithMore
  }
  return carriersLeft.length === 0
}

async function purgeBatch(db: Database, carrierId: string, now: number): Promise<number> {
  return db.write(async (tx) => {
    const rows = await tx.all(DELETE, [carrierId, now, BATCH_ROWS_MAX])
    if (rows.length > 0) tx.run(DELETE_SEGMENTS, [JSON.stringify(rows.map((row) => [row.id]))])
    return rows.length
  })
}

const BATCH_ROWS_MAX = 500
/** What is left after so many batches waits for the next call, so that a purge never holds up the writer for long. */
const BATCHES_MAX = 20

/** Another node may be at the same rows: they are passed over, so that the two neither wait for each other nor lock up. */
const DELETE = `
with over as materialized (
  select id from messages where carrier_id = $1 and due_at <= $2 and status not in (${OPEN_STATUSES_SQL})
  order by due_at limit $3 {pg:for update skip locked})
delete from messages where id in (select id from over)
returning id`

const DELETE_SEGMENTS = 'delete from segments where message_id in (select value->>0 from rows($1))'
