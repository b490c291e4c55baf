import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { nowAndThen } from '../db/nowAndThen.ts'
import { Rounds } from '../db/rounds.ts'
import { insertEvents } from './otpEvents.ts'
import { purgeOtps } from './purgeOtps.ts'

export interface OtpSweeperOptions {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
  /** How long OTPs and their events can be looked up. */
  readonly retentionMs?: number
  readonly trouble: (error: unknown) => void
}

/** Looks each second for OTPs whose time is over, marks them and wipes their codes; once an hour it purges old ones. */
export function createOtpSweeper(options: OtpSweeperOptions): Rounds {
  const { db, clock, newId, retentionMs = RETENTION_MS, trouble } = options
  const purge = nowAndThen(clock, PURGE_EVERY_MS, () => purgeOtps(db, clock.now() - retentionMs))
  const rounds = new Rounds({ clock, trouble, everyMs: SWEEP_EVERY_MS, round: sweep })
  return rounds

  async function sweep(): Promise<void> {
    for (let batch = 0; batch < BATCHES_MAX && rounds.running; batch++) {
      // Readers hold nobody up, so the writer is asked only when there is something to do.
      const due = await db.read(ANY_DUE, [clock.now()])
      if (due.length === 0 || (await expire()) < BATCH_OTPS_MAX) break
    }
    await purge()
  }

  function expire(): Promise<number> {
    return db.write(async (tx) => {
      const due = await tx.all(HOLD_DUE, [clock.now(), BATCH_OTPS_MAX])
      if (due.length === 0) return 0
      tx.run(EXPIRE, [JSON.stringify(due.map((row) => [row.id]))])
      const about = { kind: 'final', channel: null, outcome: 'failed', text: 'expired' } as const
      insertEvents(
        tx,
        due.map((row) => ({ ...about, id: newId(), otpId: String(row.id), at: Number(row.expires_at) })),
      )
      return due.length
    })
  }
}

const SWEEP_EVERY_MS = 1_000
const BATCH_OTPS_MAX = 500
/** What is left after so many batches waits for the next second. */
const BATCHES_MAX = 20
const PURGE_EVERY_MS = 60 * 60_000
/** Three months, as long as the vendor keeps messages. */
const RETENTION_MS = 90 * 24 * 60 * 60_000

/** A sealed code is what an active OTP has, and only that. */
const ANY_DUE = 'select id from otps where sealed is not null and expires_at <= $1 limit 1'

/** One that a check holds is about to find out by itself, or at the next look. */
const HOLD_DUE = `
select id, expires_at from otps where sealed is not null and expires_at <= $1 order by expires_at limit $2
{pg:for update skip locked}`

const EXPIRE = `
update otps set status = 'expired', sealed = null, finished_at = expires_at
where id in (select value->>0 from rows($1))`
