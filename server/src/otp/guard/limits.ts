import type { LimitSettings } from './config.ts'
import type { Verdict } from './guard.ts'
import { LIMIT_SHAPES, type Tally, type TallyKind } from './tally.ts'

/** One limit, and how it is told to whom it stops. */
interface Limit {
  readonly setting: keyof LimitSettings
  /** Codes of the 2FA API that the vendor does not publish. */
  readonly code: string
  readonly over: string
}

const LIMITS = {
  number: { setting: 'sendsPerNumber', code: '1181', over: 'codes to this number' },
  block: { setting: 'sendsPerPrefix', code: '1182', over: 'codes to numbers that begin as this one does' },
  account: { setting: 'sendsPerAccount', code: '1183', over: 'codes of this account' },
  'failing number': { setting: 'failuresPerNumber', code: '1184', over: 'wrong codes for this number' },
  'failing block': {
    setting: 'failuresPerPrefix',
    code: '1185',
    over: 'wrong codes for numbers that begin as this one',
  },
  'failing account': { setting: 'failuresPerAccount', code: '1186', over: 'wrong codes for numbers of this account' },
} as const satisfies Partial<Record<TallyKind, Limit>>

export const ALLOWED: Verdict = { kind: 'allowed' }

/** One tally, and how many entries are under way that it does not know of yet. */
export interface Limited {
  readonly kind: keyof typeof LIMITS
  readonly tally: Tally
  readonly underway: number
}

/** Whether one more is within all limits; of several that are used up, the one that holds for the longest time. */
export function judgeLimits(limits: LimitSettings, limited: readonly Limited[], at: number): Verdict {
  let verdict = ALLOWED
  for (const { kind, tally, underway } of limited) {
    const { setting, code, over } = LIMITS[kind]
    const max = limits[setting]
    if (tally.limited.sum(at) + underway < max) continue
    const retryAfterMs = Math.max(
      tally.limited.waitUntil((sum) => sum < max, at),
      underway > 0 ? UNDERWAY_MS : 0,
    )
    if (verdict.kind === 'refused' && verdict.retryAfterMs >= retryAfterMs) continue
    verdict = { kind: 'refused', code, reason: `Too many ${over}: ${max} ${within(kind)} are allowed`, retryAfterMs }
  }
  return verdict
}

/** When to come again where only checks that are being compared right now stand in the way. */
const UNDERWAY_MS = 1_000

function within(kind: TallyKind): string {
  const minutes = LIMIT_SHAPES[kind].windowMs / 60_000
  return minutes === 60 ? 'an hour' : `in ${minutes} minutes`
}
