import type { Database, Row, SqlValue, Transaction } from '../db/database.ts'
import type { EndpointFormat, SignatureMethod } from './subscription.ts'

/** An account's endpoint as it is stored: what is secret is sealed. Times are epoch milliseconds. */
export interface EndpointRecord {
  readonly id: string
  readonly accountId: string
  readonly format: EndpointFormat
  readonly url: string
  readonly method: 'POST' | 'GET'
  /** Empty: everything. */
  readonly events: readonly string[]
  readonly channels: readonly string[]
  readonly numbers: readonly string[]
  readonly ordered: boolean
  readonly enabled: boolean
  readonly disabledReason: string | null // null: enabled, or disabled by its account
  readonly signatureMethod: SignatureMethod
  readonly secret: string | null // null: calls are not signed
  readonly previousSecret: string | null
  readonly previousSecretUntil: number | null
  readonly headerName: string | null
  readonly headerValue: string | null
  readonly createdAt: number
  readonly updatedAt: number
  readonly deletedAt: number | null
}

/** Inserts it unless its account has `endpointsMax` of its format already; false then. */
export async function insertEndpoint(tx: Transaction, record: EndpointRecord, endpointsMax: number): Promise<boolean> {
  const rows = await tx.all(insertSql, [
    record.id,
    record.accountId,
    ...changeable(record),
    record.createdAt,
    record.format,
    endpointsMax,
  ])
  return rows.length > 0
}

const insertSql = `
  insert into webhook_endpoints (id, account_id, url, method, events, channels, numbers, ordered, last_sequence, enabled,
    disabled_reason, signature_method, secret, previous_secret, previous_secret_until, header_name, header_value,
    updated_at, deleted_at, created_at, format)
  select $1, $2, $3, $4, $5, $6, $7, cast($8 as integer), 0, cast($9 as integer), $10, $11, $12, $13,
    cast($14 as bigint), $15, $16, cast($17 as bigint), cast($18 as bigint), cast($19 as bigint), $20
  where (select count(*) from webhook_endpoints where account_id = $2 and format = $20 and deleted_at is null)
    < cast($21 as integer)
  returning id`

/** Writes all of it but its id, account, format and creation. */
export function updateEndpoint(tx: Transaction, record: EndpointRecord): void {
  tx.run(updateSql, [record.id, ...changeable(record)])
}

const updateSql = `
  update webhook_endpoints set url = $2, method = $3, events = $4, channels = $5, numbers = $6,
    ordered = cast($7 as integer), enabled = cast($8 as integer), disabled_reason = $9, signature_method = $10,
    secret = $11, previous_secret = $12, previous_secret_until = cast($13 as bigint), header_name = $14,
    header_value = $15, updated_at = cast($16 as bigint), deleted_at = cast($17 as bigint)
  where id = $1`

function changeable(record: EndpointRecord): SqlValue[] {
  return [
    record.url,
    record.method,
    JSON.stringify(record.events),
    JSON.stringify(record.channels),
    JSON.stringify(record.numbers),
    record.ordered ? 1 : 0,
    record.enabled ? 1 : 0,
    record.disabledReason,
    record.signatureMethod,
    record.secret,
    record.previousSecret,
    record.previousSecretUntil,
    record.headerName,
    record.headerValue,
    record.updatedAt,
    record.deletedAt,
  ]
}

const COLUMNS = `id, account_id, format, url, method, events, channels, numbers, ordered, enabled, disabled_reason,
  signature_method, secret, previous_secret, previous_secret_until, header_name, header_value, created_at, updated_at,
  deleted_at`

/** Locked until the transaction ends, because it is about to be changed; null: the account has no such endpoint. */
export async function lockEndpoint(
  tx: Transaction,
  { accountId, id, format }: { accountId: string; id: string; format: EndpointFormat },
): Promise<EndpointRecord | null> {
  const [row] = await tx.all<EndpointRow>(
    `select ${COLUMNS} from webhook_endpoints where id = $1 and account_id = $2 and format = $3 and deleted_at is null
     {pg:for update}`,
    [id, accountId, format],
  )
  return row === undefined ? null : recordOf(row)
}

/**
 * One that is called at the same URL for the same events, channels and numbers; null: the account has none. Until the
 * transaction ends no other may find out the same for a like record, so that only one of them inserts it.
 */
export async function lockTwin(tx: Transaction, record: EndpointRecord): Promise<EndpointRecord | null> {
  const { accountId, format, url, events, channels, numbers } = record
  const lists = [events, channels, numbers].map((list) => JSON.stringify(list))
  tx.run(LOCK_URL, [JSON.stringify([[`${format} ${accountId} ${url}`]])])
  const [row] = await tx.all<EndpointRow>(FIND_TWIN, [accountId, format, url, ...lists])
  return row === undefined ? null : recordOf(row)
}

/** There may be no row yet to lock. */
const LOCK_URL = 'select 1 as one {pg:, pg_advisory_xact_lock(hashtextextended(value->>0, 0))} from rows($1)'

/** The row itself is locked as well: it may be about to be deleted. */
const FIND_TWIN = `
  select ${COLUMNS} from webhook_endpoints
  where account_id = $1 and format = $2 and url = $3 and events = $4 and channels = $5 and numbers = $6
    and deleted_at is null
  order by id limit 1 {pg:for update}`

/** Null: the account has set up no such endpoint. */
export async function readEndpoint(db: Database, accountId: string, id: string): Promise<EndpointRecord | null> {
  const [row] = await db.read<EndpointRow>(
    `select ${COLUMNS} from webhook_endpoints
     where id = $1 and account_id = $2 and format = 'own' and deleted_at is null`,
    [id, accountId],
  )
  return row === undefined ? null : recordOf(row)
}

/** The account's own endpoints, oldest first. */
export async function listEndpoints(db: Database, accountId: string): Promise<EndpointRecord[]> {
  const rows = await db.read<EndpointRow>(
    `select ${COLUMNS} from webhook_endpoints where account_id = $1 and format = 'own' and deleted_at is null
     order by id`,
    [accountId],
  )
  return rows.map(recordOf)
}

/** Endpoints of all accounts in the order of their last change, deleted ones too. */
export async function readChangedEndpoints(
  db: Database,
  after: { readonly updatedAt: number; readonly id: string },
  limit: number,
): Promise<EndpointRecord[]> {
  const rows = await db.read<EndpointRow>(
    `select ${COLUMNS} from webhook_endpoints where (updated_at, id) > (cast($1 as bigint), $2)
     order by updated_at, id limit cast($3 as integer)`,
    [after.updatedAt, after.id, limit],
  )
  return rows.map(recordOf)
}

/** Forgets endpoints that were deleted long ago. */
export function purgeEndpoints(tx: Transaction, deletedBefore: number): void {
  tx.run('delete from webhook_endpoints where deleted_at is not null and updated_at < cast($1 as bigint)', [
    deletedBefore,
  ])
}

interface EndpointRow extends Row {
  id: string
  account_id: string
  format: string
  url: string
  method: string
  events: string
  channels: string
  numbers: string
  ordered: number
  enabled: number
  disabled_reason: string | null
  signature_method: string
  secret: string | null
  previous_secret: string | null
  previous_secret_until: number | null
  header_name: string | null
  header_value: string | null
  created_at: number
  updated_at: number
  deleted_at: number | null
}

function recordOf(row: EndpointRow): EndpointRecord {
  return {
    id: row.id,
    accountId: row.account_id,
    format: row.format === 'power automate' ? 'power automate' : 'own',
    url: row.url,
    method: row.method === 'GET' ? 'GET' : 'POST',
    events: listOf(row.events),
    channels: listOf(row.channels),
    numbers: listOf(row.numbers),
    ordered: row.ordered === 1,
    enabled: row.enabled === 1,
    disabledReason: row.disabled_reason,
    signatureMethod: row.signature_method === 'HS512' ? 'HS512' : 'HS256',
    secret: row.secret,
    previousSecret: row.previous_secret,
    previousSecretUntil: row.previous_secret_until,
    headerName: row.header_name,
    headerValue: row.header_value,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
  }
}

function listOf(json: string): string[] {
  const list: unknown = JSON.parse(json)
  return Array.isArray(list) ? list.map(String) : []
}
