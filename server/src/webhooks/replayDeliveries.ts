import type { Database, Transaction } from '../db/database.ts'
import { ladders } from './ladder.ts'
import { idsFrom } from './listDeliveries.ts'

/** Replayed deliveries of one endpoint that become due in a second. */
export const replayedPerSecond = 50
/** Deliveries of one request. */
export const replayedMax = 10_000

export interface ReplayRequest {
  readonly accountId: string
  readonly endpointKey: string
  /** Those that failed, or all that were announced from a time on (epoch ms) and are finished. */
  readonly which: { readonly kind: 'failed' } | { readonly kind: 'since'; readonly sinceMs: number }
  /** The id that an earlier request ended with. */
  readonly after: string | null // null: from the first
}

export interface Replayed {
  readonly count: number
  /** Where to go on; null: there are no more. */
  readonly next: string | null
}

/**
 * Makes finished deliveries of one endpoint due again, oldest first and spread out in time, behind those of an earlier
 * replay that are not due yet. Each keeps its id, counts its attempts on, and has its whole ladder before it again.
 */
export async function replayDeliveries(
  { db, now }: { db: Database; now: () => number },
  request: ReplayRequest,
): Promise<Replayed> {
  let count = 0
  let { after } = request
  while (count < replayedMax) {
    const limit = Math.min(replayedPerTransaction, replayedMax - count)
    const ids = await db.write((tx) => replaySome(tx, { ...request, after, limit, now: now() }))
    count += ids.length
    after = ids.at(-1) ?? after
    if (ids.length < limit) return { count, next: null }
  }
  return { count, next: after }
}

const replayedPerTransaction = 1_000

/** Resolves with the ids, in their order. */
async function replaySome(
  tx: Transaction,
  { accountId, endpointKey, which, after, limit, now }: ReplayRequest & { limit: number; now: number },
): Promise<string[]> {
  const [state] = await tx.all<{ replay_until: number }>(lockReplaySql, [endpointKey, now])
  const startAt = Math.max(now, state?.replay_until ?? 0)
  const spacingMs = 1_000 / replayedPerSecond
  const failed = which.kind === 'failed'
  const floor = failed ? '' : idsFrom(which.sinceMs)
  const since = failed ? 0 : which.sinceMs
  const choice = [accountId, endpointKey, after === null || after < floor ? floor : after, since, limit]
  const chosen = await tx.all<{ id: string }>(failed ? chooseFailedSql : chooseFinishedSql, choice)
  const ids = chosen.map((row) => row.id)
  if (ids.length === 0) return []
  const rows = ids.map((id, index) => [id, startAt + index * spacingMs])
  tx.run(replaySql, [JSON.stringify(rows), LIFETIMES])
  tx.run(replayUntilSql, [endpointKey, startAt + ids.length * spacingMs])
  return ids
}

// Replays of one endpoint take turns, so that together they keep to the rate.
const lockReplaySql = `
  insert into webhook_endpoint_states (endpoint_key, failures, paused_until, replay_until, updated_at)
  values ($1, 0, 0, 0, cast($2 as bigint))
  on conflict (endpoint_key) do update set updated_at = excluded.updated_at
  returning replay_until`

const replayUntilSql = `
  update webhook_endpoint_states set replay_until = cast($2 as bigint) where endpoint_key = $1`

const chooseFailedSql = `
  select id from webhook_deliveries
  where account_id = $1 and endpoint_key = $2 and id > $3 and created_at >= cast($4 as bigint) and status = 'failed'
  order by id limit cast($5 as integer) {pg:for update}`

const chooseFinishedSql = `
  select id from webhook_deliveries
  where account_id = $1 and endpoint_key = $2 and id > $3 and created_at >= cast($4 as bigint) and status <> 'pending'
  order by id limit cast($5 as integer) {pg:for update}`

const replaySql = `
  update webhook_deliveries set status = 'pending', due_at = v.v_due_at, attempts_before = attempts, done_at = null,
    expires_at = v.v_due_at + (select cast(value->>1 as bigint) from rows($2) where value->>0 = ladder)
  from (select value->>0 as v_id, cast(value->>1 as bigint) as v_due_at from rows($1)) as v
  where webhook_deliveries.id = v.v_id and webhook_deliveries.status <> 'pending'`

/** What a replayed delivery has again: the lifetime of its ladder. */
const LIFETIMES = JSON.stringify(Object.entries(ladders).map(([name, { lifetimeMs }]) => [name, lifetimeMs]))

/** Makes one delivery due now, whatever became of it. False: the account has no such delivery. */
export async function replayDelivery(
  { db, now }: { db: Database; now: () => number },
  { accountId, id }: { accountId: string; id: string },
): Promise<boolean> {
  return db.write(async (tx) => {
    const [row] = await tx.all<{ status: string; leased_by: string | null }>(
      'select status, leased_by from webhook_deliveries where id = $1 and account_id = $2 {pg:for update}',
      [id, accountId],
    )
    if (row === undefined) return false
    if (row.status !== 'pending') tx.run(replaySql, [JSON.stringify([[id, now()]]), LIFETIMES])
    else if (row.leased_by === null) {
      tx.run('update webhook_deliveries set due_at = cast($2 as bigint) where id = $1', [id, now()])
    }
    return true
  })
}
