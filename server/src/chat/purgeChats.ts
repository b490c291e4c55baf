import type { Database, Transaction } from '../db/database.ts'

/** Deletes what is older than `before`, oldest first, in transactions of bounded size. */
export async function purgeChats(db: Database, before: number): Promise<void> {
  for (const purge of [purgeMessages, purgeInbound, purgeOrphans]) {
    for (let batch = 0; batch < BATCHES_MAX; batch++) {
      const deleted = await db.write((tx) => purge(tx, before))
      if (deleted < BATCH_ROWS_MAX) break
    }
  }
}

const BATCH_ROWS_MAX = 500
/** What is left after so many batches waits for the next round, so that a purge never holds up the writer for long. */
const BATCHES_MAX = 20

/** Chat messages whose newest final state is that old, with their histories. */
async function purgeMessages(tx: Transaction, before: number): Promise<number> {
  const rows = await tx.all(DELETE_MESSAGES, [before, BATCH_ROWS_MAX])
  if (rows.length > 0) tx.run(DELETE_EVENTS, [JSON.stringify(rows.map((row) => [row.id]))])
  return rows.length
}

const DELETE_MESSAGES = `
delete from chat_messages where id in (
  select id from chat_messages where finished_at <= $1 order by finished_at limit $2)
returning id`

const DELETE_EVENTS = 'delete from chat_events where chat_id in (select value->>0 from rows($1))'

async function purgeInbound(tx: Transaction, before: number): Promise<number> {
  return (await tx.all(DELETE_INBOUND, [before, BATCH_ROWS_MAX])).length
}

const DELETE_INBOUND = `
delete from chat_inbound where id in (
  select id from chat_inbound where recorded_at <= $1 order by recorded_at limit $2)
returning id`

async function purgeOrphans(tx: Transaction, before: number): Promise<number> {
  return (await tx.all(DELETE_ORPHANS, [before, BATCH_ROWS_MAX])).length
}

const DELETE_ORPHANS = `
delete from chat_seen_orphans where (carrier_id, carrier_message_id) in (
  select carrier_id, carrier_message_id from chat_seen_orphans where received_at <= $1 order by received_at limit $2)
returning received_at`
