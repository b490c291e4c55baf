import type { Budget, PumpingSettings } from './config.ts'
import { type Billionths, formatMoney, parseMoney } from './money.ts'
import { placeInBlock } from './prefixes.ts'
import { HOUR, type Spent, type Tally } from './tally.ts'

/** A send, and what its account and the prefixes of its number did lately. */
export interface WatchedSend {
  readonly number: string
  readonly at: number
  readonly price: Billionths
  readonly currency: string | null // null: the price is not known
  readonly account: Tally
  readonly block: Tally
  readonly range: Tally
}

/** Why a send looks like pumping. */
export interface Finding {
  readonly rule: Rule
  /** Which of several budgets; empty: the other rules. */
  readonly variant: string
  /** First digits of the numbers; empty: the whole account. */
  readonly prefix: string
  /** Figures with the thresholds that they passed. */
  readonly evidence: Readonly<Record<string, number | string | null>>
  readonly retryAfterMs: number
}

export type Rule = (typeof RULES)[number]
export const RULES = ['unverified', 'neighbours', 'budget'] as const

/** SMS pumping: somebody has codes sent to numbers that earn him money, and nobody ever types them in. */
export function findPumping(settings: PumpingSettings, send: WatchedSend): Finding[] {
  return [
    tooFewVerified(settings.unverified, send, send.block),
    tooFewVerified(settings.unverified, send, send.range),
    neighbours(settings.neighbours, send),
    ...settings.budgets.flatMap((budget) => overBudget(budget, send)),
  ].filter((finding) => finding !== null)
}

/**
 * Too few of a prefix's codes are typed in, and far fewer than of the account's other numbers, where those are enough to
 * compare with: an account whose users seldom finish is not suspicious as a whole. One where nobody finishes is, since
 * an attack may be all there is.
 */
function tooFewVerified(
  { sendsMin, percentMin, shareMinPercent, settleSeconds }: PumpingSettings['unverified'],
  { at, account }: WatchedSend,
  prefix: Tally,
): Finding | null {
  const before = at - settleSeconds * 1_000
  const sends = prefix.sends.sumBefore(before, at)
  if (sends < sendsMin) return null
  const verified = prefix.verified.sum(at)
  if (verified * 100 >= percentMin * sends) return null
  const otherSends = account.sends.sumBefore(before, at) - sends
  const otherVerified = account.verified.sum(at) - verified
  const comparable = otherSends >= sendsMin && otherVerified > 0
  // verified / sends >= share × otherVerified / otherSends, without a division.
  if (comparable && verified * otherSends * 100 >= shareMinPercent * otherVerified * sends) return null
  return {
    rule: 'unverified',
    variant: '',
    prefix: prefix.key.subject,
    evidence: {
      windowMinutes: HOUR.windowMs / 60_000,
      settleSeconds,
      sends,
      sendsMin,
      verified,
      percent: percentOf(verified, sends),
      percentMin,
      otherSends,
      otherVerified,
      otherPercent: otherSends >= sendsMin ? percentOf(otherVerified, otherSends) : null,
      shareMinPercent,
    },
    retryAfterMs: prefix.sends.waitUntil((sum) => sum < sendsMin, at),
  }
}

/** Rounded down to a tenth: for people, nothing is decided by it. */
function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part * 1_000) / whole) / 10
}

/** Numbers in a row, as those who hold a whole block use them. Numbers of people who use the service lie apart. */
function neighbours(
  { numbers, span, minutes }: PumpingSettings['neighbours'],
  { number, at, block }: WatchedSend,
): Finding | null {
  if (numbers === 0 || block.seen.size + 1 < numbers) return null
  const place = placeInBlock(number)
  const since = at - minutes * 60_000
  const near = [...block.seen].filter(([other, seenAt]) => seenAt > since && Math.abs(other - place) < span)
  const places = [...new Set([...near.map(([other]) => other), place])].sort((a, b) => a - b)
  if (places.length < numbers) return null
  const run = longestRun(places, span)
  if (run.length < numbers) return null
  const inRun = near.filter(([other]) => run.includes(other)).map(([, seenAt]) => seenAt)
  return {
    rule: 'neighbours',
    variant: '',
    prefix: block.key.subject,
    evidence: {
      numbers: run.length,
      numbersMax: numbers - 1,
      span: (run.at(-1) ?? place) - (run[0] ?? place) + 1,
      spanMax: span,
      seconds: Math.ceil((at - Math.min(at, ...inRun)) / 1_000),
      minutes,
    },
    retryAfterMs: minutes * 60_000,
  }
}

/** The most places that lie within `span` of each other. */
function longestRun(places: readonly number[], span: number): readonly number[] {
  let longest: readonly number[] = []
  let start = 0
  for (const [end, place] of places.entries()) {
    while (place - (places[start] ?? place) >= span) start++
    if (end + 1 - start > longest.length) longest = places.slice(start, end + 1)
  }
  return longest
}

/** What would be spent with this send, against each limit of a budget. */
function overBudget(budget: Budget, { price, currency, at, account, block }: WatchedSend): Finding[] {
  if (budget.currency !== currency) return []
  const tally = budget.per === 'account' ? account : block
  const spent = tally.spent.get(currency)
  const periods = [
    ['hour', budget.perHour],
    ['day', budget.perDay],
  ] as const
  return periods.flatMap(([period, limit]) => {
    if (limit === undefined) return []
    const max = parseMoney(limit)
    const sum = (spent?.[period].sum(at) ?? 0n) + price
    if (sum <= max) return []
    return {
      rule: 'budget',
      variant: `${currency} ${period}`,
      prefix: tally.key.subject,
      evidence: { per: budget.per, period, currency, spent: formatMoney(sum), budget: limit },
      retryAfterMs: waitForRoom(spent?.[period], max - price, at),
    } satisfies Finding
  })
}

/** Waits for the price to fit again; a single price over the whole budget never will. */
function waitForRoom(spent: Spent['hour'] | undefined, room: Billionths, at: number): number {
  return spent?.waitUntil((sum) => sum <= room, at) ?? HOUR.windowMs
}
