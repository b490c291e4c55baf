import type { Database, Row } from '../db/database.ts'

/** A delivery as its account sees it in a list. Times are epoch milliseconds. */
export interface ListedDelivery {
  readonly id: string
  readonly event: string
  readonly endpointId: string | null // null: the URL came with the message or the number
  readonly messageId: string | null // null: not about one message
  readonly url: string
  readonly method: string
  readonly status: DeliveryStatus
  readonly attempts: number
  readonly sequence: number | null // null: its endpoint was not ordered
  readonly createdAt: number
  readonly nextAttemptAt: number | null // null: finished
  readonly doneAt: number | null // null: pending
  readonly lastStatus: number | null // null: no answer came, or not tried yet
  readonly lastError: string | null // null: delivered, or not tried yet
}

export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]
export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const

export interface DeliveryFilter {
  readonly endpointId?: string
  readonly status?: DeliveryStatus
  readonly event?: string
  /** Announced from then on. */
  readonly sinceMs?: number
}

export interface DeliveryDetails extends ListedDelivery {
  readonly body: string | null // null: the URL said it all
  readonly attemptList: readonly Attempt[]
}

export interface Attempt {
  readonly number: number
  readonly startedAt: number
  readonly durationMs: number
  readonly status: number | null // null: no answer came
  readonly error: string | null // null: delivered
  readonly responseStart: string | null // null: no answer came
}

/** The account's deliveries before the id, newest first. */
export async function listDeliveries(
  db: Database,
  {
    accountId,
    filter,
    before,
    limit,
  }: { accountId: string; filter: DeliveryFilter; before: string | null; limit: number },
): Promise<ListedDelivery[]> {
  const { endpointId, status = null, event = null, sinceMs = 0 } = filter
  const choice = [accountId, before ?? AFTER_ALL_IDS, idsFrom(sinceMs), sinceMs, status, event, limit]
  const rows =
    endpointId === undefined
      ? await db.read<DeliveryRow>(ofAccountSql, choice)
      : await db.read<DeliveryRow>(ofEndpointSql, [...choice, endpointId])
  return rows.map(deliveryOf)
}

/** Null: the account has no such delivery. */
export async function readDelivery(db: Database, accountId: string, id: string): Promise<DeliveryDetails | null> {
  const [[row], attempts] = await Promise.all([
    db.read<DeliveryRow & { body: string | null }>(
      `select ${COLUMNS}, body from webhook_deliveries where id = $1 and account_id = $2`,
      [id, accountId],
    ),
    db.read<AttemptRow>(attemptsSql, [id]),
  ])
  return row === undefined ? null : { ...deliveryOf(row), body: row.body, attemptList: attempts.map(attemptOf) }
}

/** Ids rise with time: those made from a time on are not below this text. Nodes' clocks may differ by a minute. */
export function idsFrom(timeMs: number): string {
  const hex = Math.max(0, timeMs - CLOCKS_DIFFER_MS)
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}

const CLOCKS_DIFFER_MS = 60_000
/** Ids are lower-case hexadecimal. */
const AFTER_ALL_IDS = 'g'

const COLUMNS = `id, event, endpoint_id, message_id, url, method, status, attempts, sequence, created_at, due_at,
  done_at, last_status, last_error`

const ofAccountSql = `
  select ${COLUMNS} from webhook_deliveries
  where account_id = $1 and id < $2 and id >= $3 and created_at >= cast($4 as bigint)
    and (cast($5 as text) is null or status = $5) and (cast($6 as text) is null or event = $6)
  order by id desc limit cast($7 as integer)`

const ofEndpointSql = `
  select ${COLUMNS} from webhook_deliveries
  where endpoint_id = $8 and account_id = $1 and id < $2 and id >= $3 and created_at >= cast($4 as bigint)
    and (cast($5 as text) is null or status = $5) and (cast($6 as text) is null or event = $6)
  order by id desc limit cast($7 as integer)`

const attemptsSql = `
  select number, started_at, duration_ms, status, error, response_start
  from webhook_attempts where delivery_id = $1 order by number`

interface DeliveryRow extends Row {
  id: string
  event: string
  endpoint_id: string | null
  message_id: string | null
  url: string
  method: string
  status: string
  attempts: number
  sequence: number | null
  created_at: number
  due_at: number
  done_at: number | null
  last_status: number | null
  last_error: string | null
}

function deliveryOf(row: DeliveryRow): ListedDelivery {
  const status = DELIVERY_STATUSES.find((known) => known === row.status) ?? 'pending'
  return {
    id: row.id,
    event: row.event,
    endpointId: row.endpoint_id,
    messageId: row.message_id,
    url: row.url,
    method: row.method,
    status,
    attempts: row.attempts,
    sequence: row.sequence === 0 ? null : row.sequence,
    createdAt: row.created_at,
    nextAttemptAt: status === 'pending' ? row.due_at : null,
    doneAt: row.done_at,
    lastStatus: row.last_status,
    lastError: status === 'delivered' ? null : row.last_error,
  }
}

interface AttemptRow extends Row {
  number: number
  started_at: number
  duration_ms: number
  status: number | null
  error: string | null
  response_start: string | null
}

function attemptOf(row: AttemptRow): Attempt {
  return {
    number: row.number,
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    status: row.status,
    error: row.error,
    responseStart: row.response_start,
  }
}
