import type { Database, Row, SqlValue, Transaction } from '../db/database.ts'
import type { Application } from './application.ts'

/** Inserts it unless its account has `applicationsMax` of its own already; false then. */
export async function insertApplication(
  tx: Transaction,
  application: Application,
  applicationsMax: number,
): Promise<boolean> {
  const rows = await tx.all(INSERT_COUNTED, [...valuesOf(application), applicationsMax])
  return rows.length > 0
}

const INSERT = `
insert into otp_applications (id, account_id, is_default, created_at, name, pin_length, alphanumeric, attempts,
  expire_seconds, sender, caller, templates, countries, nist_profile, updated_at)
select $1, $2, cast($3 as integer), cast($4 as bigint), $5, cast($6 as integer), cast($7 as integer),
  cast($8 as integer), cast($9 as integer), $10, $11, $12, $13, cast($14 as integer), cast($15 as bigint)`

const INSERT_COUNTED = `${INSERT}
where (select count(*) from otp_applications where account_id = $2 and is_default = 0) < cast($16 as integer)
returning id`

/** Inserts the account's default application unless there is one: of two that try at once, one does. */
export function insertDefault(tx: Transaction, application: Application): void {
  tx.run(`${INSERT} where true on conflict do nothing`, valuesOf(application))
}

/** Writes all of it but its id, account, kind and creation. */
export function updateApplication(tx: Transaction, application: Application): void {
  tx.run(UPDATE, [application.id, ...changeable(application)])
}

const UPDATE = `
update otp_applications set name = $2, pin_length = cast($3 as integer), alphanumeric = cast($4 as integer),
  attempts = cast($5 as integer), expire_seconds = cast($6 as integer), sender = $7, caller = $8, templates = $9,
  countries = $10, nist_profile = cast($11 as integer), updated_at = cast($12 as bigint)
where id = $1`

export function deleteApplication(tx: Transaction, id: string): void {
  tx.run('delete from otp_applications where id = $1', [id])
}

/** The account's applications, oldest first. */
export async function listApplications(db: Database, accountId: string): Promise<Application[]> {
  const rows = await db.read<ApplicationRow>(
    `select ${COLUMNS} from otp_applications where account_id = $1 order by id`,
    [accountId],
  )
  return rows.map(applicationOf)
}

/** Null: the account has no such application. */
export async function readApplication(db: Database, accountId: string, id: string): Promise<Application | null> {
  return firstOf(await db.read<ApplicationRow>(BY_ID, [id, accountId]))
}

/** Null: it was never asked for. */
export async function readDefault(db: Database, accountId: string): Promise<Application | null> {
  return firstOf(await db.read<ApplicationRow>(BY_DEFAULT, [accountId]))
}

/** Locked until the transaction ends, because it is about to be changed. Null: the account has no such application. */
export async function lockApplication(tx: Transaction, accountId: string, id: string): Promise<Application | null> {
  return firstOf(await tx.all<ApplicationRow>(`${BY_ID} {pg:for update}`, [id, accountId]))
}

/** As above, the default one. */
export async function lockDefault(tx: Transaction, accountId: string): Promise<Application | null> {
  return firstOf(await tx.all<ApplicationRow>(`${BY_DEFAULT} {pg:for update}`, [accountId]))
}

const COLUMNS = `id, account_id, is_default, created_at, name, pin_length, alphanumeric, attempts, expire_seconds,
  sender, caller, templates, countries, nist_profile, updated_at`
const BY_ID = `select ${COLUMNS} from otp_applications where id = $1 and account_id = $2`
const BY_DEFAULT = `select ${COLUMNS} from otp_applications where account_id = $1 and is_default = 1`

function valuesOf(application: Application): SqlValue[] {
  const { id, accountId, isDefault, createdAt } = application
  return [id, accountId, isDefault ? 1 : 0, createdAt, ...changeable(application)]
}

function changeable(application: Application): SqlValue[] {
  return [
    application.name,
    application.pinLength,
    application.alphanumeric ? 1 : 0,
    application.attempts,
    application.expireSeconds,
    application.sender,
    application.caller,
    JSON.stringify(application.templates),
    application.countries === null ? null : JSON.stringify(application.countries),
    application.nistProfile ? 1 : 0,
    application.updatedAt,
  ]
}

interface ApplicationRow extends Row {
  id: string
  account_id: string
  is_default: number
  created_at: number
  name: string
  pin_length: number
  alphanumeric: number
  attempts: number
  expire_seconds: number
  sender: string
  caller: string | null
  templates: string
  countries: string | null
  nist_profile: number
  updated_at: number
}

function firstOf(rows: readonly ApplicationRow[]): Application | null {
  return rows[0] === undefined ? null : applicationOf(rows[0])
}

function applicationOf(row: ApplicationRow): Application {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    pinLength: row.pin_length,
    alphanumeric: row.alphanumeric === 1,
    attempts: row.attempts,
    expireSeconds: row.expire_seconds,
    sender: row.sender,
    caller: row.caller,
    templates: textsOf(row.templates),
    countries: row.countries === null ? null : listOf(row.countries),
    nistProfile: row.nist_profile === 1,
    isDefault: row.is_default === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function textsOf(json: string): Record<string, string> {
  const texts: unknown = JSON.parse(json)
  if (typeof texts !== 'object' || texts === null) return {}
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, String(text)]))
}

function listOf(json: string): string[] {
  const list: unknown = JSON.parse(json)
  return Array.isArray(list) ? list.map(String) : []
}
