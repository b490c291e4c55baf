import type { Database, Transaction } from '../db/database.ts'
import type { BatchStep } from '../db/groupCommit.ts'

/** How often an endpoint has failed in a row, and until when it is left alone. */
export interface EndpointState {
  readonly key: string
  readonly failures: number
  readonly pausedUntil: number
}

/**
 * The commit step for states, each time one changes. A count that could not be written is not kept: the next one holds
 * it too.
 */
export function recordStatesStep(now: () => number): BatchStep<EndpointState> {
  return {
    name: 'webhook endpoint states',
    urgent: false,
    write(tx, states) {
      const newest = new Map(states.map((state) => [state.key, state]))
      const rows = [...newest.values()].map(({ key, failures, pausedUntil }) => [key, failures, pausedUntil])
      tx.run(upsertSql, [JSON.stringify(rows), now()])
    },
    failed() {},
  }
}

const upsertSql = `
  insert into webhook_endpoint_states (endpoint_key, failures, paused_until, replay_until, updated_at)
  select value->>0, cast(value->>1 as integer), cast(value->>2 as bigint), 0, cast($2 as bigint)
  from rows($1) where true
  on conflict (endpoint_key) do update set failures = excluded.failures, paused_until = excluded.paused_until,
    updated_at = excluded.updated_at`

/** The states of endpoints that were failing when they were last called, the newest first. */
export async function readStates(db: Database, limit: number): Promise<EndpointState[]> {
  const rows = await db.read<{ endpoint_key: string; failures: number; paused_until: number }>(
    `select endpoint_key, failures, paused_until from webhook_endpoint_states where failures > 0
     order by updated_at desc limit cast($1 as integer)`,
    [limit],
  )
  return rows.map((row) => ({ key: row.endpoint_key, failures: row.failures, pausedUntil: row.paused_until }))
}

/** Forgets endpoints that nothing was recorded of since. */
export function purgeStates(tx: Transaction, unchangedSince: number): void {
  tx.run('delete from webhook_endpoint_states where updated_at < cast($1 as bigint)', [unchangedSince])
}
