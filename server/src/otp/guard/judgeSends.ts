import type { Transaction } from '../../db/database.ts'
import type { GuardSettings, PumpingSettings } from './config.ts'
import { type Decided, recordDecisions } from './decisions.ts'
import type { GuardedSend, Verdict } from './guard.ts'
import { ALLOWED, judgeLimits } from './limits.ts'
import { parseMoney } from './money.ts'
import { blockOf, placeInBlock, rangeOf } from './prefixes.ts'
import { type Finding, findPumping, type WatchedSend } from './pumping.ts'
import type { Tally } from './tally.ts'
import { readTallies, type Tallies } from './tallyStore.ts'

/** See OtpGuard. One read and one write for the batch, and one more of each while there is something to decide. */
export async function judgeSends(
  { settings, newId }: { readonly settings: GuardSettings; readonly newId: () => string },
  tx: Transaction,
  sends: readonly GuardedSend[],
): Promise<Verdict[]> {
  if (sends.length === 0) return []
  const { limits, guard } = settings
  const tallies = await readTallies(
    tx,
    sends.flatMap(({ accountId, number }) => [
      { accountId, kind: 'number', subject: number },
      { accountId, kind: 'block', subject: blockOf(number) },
      { accountId, kind: 'range', subject: rangeOf(number) },
      { accountId, kind: 'account', subject: '' },
    ]),
  )
  const changed = new Set<Tally>()
  const decided: Decided[] = []
  const verdicts = sends.map((send) => {
    const tallied = talliesOf(tallies, send)
    const { number, block, account } = tallied
    const limited = [
      { kind: 'number', tally: number, underway: 0 },
      { kind: 'block', tally: block, underway: 0 },
      { kind: 'account', tally: account, underway: 0 },
    ] as const
    const verdict = judgeLimits(limits, limited, send.at)
    if (verdict.kind === 'refused') return verdict
    for (const { tally } of limited) changed.add(tally)
    if (guard.mode !== 'off') {
      const watched = watchedSend(send, tallied)
      const findings = findPumping(guard, watched)
      for (const finding of findings) decided.push({ finding, send, mode: guard.mode })
      if (guard.mode === 'enforce' && findings.length > 0) return refusal(findings)
      watch(watched, guard)
      changed.add(tallied.range)
    }
    for (const { tally } of limited) tally.limited.add(send.at, 1)
    return ALLOWED
  })
  if (changed.size > 0) tallies.write(changed, Math.max(...sends.map(({ at }) => at)))
  if (decided.length > 0) await recordDecisions(tx, decided, newId)
  return verdicts
}

interface Tallied {
  readonly number: Tally
  readonly block: Tally
  readonly range: Tally
  readonly account: Tally
}

function talliesOf(tallies: Tallies, { accountId, number }: GuardedSend): Tallied {
  return {
    number: tallies.of(accountId, 'number', number),
    block: tallies.of(accountId, 'block', blockOf(number)),
    range: tallies.of(accountId, 'range', rangeOf(number)),
    account: tallies.of(accountId, 'account', ''),
  }
}

function watchedSend({ number, at, price, currency }: GuardedSend, { block, range, account }: Tallied): WatchedSend {
  return { number, at, price: price === null ? 0n : parseMoney(price), currency, block, range, account }
}

/**
 * Counts a send that goes out. Money of prefixes only where a budget asks for it: their rows would be kept for a day
 * instead of an hour.
 */
function watch(watched: WatchedSend, { budgets }: PumpingSettings): void {
  const { number, at, price, currency, block, range, account } = watched
  for (const tally of [block, range, account]) tally.sends.add(at, 1)
  block.see(placeInBlock(number), at)
  if (currency === null) return
  account.spend(currency, at, price)
  const hasPrefixBudget = budgets.some((budget) => budget.per === 'prefix' && budget.currency === currency)
  if (hasPrefixBudget) block.spend(currency, at, price)
}

/** The rule is not told: whoever pumps would only learn how to stay below it. */
function refusal(findings: readonly Finding[]): Verdict {
  const retryAfterMs = Math.max(...findings.map((finding) => finding.retryAfterMs))
  return { kind: 'refused', code: '1187', reason: 'Codes to such numbers are held back for now', retryAfterMs }
}
