import type { Database, Row, Transaction } from '../db/database.ts'
import type { OtpEvent } from './otp.ts'

/** An event on its way into the store. */
export interface NewEvent extends OtpEvent {
  readonly id: string
  readonly otpId: string
}

/** Events of OTPs that were purged meanwhile are dropped. */
export function insertEvents(tx: Transaction, events: readonly NewEvent[]): void {
  const rows = events.map(({ otpId, id, at, kind, channel, outcome, text }) => [
    otpId,
    id,
    at,
    kind,
    channel,
    outcome,
    text,
  ])
  tx.run(INSERT, [JSON.stringify(rows)])
}

const INSERT = `
insert into otp_events (otp_id, id, at, kind, channel, outcome, status)
select v.v_otp, v.v_id, v.v_at, v.v_kind, v.v_channel, v.v_outcome, v.v_status
from (select value->>0 as v_otp, value->>1 as v_id, cast(value->>2 as bigint) as v_at, value->>3 as v_kind,
  value->>4 as v_channel, value->>5 as v_outcome, value->>6 as v_status from rows($1)) as v
where exists (select 1 from otps where otps.id = v.v_otp)`

/** Oldest first, at most EVENTS_MAX; empty too where there is no such OTP. */
export async function readEvents(db: Database, otpId: string): Promise<OtpEvent[]> {
  return (await db.read(READ, [otpId, EVENTS_MAX])).map(eventFromRow)
}

const READ = `
select at, kind, channel, outcome, status from otp_events where otp_id = $1 order by at, id limit $2`

/** Sends and checks are limited, so an OTP has some dozens at the very most. */
const EVENTS_MAX = 1_000

/** Rows are our own, written by this module, so they are trusted. */
function eventFromRow(row: Row): OtpEvent {
  return {
    at: row.at as number,
    kind: row.kind as OtpEvent['kind'],
    channel: row.channel as OtpEvent['channel'],
    outcome: row.outcome as OtpEvent['outcome'],
    text: row.status as string | null,
  }
}
