import type { Database } from '../db/database.ts'

export interface DeliveryReport {
  readonly id: string
  readonly event: string
  readonly url: string
  readonly method: string
  readonly status: 'pending' | 'delivered' | 'failed'
  readonly createdAt: number
  /** Epoch ms of the next attempt. */
  readonly nextAttemptAt: number | null // null: finished
  readonly doneAt: number | null // null: pending
  readonly lastError: string | null // null: delivered, or not tried yet
  readonly attempts: readonly AttemptReport[]
}

export interface AttemptReport {
  readonly number: number
  readonly startedAt: number
  readonly durationMs: number
  readonly status: number | null // null: no answer came
  readonly error: string | null // null: delivered
  readonly responseStart: string | null // null: no answer came
}

/** Everything that was or will be called because of one message, oldest first; [] for another account's message. */
export async function deliveriesOfMessage(
  db: Database,
  accountId: string,
  messageId: string,
): Promise<DeliveryReport[]> {
  const rows = await db.read<ReportRow>(reportSql, [messageId, accountId])
  const byId = Map.groupBy(rows, (row) => row.id)
  return [...byId.values()].map(([row, ...more]) => deliveryReport(row as ReportRow, more))
}

const reportSql = `
  select d.id, d.event, d.url, d.method, d.status, d.created_at, d.due_at, d.done_at, d.last_error,
    a.number, a.started_at, a.duration_ms, a.status as http_status, a.error, a.response_start
  from webhook_deliveries d left join webhook_attempts a on a.delivery_id = d.id
  where d.message_id = $1 and d.account_id = $2
  order by d.created_at, d.id, a.number`

type ReportRow = {
  id: string
  event: string
  url: string
  method: string
  status: DeliveryReport['status']
  created_at: number
  due_at: number
  done_at: number | null
  last_error: string | null
  number: number | null // null: not tried yet
  started_at: number
  duration_ms: number
  http_status: number | null
  error: string | null
  response_start: string | null
}

function deliveryReport(row: ReportRow, more: readonly ReportRow[]): DeliveryReport {
  return {
    id: row.id,
    event: row.event,
    url: row.url,
    method: row.method,
    status: row.status,
    createdAt: row.created_at,
    nextAttemptAt: row.status === 'pending' ? row.due_at : null,
    doneAt: row.done_at,
    lastError: row.status === 'delivered' ? null : row.last_error,
    attempts: [row, ...more].flatMap(attemptReport),
  }
}

function attemptReport(row: ReportRow): AttemptReport[] {
  if (row.number === null) return []
  return [
    {
      number: row.number,
      startedAt: row.started_at,
      durationMs: row.duration_ms,
      status: row.http_status,
      error: row.error,
      responseStart: row.response_start,
    },
  ]
}
