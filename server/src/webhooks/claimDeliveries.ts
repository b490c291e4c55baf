import type { Database, Transaction } from '../db/database.ts'
import type { HeldDelivery } from './delivery.ts'
import { ladderNamed } from './ladder.ts'

/**
 * Keys of endpoints that have a due delivery which no node holds, in key order after `after`, at most `limit`. Hops
 * through the index from key to key and never counts an endpoint's deliveries, so one endpoint's million costs what
 * another's single one does.
 */
export async function dueEndpoints(
  db: Database,
  { after, now, limit }: { after: string; now: number; limit: number },
): Promise<string[]> {
  const rows = await db.read<{ endpoint_key: string }>(dueEndpointsSql, [after, now, limit])
  return rows.map((row) => row.endpoint_key)
}

const dueEndpointsSql = `
  with recursive keys(endpoint_key) as (
    select min(endpoint_key) from webhook_deliveries
    where status = 'pending' and leased_by is null and endpoint_key > $1
    union all
    select (select min(d.endpoint_key) from webhook_deliveries d
      where d.status = 'pending' and d.leased_by is null and d.endpoint_key > keys.endpoint_key)
    from keys where keys.endpoint_key is not null
  )
  select endpoint_key from keys
  where endpoint_key is not null and exists (select 1 from webhook_deliveries d
    where d.status = 'pending' and d.leased_by is null and d.endpoint_key = keys.endpoint_key
      and d.due_at <= cast($2 as bigint))
  limit cast($3 as integer)`

/** Leases the endpoint's oldest due deliveries to this node and returns them, oldest first. */
export async function claimDeliveries(
  tx: Transaction,
  { endpointKey, limit, nodeId, now }: { endpointKey: string; limit: number; nodeId: string; now: number },
): Promise<HeldDelivery[]> {
  const rows = await tx.all<DeliveryRow>(claimSql, [nodeId, endpointKey, now, limit])
  return rows.map(heldDelivery).sort((a, b) => (a.id < b.id ? -1 : 1))
}

// The rows are picked in a step of their own: PostgreSQL may evaluate a nested query more than once and lock too many.
const claimSql = `
  with due as materialized (
    select id from webhook_deliveries
    where status = 'pending' and leased_by is null and endpoint_key = $2 and due_at <= cast($3 as bigint)
    order by due_at limit cast($4 as integer) {pg:for update skip locked}
  )
  update webhook_deliveries set leased_by = $1 where id in (select id from due)
  returning id, account_id, message_id, event, url, method, body, ladder, attempts, attempts_before, expires_at,
    endpoint_id, sequence, signer`

/**
 * The same for an ordered endpoint: leases what stands first in its sequence, and nothing while any of that is leased
 * already or waits for its next attempt. One of those behind it must not be called before it.
 */
export async function claimInSequence(
  tx: Transaction,
  {
    endpointKey,
    endpointId,
    limit,
    nodeId,
    now,
  }: { endpointKey: string; endpointId: string; limit: number; nodeId: string; now: number },
): Promise<HeldDelivery[]> {
  // Nodes that claim for the same endpoint take turns, so that the second one sees the leases of the first.
  tx.run('select id from webhook_endpoints where id = $1 {pg:for update}', [endpointId])
  const rows = await tx.all<DeliveryRow>(claimInSequenceSql, [nodeId, endpointKey, now, limit])
  return rows.map(heldDelivery).sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0) || (a.id < b.id ? -1 : 1))
}

const claimInSequenceSql = `
  with front as materialized (
    select id, sequence, due_at, leased_by from webhook_deliveries
    where endpoint_key = $2 and status = 'pending' and sequence is not null
    order by sequence, id limit cast($4 as integer)
  ), halt as (
    select min(sequence) as halted_at from front where leased_by is not null or due_at > cast($3 as bigint)
  )
  update webhook_deliveries set leased_by = $1
  where id in (select front.id from front, halt where halted_at is null or sequence < halted_at)
  returning id, account_id, message_id, event, url, method, body, ladder, attempts, attempts_before, expires_at,
    endpoint_id, sequence, signer`

type DeliveryRow = {
  id: string
  account_id: string
  message_id: string | null
  event: string
  url: string
  method: string
  body: string | null
  ladder: string
  attempts: number
  attempts_before: number
  expires_at: number
  endpoint_id: string | null
  sequence: number | null
  signer: string | null
}

function heldDelivery(row: DeliveryRow): HeldDelivery {
  return {
    id: row.id,
    accountId: row.account_id,
    messageId: row.message_id,
    event: row.event,
    url: row.url,
    method: row.method === 'GET' ? 'GET' : 'POST',
    body: row.body,
    ladder: ladderNamed(row.ladder),
    attempts: row.attempts,
    attemptsBefore: row.attempts_before,
    expiresAt: row.expires_at,
    // 0 says that it was announced while its endpoint was not ordered.
    sequence: row.sequence === 0 ? null : row.sequence,
    ...(row.endpoint_id === null ? {} : { endpointId: row.endpoint_id }),
    ...(row.signer === null ? {} : { signer: row.signer }),
  }
}
