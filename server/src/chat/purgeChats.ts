import type { Database, Transaction } from '../db/database.ts'

/**
 * Deletes what is older than `before`, oldest first, in transactions of bounded size. Resolves with whether that was all
 * of it.
 */
export async function purgeChats(db: Database, before: number): Promise<boolean> {
  let wasAll = true
  for (const purge of [purgeMessages, purgeInbound, purgeOrphans]) {
    let deleted = BATCH_ROWS_MAX
    for (let batch = 0; batch < BATCHES_MAX && deleted === BATCH_ROWS_MAX; batch++) {
      deleted = await db.write((tx) => purge(tx, before))
    }
    if (deleted === BATCH_ROWS_MAX) wasAll = false
  }
  return wasAll
}

const BATCH_ROWS_MAX = 500
/** What is left after so many batches waits for the next call, so that a purge never holds up the writer for long. */
const BATCHES_MAX = 20

// Another node may be at the same rows: they are passed over, so that the two neither wait for each other nor lock up.

/** Chat messages whose newest final state is that old, with their histories. */
async function purgeMessages(tx: Transaction, before: number): Promise<number> {
  const rows = await tx.all(DELETE_MESSAGES, [before, BATCH_ROWS_MAX])
  if (rows.length > 0) tx.run(DELETE_EVENTS, [JSON.stringify(rows.map((row) => [row.id]))])
  return rows.length
}

const DELETE_MESSAGES = `
with over as materialized (
  select id from chat_messages where finished_at <= $1
  order by finished_at limit $2 {pg:for update skip locked})
delete from chat_messages where id in (select id from over)
returning id`

const DELETE_EVENTS = 'delete from chat_events where chat_id in (select value->>0 from rows($1))'

async function purgeInbound(tx: Transaction, before: number): Promise<number> {
  return (await tx.all(DELETE_INBOUND, [before, BATCH_ROWS_MAX])).length
}

const DELETE_INBOUND = `
with over as materialized (
  select id from chat_inbound where recorded_at <= $1
  order by recorded_at limit $2 {pg:for update skip locked})
delete from chat_inbound where id in (select id from over)
returning id`

async function purgeOrphans(tx: Transaction, before: number): Promise<number> {
  return (await tx.all(DELETE_ORPHANS, [before, BATCH_ROWS_MAX])).length
}

const DELETE_ORPHANS = `
with over as materialized (
  select carrier_id, carrier_message_id from chat_seen_orphans where received_at <= $1
  order by received_at limit $2 {pg:for update skip locked})
delete from chat_seen_orphans where (carrier_id, carrier_message_id) in (select carrier_id, carrier_message_id from over)
returning received_at`
