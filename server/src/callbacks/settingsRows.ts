import type { Database, Row, SqlValue, Transaction } from '../db/database.ts'

/** What was said for one scope as it is stored: what is secret is sealed. Times are epoch milliseconds. */
export interface SettingsRecord {
  readonly accountId: string
  /** '': of all channels. */
  readonly channel: string
  /** '': of all numbers. */
  readonly number: string
  // Null throughout: not said here.
  readonly version: string | null
  readonly inboundUrl: string | null
  readonly statusUrl: string | null
  readonly eventFilter: readonly string[] | null
  readonly signatureMethod: string | null
  readonly secret: string | null
  readonly headerName: string | null
  readonly headerValue: string | null
  readonly updatedAt: number
}

/** The key of a row. */
export type SettingsKey = Pick<SettingsRecord, 'accountId' | 'channel' | 'number'>

/** The row of a scope, made if it is not there; locked until the transaction ends, because it is about to be changed. */
export async function lockSettings(tx: Transaction, key: SettingsKey): Promise<SettingsRecord> {
  const values = [key.accountId, key.channel, key.number]
  // Of two that make the same row at once one does; the update that follows sets the time.
  tx.run(insertSql, values)
  const [row] = await tx.all<SettingsRow>(`${READ} {pg:for update}`, values)
  return row === undefined ? { ...UNSAID, ...key } : recordOf(row)
}

const insertSql = `
  insert into callback_settings (account_id, channel, number, updated_at) select $1, $2, $3, 0 where true
  on conflict do nothing`

const UNSAID = {
  version: null,
  inboundUrl: null,
  statusUrl: null,
  eventFilter: null,
  signatureMethod: null,
  secret: null,
  headerName: null,
  headerValue: null,
  updatedAt: 0,
}

export function updateSettings(tx: Transaction, record: SettingsRecord): void {
  tx.run(updateSql, valuesOf(record))
}

const updateSql = `
  update callback_settings set version = $4, inbound_url = $5, status_url = $6, event_filter = $7,
    signature_method = $8, secret = $9, header_name = $10, header_value = $11, updated_at = cast($12 as bigint)
  where account_id = $1 and channel = $2 and number = $3`

function valuesOf(record: SettingsRecord): SqlValue[] {
  return [
    record.accountId,
    record.channel,
    record.number,
    record.version,
    record.inboundUrl,
    record.statusUrl,
    record.eventFilter === null ? null : JSON.stringify(record.eventFilter),
    record.signatureMethod,
    record.secret,
    record.headerName,
    record.headerValue,
    record.updatedAt,
  ]
}

/** Null: nothing was ever said for it. */
export async function readSettings(
  db: Database,
  { accountId, channel, number }: SettingsKey,
): Promise<SettingsRecord | null> {
  const [row] = await db.read<SettingsRow>(READ, [accountId, channel, number])
  return row === undefined ? null : recordOf(row)
}

/** All of the account, the widest first. */
export async function listSettings(db: Database, accountId: string): Promise<SettingsRecord[]> {
  const rows = await db.read<SettingsRow>(
    `select ${COLUMNS} from callback_settings where account_id = $1
     order by case when channel = '' then 0 when number = '' then 1 else 2 end, channel, number`,
    [accountId],
  )
  return rows.map(recordOf)
}

/** Those of all accounts in the order of their last change. */
export async function readChangedSettings(
  db: Database,
  after: Pick<SettingsRecord, 'updatedAt' | 'accountId' | 'channel' | 'number'>,
  limit: number,
): Promise<SettingsRecord[]> {
  const rows = await db.read<SettingsRow>(
    `select ${COLUMNS} from callback_settings
     where (updated_at, account_id, channel, number) > (cast($1 as bigint), $2, $3, $4)
     order by updated_at, account_id, channel, number limit cast($5 as integer)`,
    [after.updatedAt, after.accountId, after.channel, after.number, limit],
  )
  return rows.map(recordOf)
}

const COLUMNS = `account_id, channel, number, version, inbound_url, status_url, event_filter, signature_method, secret,
  header_name, header_value, updated_at`
const READ = `select ${COLUMNS} from callback_settings where account_id = $1 and channel = $2 and number = $3`

interface SettingsRow extends Row {
  account_id: string
  channel: string
  number: string
  version: string | null
  inbound_url: string | null
  status_url: string | null
  event_filter: string | null
  signature_method: string | null
  secret: string | null
  header_name: string | null
  header_value: string | null
  updated_at: number
}

function recordOf(row: SettingsRow): SettingsRecord {
  return {
    accountId: row.account_id,
    channel: row.channel,
    number: row.number,
    version: row.version,
    inboundUrl: row.inbound_url,
    statusUrl: row.status_url,
    eventFilter: row.event_filter === null ? null : listOf(row.event_filter),
    signatureMethod: row.signature_method,
    secret: row.secret,
    headerName: row.header_name,
    headerValue: row.header_value,
    updatedAt: row.updated_at,
  }
}

function listOf(json: string): string[] {
  const list: unknown = JSON.parse(json)
  return Array.isArray(list) ? list.map(String) : []
}
