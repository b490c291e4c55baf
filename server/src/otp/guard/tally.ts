import { adding, type Billionths } from './money.ts'
import { counting, SlidingSum, type Step, type WindowShape } from './slidingSum.ts'

/**
 * What is counted: sends to a number, its block, its range and of its account; and failed checks of a number, its block
 * and its account. Everything is an account's own, so that none can use up another's limits.
 */
export type TallyKind = (typeof TALLY_KINDS)[number]
export const TALLY_KINDS = [
  'number',
  'block',
  'range',
  'account',
  'failing number',
  'failing block',
  'failing account',
] as const

export interface TallyKey {
  readonly accountId: string
  readonly kind: TallyKind
  /** The number or its first digits; empty: the account itself. */
  readonly subject: string
}

/** What happened lately to one number, prefix or account. */
export class Tally {
  readonly key: TallyKey
  /** What the limit is about. */
  readonly limited: SlidingSum<number>
  /** The rest is for the guard, and empty where it does not look. */
  readonly sends: SlidingSum<number>
  readonly verified: SlidingSum<number>
  readonly spent: Map<string, Spent>
  /** Numbers of a block by their place in it, not verified, and when they were last sent to; oldest first. */
  readonly seen: Map<number, number>

  constructor(key: TallyKey, counts: StoredCounts = {}) {
    this.key = key
    this.limited = new SlidingSum(LIMIT_SHAPES[key.kind], counting, counts.limited ?? [])
    this.sends = new SlidingSum(HOUR, counting, counts.sends ?? [])
    this.verified = new SlidingSum(HOUR, counting, counts.verified ?? [])
    this.spent = new Map(Object.entries(counts.spent ?? {}).map(([currency, steps]) => [currency, spentOf(steps)]))
    this.seen = new Map(counts.seen ?? [])
  }

  spend(currency: string, at: number, amount: Billionths): void {
    const spent = this.spent.get(currency) ?? spentOf({ hour: [], day: [] })
    this.spent.set(currency, spent)
    spent.hour.add(at, amount)
    spent.day.add(at, amount)
  }

  see(place: number, at: number): void {
    this.seen.delete(place)
    this.seen.set(place, at)
    const [oldest] = this.seen.keys()
    if (this.seen.size > SEEN_MAX && oldest !== undefined) this.seen.delete(oldest)
  }

  /** As it is stored at `at`: without what counts no longer, and without what is empty. */
  stored(at: number): StoredCounts {
    const limited = this.limited.steps(at)
    const sends = this.sends.steps(at)
    const verified = this.verified.steps(at)
    const spent = [...this.spent].map(([currency, { hour, day }]) => [currency, storedSpent(hour, day, at)] as const)
    const spentLately = spent.filter(([, { day }]) => day.length > 0)
    const seen = [...this.seen].filter(([, seenAt]) => seenAt > at - HOUR.windowMs)
    return {
      ...(limited.length === 0 ? {} : { limited }),
      ...(sends.length === 0 ? {} : { sends }),
      ...(verified.length === 0 ? {} : { verified }),
      ...(spentLately.length === 0 ? {} : { spent: Object.fromEntries(spentLately) }),
      ...(seen.length === 0 ? {} : { seen }),
    }
  }

  /** When nothing that was stored at `at` counts any longer, rounded up, so that the index over it seldom changes. */
  expiresAt(at: number): number {
    const keptMs = this.spent.size > 0 ? DAY.windowMs + DAY.stepMs : HOUR.windowMs + HOUR.stepMs
    return Math.ceil((at + keptMs) / EXPIRY_STEP_MS) * EXPIRY_STEP_MS
  }
}

/** Money in one currency, by the two windows that budgets know. */
export interface Spent {
  readonly hour: SlidingSum<Billionths>
  readonly day: SlidingSum<Billionths>
}

/** The JSON of a row. Money is text, since JSON has no whole numbers of that size. */
export interface StoredCounts {
  readonly limited?: readonly Step<number>[]
  readonly sends?: readonly Step<number>[]
  readonly verified?: readonly Step<number>[]
  readonly spent?: Readonly<Record<string, StoredSpent>>
  readonly seen?: readonly (readonly [place: number, at: number])[]
}

interface StoredSpent {
  readonly hour: readonly Step<string>[]
  readonly day: readonly Step<string>[]
}

function spentOf({ hour, day }: StoredSpent): Spent {
  return {
    hour: new SlidingSum(
      HOUR,
      adding,
      hour.map(([step, amount]) => [step, BigInt(amount)]),
    ),
    day: new SlidingSum(
      DAY,
      adding,
      day.map(([step, amount]) => [step, BigInt(amount)]),
    ),
  }
}

function storedSpent(hour: Spent['hour'], day: Spent['day'], at: number): StoredSpent {
  const asText = ([step, amount]: Step<Billionths>): Step<string> => [step, amount.toString()]
  return { hour: hour.steps(at).map(asText), day: day.steps(at).map(asText) }
}

const MINUTE_MS = 60_000
export const HOUR: WindowShape = { stepMs: MINUTE_MS, windowMs: 60 * MINUTE_MS }
const DAY: WindowShape = { stepMs: 30 * MINUTE_MS, windowMs: 24 * 60 * MINUTE_MS }

/** A number has few entries, so each keeps its own millisecond. */
export const LIMIT_SHAPES: Readonly<Record<TallyKind, WindowShape>> = {
  number: { stepMs: 1, windowMs: 10 * MINUTE_MS },
  block: { stepMs: 10_000, windowMs: 10 * MINUTE_MS },
  range: { stepMs: 10_000, windowMs: 10 * MINUTE_MS },
  account: { stepMs: 10_000, windowMs: 10 * MINUTE_MS },
  'failing number': { stepMs: 1, windowMs: 60 * MINUTE_MS },
  'failing block': { stepMs: MINUTE_MS, windowMs: 60 * MINUTE_MS },
  'failing account': { stepMs: MINUTE_MS, windowMs: 60 * MINUTE_MS },
}

/** Numbers that a block remembers at once; more than any rule asks for. */
const SEEN_MAX = 200
const EXPIRY_STEP_MS = 10 * MINUTE_MS
