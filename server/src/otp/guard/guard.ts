import type { Clock } from '../../clock.ts'
import type { Database, Transaction } from '../../db/database.ts'
import { nowAndThen } from '../../db/nowAndThen.ts'
import { Rounds } from '../../db/rounds.ts'
import type { E164 } from '../../numbers/address.ts'
import type { GuardSettings } from './config.ts'
import { judgeChecks, recordChecks } from './judgeChecks.ts'
import { judgeSends } from './judgeSends.ts'
import { purgeGuard } from './purge.ts'
import { type Decision, type DecisionFilter, readDecisions } from './readDecisions.ts'
import { type GuardReport, reportAccount } from './report.ts'

export interface OtpGuardOptions {
  readonly db: Database
  readonly clock: Clock
  /** Rising with time (UUIDv7). */
  readonly newId: () => string
  readonly settings: GuardSettings
  readonly trouble: (error: unknown) => void
}

/** A code that is about to be sent, the first time or again. */
export interface GuardedSend {
  readonly accountId: string
  readonly applicationId: string
  readonly number: E164
  readonly at: number
  /** Of the whole message, as decimal text. */
  readonly price: string | null // null: not known
  readonly currency: string | null // null: not known
}

/** A code that is about to be compared. */
export interface GuardedCheck {
  readonly accountId: string
  readonly number: E164
  readonly at: number
}

/** A code that was compared. */
export interface CheckedCode extends GuardedCheck {
  readonly verified: boolean
}

export type Verdict =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string; readonly retryAfterMs: number }

/**
 * Keeps the limits and looks out for SMS pumping. All three run inside the caller's transaction, before it writes, and
 * keep nothing in memory, so that they may run again for the same batch and are exact over restarts and nodes. Verdicts
 * are in the order of what was asked; an entry counts for those behind it in the batch.
 */
export interface OtpGuard {
  /** Counts the sends that it allows; refused ones do not count. */
  judgeSends(tx: Transaction, sends: readonly GuardedSend[]): Promise<Verdict[]>
  /**
   * Ask only for checks whose code is going to be compared: how they end is not known yet, so each counts as a failure
   * for those of the same number behind it in the batch, and they are told to come again in a second.
   */
  judgeChecks(tx: Transaction, checks: readonly GuardedCheck[]): Promise<Verdict[]>
  /** Tells how checks that were allowed ended, in the same transaction. */
  recordChecks(tx: Transaction, results: readonly CheckedCode[]): void | Promise<void>
}

/** The guard as the rest of the server sees it: what it counted and decided, and its upkeep. */
export interface RunningOtpGuard extends OtpGuard {
  readonly settings: GuardSettings
  /** The account's figures now. */
  report(accountId: string): Promise<GuardReport>
  /** The account's decisions, newest cases first; `before` is the id to go on after, null: from the top. */
  decisions(wanted: {
    readonly accountId: string
    readonly filter: DecisionFilter
    readonly before: string | null
    readonly limit: number
  }): Promise<Decision[]>
  /** Deletes each minute what has run out. */
  start(): void
  stop(): Promise<void>
}

export function createOtpGuard({ db, clock, newId, settings, trouble }: OtpGuardOptions): RunningOtpGuard {
  const decisionsMs = settings.guard.decisionsDays * DAY_MS
  const purge = () => purgeGuard(db, clock.now(), clock.now() - decisionsMs)
  const rounds = new Rounds({
    clock,
    trouble,
    everyMs: ROUND_EVERY_MS,
    round: nowAndThen(clock, PURGE_EVERY_MS, purge),
  })
  return {
    settings,
    judgeSends: (tx, sends) => judgeSends({ settings, newId }, tx, sends),
    judgeChecks: (tx, checks) => judgeChecks(settings, tx, checks),
    recordChecks: (tx, results) => recordChecks(settings, tx, results),
    report: (accountId) => reportAccount(db, accountId, clock.now()),
    decisions: (wanted) => readDecisions(db, wanted),
    start: () => rounds.start(),
    stop: () => rounds.stop(),
  }
}

const PURGE_EVERY_MS = 60_000
/** In which a purge goes on that could not delete all at once. */
const ROUND_EVERY_MS = 1_000
const DAY_MS = 86_400_000
