import type { Transaction } from '../db/database.ts'
import type { BatchStep } from '../db/groupCommit.ts'

/** One finished HTTP call and what it means for its delivery. */
export interface AttemptRecord {
  readonly deliveryId: string
  readonly number: number // 1-based
  readonly startedAt: number
  readonly durationMs: number
  readonly httpStatus: number | null // null: no answer came
  readonly error: string | null // null: delivered
  readonly responseStart: string | null // null: no answer came
  readonly status: 'pending' | 'delivered' | 'failed'
  /** Pending: the next attempt. Otherwise: when the delivery may be purged. */
  readonly dueAt: number
}

/** The commit step for attempts. Lazy: nobody waits, and what a crash loses is a call made twice. */
export function recordAttemptsStep(settled: {
  recorded(records: readonly AttemptRecord[]): void
  failed(records: readonly AttemptRecord[], error: unknown): void
}): BatchStep<AttemptRecord> {
  return {
    name: 'webhook attempts',
    urgent: false,
    write(tx, records) {
      recordAttempts(tx, records)
      return () => settled.recorded(records)
    },
    failed: settled.failed,
  }
}

/** Each delivery at most once in a list. The lease ends with the attempt; a finished delivery is never changed. */
export function recordAttempts(tx: Transaction, records: readonly AttemptRecord[]): void {
  const rows = JSON.stringify(
    records.map((record) => [
      record.deliveryId,
      record.number,
      record.startedAt,
      record.durationMs,
      record.httpStatus,
      record.error,
      record.responseStart,
      record.status,
      record.dueAt,
      record.status === 'pending' ? null : record.startedAt + record.durationMs,
    ]),
  )
  tx.run(updateDeliveriesSql, [rows])
  tx.run(insertAttemptsSql, [rows])
  const long = records.filter(({ number }) => number > attemptsKeptMax)
  if (long.length > 0) {
    tx.run(forgetAttemptsSql, [JSON.stringify(long.map((record) => [record.deliveryId, record.number - lastKept]))])
  }
}

/** Two days of attempts each ten seconds would fill the disk: of each delivery the first and the last ones are kept. */
export const attemptsKeptMax = 100
const lastKept = 80

const forgetAttemptsSql = `
  delete from webhook_attempts
  where (delivery_id, number) in (select value->>0, cast(value->>1 as integer) from rows($1))`

const updateDeliveriesSql = `
  update webhook_deliveries set status = v.v_status, attempts = v.v_number, due_at = v.v_due_at, leased_by = null,
    last_status = v.v_http_status, last_error = v.v_error, done_at = v.v_done_at
  from (select value->>0 as v_id, cast(value->>1 as integer) as v_number, cast(value->>4 as integer) as v_http_status,
      value->>5 as v_error, value->>7 as v_status, cast(value->>8 as bigint) as v_due_at,
      cast(value->>9 as bigint) as v_done_at
    from rows($1)) as v
  where webhook_deliveries.id = v.v_id and webhook_deliveries.status = 'pending'`

// A number can come twice: a call whose record a crash lost is made again as the same attempt by whoever recovers it.
const insertAttemptsSql = `
  insert into webhook_attempts (delivery_id, number, started_at, duration_ms, status, error, response_start)
  select value->>0, cast(value->>1 as integer), cast(value->>2 as bigint), cast(value->>3 as integer),
    cast(value->>4 as integer), value->>5, value->>6
  from rows($1) where true
  on conflict (delivery_id, number) do nothing`
