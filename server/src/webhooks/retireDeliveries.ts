import type { Transaction } from '../db/database.ts'

export interface ExpiredDelivery {
  readonly id: string
  readonly accountId: string
  readonly event: string
}

/**
 * Gives up deliveries whose time ran out while they waited in the table, behind a dead endpoint or a stopped server;
 * at most `limit`, the longest overdue first.
 */
export async function expireDeliveries(
  tx: Transaction,
  { now, retentionMs, limit }: { now: number; retentionMs: number; limit: number },
): Promise<ExpiredDelivery[]> {
  const rows = await tx.all<{ id: string; account_id: string; event: string }>(expireSql, [
    now,
    now + retentionMs,
    limit,
  ])
  return rows.map((row) => ({ id: row.id, accountId: row.account_id, event: row.event }))
}

// What the last attempt met tells more than that time ran out, so it stays.
const expireSql = `
  with expired as materialized (
    select id from webhook_deliveries
    where status = 'pending' and leased_by is null and expires_at <= cast($1 as bigint)
    order by expires_at limit cast($3 as integer) {pg:for update skip locked}
  )
  update webhook_deliveries set status = 'failed', done_at = cast($1 as bigint), due_at = cast($2 as bigint),
    last_error = coalesce(last_error, 'no attempt could be made in time')
  where id in (select id from expired)
  returning id, account_id, event`

/** Deletes finished deliveries whose retention is over, with their attempts; at most `limit`. Returns how many. */
export async function purgeDeliveries(
  tx: Transaction,
  { now, limit }: { now: number; limit: number },
): Promise<number> {
  const rows = await tx.all<{ id: string }>(
    `with done as materialized (
       select id from webhook_deliveries where status <> 'pending' and due_at <= cast($1 as bigint)
       order by due_at limit cast($2 as integer) {pg:for update skip locked}
     )
     delete from webhook_deliveries where id in (select id from done) returning id`,
    [now, limit],
  )
  if (rows.length > 0) {
    const ids = JSON.stringify(rows.map((row) => [row.id]))
    tx.run('delete from webhook_attempts where delivery_id in (select value->>0 from rows($1))', [ids])
  }
  return rows.length
}
