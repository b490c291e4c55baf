import type { Database } from '../db/database.ts'
import type { E164 } from '../numbers/address.ts'
import type { Otp } from './otp.ts'
import { OTP_COLUMNS, otpFromRow, type StoredOtp } from './otpRows.ts'

/** Null: the account has none of this id, or has deleted it. */
export async function readOtp(db: Database, accountId: string, id: string): Promise<StoredOtp | null> {
  const key = readOtpId(id)
  if (key === null) return null
  const [row] = await db.read(READ, [key, accountId])
  return row === undefined ? null : otpFromRow(row)
}

const READ = `select ${OTP_COLUMNS} from otps where id = $1 and account_id = $2 and deleted_at is null`

/** As it is stored: UUIDs are the same in capitals (RFC 9562 §4). Null: no id at all, so no table is asked for it. */
export function readOtpId(text: string): string | null {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : null
}

/** The newest first, at most LISTED_MAX. Null: the number never got one. Empty: those it got are deleted. */
export async function listOtps(db: Database, accountId: string, number: E164): Promise<Otp[] | null> {
  const rows = await db.read(LIST, [accountId, number, LISTED_MAX])
  if (rows.length > 0) return rows.map((row) => otpFromRow(row).otp)
  return (await db.read(EVER, [accountId, number])).length > 0 ? [] : null
}

const LIST = `
select ${OTP_COLUMNS} from otps where account_id = $1 and number = $2 and deleted_at is null order by id desc limit $3`

const EVER = 'select id from otps where account_id = $1 and number = $2 limit 1'

const LISTED_MAX = 1_000

/** Leaves a row without a code, which nobody finds and which is purged in its time. Resolves with the OTP as it was. */
export async function deleteOtp(
  db: Database,
  { accountId, id, at }: { readonly accountId: string; readonly id: string; readonly at: number },
): Promise<Otp | null> {
  const key = readOtpId(id)
  if (key === null) return null
  const [row] = await db.write((tx) => tx.all(DELETE, [key, accountId, at]))
  return row === undefined ? null : otpFromRow(row).otp
}

const DELETE = `
update otps set deleted_at = $3, sealed = null where id = $1 and account_id = $2 and deleted_at is null
returning ${OTP_COLUMNS}`
