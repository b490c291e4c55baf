import type { Transaction } from '../../db/database.ts'
import type { GuardSettings } from './config.ts'
import type { CheckedCode, GuardedCheck, Verdict } from './guard.ts'
import { judgeLimits } from './limits.ts'
import { blockOf, placeInBlock, rangeOf } from './prefixes.ts'
import type { Tally, TallyKey } from './tally.ts'
import { readTallies, type Tallies } from './tallyStore.ts'

/** See OtpGuard. Only reads: what failed is counted by recordChecks. */
export async function judgeChecks(
  { limits }: GuardSettings,
  tx: Transaction,
  checks: readonly GuardedCheck[],
): Promise<Verdict[]> {
  if (checks.length === 0) return []
  const tallies = await readTallies(tx, checks.flatMap(failingKeys))
  const underway = new Map<Tally, number>()
  return checks.map((check) => {
    const failing = failingTallies(tallies, check)
    const limited = failing.map(({ kind, tally }) => ({ kind, tally, underway: underway.get(tally) ?? 0 }))
    const verdict = judgeLimits(limits, limited, check.at)
    if (verdict.kind === 'allowed') {
      for (const { tally } of failing) underway.set(tally, (underway.get(tally) ?? 0) + 1)
    }
    return verdict
  })
}

/** See OtpGuard: counts failures for the limits, and what was verified for the guard. */
export async function recordChecks(
  { guard }: GuardSettings,
  tx: Transaction,
  results: readonly CheckedCode[],
): Promise<void> {
  const counted = results.filter(({ verified }) => !verified || guard.mode !== 'off')
  if (counted.length === 0) return
  const keysOf = (result: CheckedCode) => (result.verified ? verifiedKeys(result) : failingKeys(result))
  const tallies = await readTallies(tx, counted.flatMap(keysOf))
  const changed = new Set<Tally>()
  for (const result of counted) {
    const { accountId, number, at } = result
    for (const { kind, subject } of keysOf(result)) {
      const tally = tallies.of(accountId, kind, subject)
      changed.add(tally)
      if (!result.verified) tally.limited.add(at, 1)
      else tally.verified.add(at, 1)
      if (kind === 'block') tally.seen.delete(placeInBlock(number))
    }
  }
  tallies.write(changed, Math.max(...counted.map(({ at }) => at)))
}

function failingKeys({ accountId, number }: GuardedCheck): TallyKey[] {
  return [
    { accountId, kind: 'failing number', subject: number },
    { accountId, kind: 'failing block', subject: blockOf(number) },
    { accountId, kind: 'failing account', subject: '' },
  ]
}

function failingTallies(tallies: Tallies, { accountId, number }: GuardedCheck) {
  return [
    { kind: 'failing number', tally: tallies.of(accountId, 'failing number', number) },
    { kind: 'failing block', tally: tallies.of(accountId, 'failing block', blockOf(number)) },
    { kind: 'failing account', tally: tallies.of(accountId, 'failing account', '') },
  ] as const
}

function verifiedKeys({ accountId, number }: GuardedCheck): TallyKey[] {
  return [
    { accountId, kind: 'block', subject: blockOf(number) },
    { accountId, kind: 'range', subject: rangeOf(number) },
    { accountId, kind: 'account', subject: '' },
  ]
}
