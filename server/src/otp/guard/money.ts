import type { Arithmetic } from './slidingSum.ts'

/** Money as a whole number of billionths: prices have at most 9 digits behind the point, and no float is exact. */
export type Billionths = bigint

export const adding: Arithmetic<Billionths> = { zero: 0n, plus: (a, b) => a + b }

/** "0.065" → 65,000,000. */
export function parseMoney(text: string): Billionths {
  const [whole = '0', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.slice(0, DIGITS).padEnd(DIGITS, '0'))
}

/** 65,000,000 → "0.065". */
export function formatMoney(amount: Billionths): string {
  const digits = amount.toString().padStart(DIGITS + 1, '0')
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '')
  return fraction === '' ? digits.slice(0, -DIGITS) : `${digits.slice(0, -DIGITS)}.${fraction}`
}

const DIGITS = 9
