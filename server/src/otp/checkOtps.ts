import type { Transaction } from '../db/database.ts'
import type { BatchStep } from '../db/groupCommit.ts'
import { inSlices } from '../inSlices.ts'
import type { Sealer } from '../sealer.ts'
import { CheckTurns } from './checkTurns.ts'
import type { OtpGuard, Verdict } from './guard/guard.ts'
import type { CheckOrder, CheckResult } from './otp.ts'
import { insertEvents } from './otpEvents.ts'
import { holdOtps, updateOtps } from './otpRows.ts'

/** One code that somebody gave, on its way to be compared. */
export interface CheckEntry extends CheckOrder {
  readonly at: number
  answer(result: CheckResult): void
  failed(error: unknown): void
}

export interface CheckDependencies {
  readonly newId: () => string
  readonly guard: Pick<OtpGuard, 'judgeChecks' | 'recordChecks'>
  readonly sealer: Sealer
}

/**
 * Compares codes, a whole batch over OTPs that are read once and written once. Checks of one OTP take their turns in the
 * order they came; those that ask at once at other nodes wait for the lock. So attempts are counted exactly, however
 * many ask at a time, and nobody is answered before the count is on disk.
 */
export function checkOtps({ newId, guard, sealer }: CheckDependencies): BatchStep<CheckEntry> {
  return {
    name: 'check OTPs',
    urgent: true,
    async write(tx, entries) {
      const held = await holdOtps(
        tx,
        entries.map(({ id }) => id),
      )
      const otps = new Map([...held].map(([id, otp]) => [id, new CheckTurns(otp, { newId, sealer })]))
      const verdicts = await judge(tx, entries, otps)
      const results = entries.map((entry): [CheckEntry, CheckResult] => [
        entry,
        otps.get(entry.id)?.take(entry, verdicts.get(entry)) ?? { kind: 'unknown' },
      ])
      await record(tx, [...otps.values()])
      return () => inSlices(results, ([entry, result]) => entry.answer(result))
    },
    failed(entries, error) {
      for (const entry of entries) entry.failed(error)
    },
  }

  /** Asks the guard about those that may come to a comparison. */
  async function judge(
    tx: Transaction,
    entries: readonly CheckEntry[],
    otps: ReadonlyMap<string, CheckTurns>,
  ): Promise<Map<CheckEntry, Verdict>> {
    const asked = [...Map.groupBy(entries, ({ id }) => id)].flatMap(([id, ofOtp]) => {
      const otp = otps.get(id)
      return otp === undefined ? [] : otp.comparable(ofOtp).map((entry) => ({ entry, number: otp.number }))
    })
    if (asked.length === 0) return new Map()
    const verdicts = await guard.judgeChecks(
      tx,
      asked.map(({ entry: { accountId, at }, number }) => ({ accountId, number, at })),
    )
    return new Map(verdicts.flatMap((verdict, index) => (asked[index] ? [[asked[index].entry, verdict]] : [])))
  }

  async function record(tx: Transaction, otps: readonly CheckTurns[]): Promise<void> {
    const changes = otps.flatMap((otp) => otp.change() ?? [])
    if (changes.length === 0) return
    const events = otps.flatMap((otp) => otp.events)
    const comparisons = otps.flatMap((otp) => otp.comparisons)
    updateOtps(tx, changes)
    insertEvents(tx, events)
    if (comparisons.length > 0) await guard.recordChecks(tx, comparisons)
  }
}
