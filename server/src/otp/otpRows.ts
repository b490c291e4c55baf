import type { Row, Transaction } from '../db/database.ts'
import type { E164 } from '../numbers/address.ts'
import type { AttemptState } from './attemptMachine.ts'
import type { Otp, OtpChannel, OtpStatus } from './otp.ts'
import { takeTurns } from './takeTurns.ts'

/** An OTP with what only its own code may see. */
export interface StoredOtp {
  readonly otp: Otp
  /** The code and the customer's own text, see sealedCode.ts; null once it is final. */
  readonly sealed: string | null
  readonly refusalTold: boolean
  readonly sending: Sending
}

/** How it was last sent, for sending it again. */
export interface Sending {
  readonly channel: OtpChannel
  readonly language: string | null // null: by the number's country
  readonly sender: string | null // null: the application's
  readonly caller: string | null // as parseCaller returns it; null: the application's
}

export const OTP_COLUMNS =
  'otps.id, otps.account_id, otps.application_id, otps.number, otps.status, otps.sealed, otps.attempts, ' +
  'otps.attempts_max, otps.refusal_told, otps.channel, otps.language, otps.sender, otps.caller, otps.reference_id, ' +
  'otps.created_at, otps.expires_at, otps.finished_at'

/** Reads a row of OTP_COLUMNS. Rows are our own, written by this module, so they are trusted. */
export function otpFromRow(row: Row): StoredOtp {
  return {
    otp: {
      id: row.id as string,
      accountId: row.account_id as string,
      applicationId: row.application_id as string,
      number: row.number as E164,
      status: row.status as OtpStatus,
      attempts: row.attempts as number,
      attemptsMax: row.attempts_max as number,
      createdAt: row.created_at as number,
      expiresAt: row.expires_at as number,
      referenceId: row.reference_id as string | null,
      finishedAt: row.finished_at as number | null,
    },
    sealed: row.sealed as string | null,
    refusalTold: row.refusal_told === 1,
    sending: {
      channel: row.channel as OtpChannel,
      language: row.language as string | null,
      sender: row.sender as string | null,
      caller: row.caller as string | null,
    },
  }
}

/** As everybody sees it: one whose time is over has expired, whether or not that is written down yet. */
export function otpAt(otp: Otp, now: number): Otp {
  return otp.status === 'active' && now >= otp.expiresAt
    ? { ...otp, status: 'expired', finishedAt: otp.expiresAt }
    : otp
}

export function insertOtps(tx: Transaction, otps: readonly StoredOtp[]): void {
  tx.run(INSERT, [JSON.stringify(otps.map(rowOf))])
}

const INSERT = `
insert into otps (id, account_id, application_id, number, status, sealed, attempts, attempts_max, refusal_told, channel,
  language, sender, caller, reference_id, created_at, expires_at)
select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, cast(value->>6 as integer),
  cast(value->>7 as integer), 0, value->>8, value->>9, value->>10, value->>11, value->>12, cast(value->>13 as bigint),
  cast(value->>14 as bigint)
from rows($1)`

function rowOf({ otp, sealed, sending }: StoredOtp): unknown[] {
  return [
    otp.id,
    otp.accountId,
    otp.applicationId,
    otp.number,
    otp.status,
    sealed,
    otp.attempts,
    otp.attemptsMax,
    sending.channel,
    sending.language,
    sending.sender,
    sending.caller,
    otp.referenceId,
    otp.createdAt,
    otp.expiresAt,
  ]
}

/** An OTP in the middle of a step, and whether its application still exists. */
export interface HeldOtp extends StoredOtp {
  readonly hasApplication: boolean
}

/**
 * Reads OTPs for a step that will change them. The lock makes another node wait for the outcome, so that no attempt is
 * counted by two. All steps take their turn first and the rows in the order of their ids, so that no two nodes wait for
 * each other.
 */
export async function holdOtps(tx: Transaction, ids: Iterable<string>): Promise<Map<string, HeldOtp>> {
  const wanted = [...new Set(ids)].map((id) => [id])
  takeTurns(tx)
  const rows = await tx.all(HOLD, [JSON.stringify(wanted)])
  return new Map(rows.map((row) => [String(row.id), { ...otpFromRow(row), hasApplication: row.has_application === 1 }]))
}

const HOLD = `
select ${OTP_COLUMNS},
  case when exists (select 1 from otp_applications where otp_applications.id = otps.application_id) then 1 else 0 end
  as has_application
from otps where otps.id in (select value->>0 from rows($1)) and otps.deleted_at is null
order by otps.id {pg:for update of otps}`

/** What steps change of an OTP. */
export type OtpChange = Pick<AttemptState, 'status' | 'attempts' | 'refusalTold'> & {
  readonly id: string
  readonly finishedAt: number | null
}

/** Writes each OTP once; one that is not active any more loses its code. */
export function updateOtps(tx: Transaction, changes: readonly OtpChange[]): void {
  const rows = changes.map(({ id, status, attempts, refusalTold, finishedAt }) => [
    id,
    status,
    attempts,
    refusalTold ? 1 : 0,
    finishedAt,
  ])
  tx.run(UPDATE, [JSON.stringify(rows)])
}

const UPDATE = `
update otps set status = v.v_status, attempts = v.v_attempts, refusal_told = v.v_told, finished_at = v.v_finished,
  sealed = case when v.v_status = 'active' then otps.sealed else null end
from (select value->>0 as v_id, value->>1 as v_status, cast(value->>2 as integer) as v_attempts,
  cast(value->>3 as integer) as v_told, cast(value->>4 as bigint) as v_finished from rows($1)) as v
where otps.id = v.v_id`

/** Keeps how each was sent this time. Each id at most once a call. */
export function updateSendings(tx: Transaction, sent: ReadonlyMap<string, Sending>): void {
  const rows = [...sent].map(([id, { channel, language, sender, caller }]) => [id, channel, language, sender, caller])
  tx.run(UPDATE_SENDINGS, [JSON.stringify(rows)])
}

const UPDATE_SENDINGS = `
update otps set channel = v.v_channel, language = v.v_language, sender = v.v_sender, caller = v.v_caller
from (select value->>0 as v_id, value->>1 as v_channel, value->>2 as v_language, value->>3 as v_sender,
  value->>4 as v_caller from rows($1)) as v
where otps.id = v.v_id`
