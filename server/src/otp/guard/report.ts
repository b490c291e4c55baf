import type { Database } from '../../db/database.ts'
import { formatMoney } from './money.ts'
import { HOUR, Tally } from './tally.ts'
import { tallyFromRow } from './tallyStore.ts'

/** What the guard counts for one account now. */
export interface GuardReport {
  readonly account: Figures
  /** The busiest of the last hour. */
  readonly prefixes: readonly PrefixFigures[]
}

export interface Figures {
  /** In the last 10 minutes, as the limit counts them. */
  readonly sendsTenMinutes: number | null // null: there is no limit for a range
  /** In the last hour. */
  readonly sends: number
  readonly verified: number
  /** By currency, decimal text. */
  readonly spentHour: Readonly<Record<string, string>>
  readonly spentDay: Readonly<Record<string, string>>
}

export interface PrefixFigures extends Figures {
  readonly prefix: string
  /** 'block': numbers without their last 4 digits. 'range': without their last 7. */
  readonly kind: 'block' | 'range'
  /** Different numbers of a block that were sent to in the last hour and did not verify. */
  readonly unverifiedNumbers: number | null // null: a range does not know
}

export async function reportAccount(db: Database, accountId: string, now: number): Promise<GuardReport> {
  const [accounts, prefixes] = await Promise.all([
    db.read(ACCOUNT, [accountId]),
    db.read(PREFIXES, [accountId, now, PREFIXES_MAX]),
  ])
  const account = accounts.map(tallyFromRow)[0] ?? new Tally({ accountId, kind: 'account', subject: '' })
  return {
    account: figuresOf(account, now),
    prefixes: prefixes
      .map(tallyFromRow)
      .map((tally) => prefixFigures(tally, now))
      .filter(({ sends }) => sends > 0)
      .sort((a, b) => b.sends - a.sends),
  }
}

/** Prefixes that a report shows. */
const PREFIXES_MAX = 100

const ACCOUNT = `
select account_id, kind, subject, counts from otp_tallies where account_id = $1 and kind = 'account' and subject = ''`

/** By what they had when they were last written: one that has gone quiet since may stand before one that is busy. */
const PREFIXES = `
select account_id, kind, subject, counts from otp_tallies
where account_id = $1 and kind in ('block', 'range') and expires_at > $2 and sends > 0
order by sends desc, subject limit $3`

function prefixFigures(tally: Tally, now: number): PrefixFigures {
  const { subject } = tally.key
  const figures = figuresOf(tally, now)
  if (tally.key.kind === 'range') {
    return { prefix: subject, kind: 'range', ...figures, sendsTenMinutes: null, unverifiedNumbers: null }
  }
  const seenLately = [...tally.seen.values()].filter((at) => at > now - HOUR.windowMs)
  return { prefix: subject, kind: 'block', ...figures, unverifiedNumbers: seenLately.length }
}

function figuresOf({ limited, sends, verified, spent }: Tally, now: number): Figures {
  const spentIn = (period: 'hour' | 'day') =>
    Object.fromEntries([...spent].map(([currency, sums]) => [currency, formatMoney(sums[period].sum(now))]))
  return {
    sendsTenMinutes: limited.sum(now),
    sends: sends.sum(now),
    verified: verified.sum(now),
    spentHour: spentIn('hour'),
    spentDay: spentIn('day'),
  }
}
