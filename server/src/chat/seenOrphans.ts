import type { Database, Transaction } from '../db/database.ts'
import type { SeenEntry } from './recordSeen.ts'

/** Keeps reports that match nothing yet: their submission's outcome may not be recorded, or be another node's. */
export function insertSeenOrphans(tx: Transaction, entries: readonly SeenEntry[]): void {
  if (entries.length === 0) return
  const rows = entries.map(({ report, receivedAt }) => [
    report.carrierId,
    report.carrierMessageId,
    report.at,
    receivedAt,
  ])
  tx.run(INSERT, [JSON.stringify(rows)])
}

const INSERT = `
insert into chat_seen_orphans (carrier_id, carrier_message_id, seen_at, received_at)
select value->>0, value->>1, cast(value->>2 as bigint), cast(value->>3 as bigint) from rows($1) where true
on conflict (carrier_id, carrier_message_id) do nothing`

export function deleteSeenOrphans(tx: Transaction, entries: readonly SeenEntry[]): void {
  if (entries.length === 0) return
  tx.run(DELETE, [JSON.stringify(entries.map(({ report }) => [report.carrierId, report.carrierMessageId]))])
}

/** As a list of keys: looked up one by one. An `exists` makes SQLite go through the table, and the list for each row. */
const DELETE = `
delete from chat_seen_orphans where (carrier_id, carrier_message_id) in (
  select value->>0, value->>1 from rows($1))`

/** Those that came since and whose submission has been recorded meanwhile; nobody waits for their answer. */
export async function matchedSeenOrphans(
  db: Database,
  { since, limit }: { readonly since: number; readonly limit: number },
): Promise<SeenEntry[]> {
  const rows = await db.read(MATCHED, [since, limit])
  return rows.map((row) => ({
    report: {
      carrierId: String(row.carrier_id),
      carrierMessageId: String(row.carrier_message_id),
      at: Number(row.seen_at),
    },
    receivedAt: Number(row.received_at),
    orphan: true,
    answer() {},
  }))
}

const MATCHED = `
select chat_seen_orphans.carrier_id, chat_seen_orphans.carrier_message_id, chat_seen_orphans.seen_at,
  chat_seen_orphans.received_at
from chat_seen_orphans
join segments on segments.carrier_id = chat_seen_orphans.carrier_id
  and segments.carrier_message_id = chat_seen_orphans.carrier_message_id
where chat_seen_orphans.received_at >= $1
order by chat_seen_orphans.received_at limit $2`
