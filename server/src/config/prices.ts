import { type Static, Type } from 'typebox'
import type { Price } from '../routing/findPrice.ts'
import { digitsOf, identifier, networkCode, numberPrefix } from './fields.ts'
import type { Findings } from './readBySchema.ts'
import type { KnownIds } from './routes.ts'

export const PriceEntry = Type.Object({
  mccmnc: Type.Optional(networkCode()),
  prefix: Type.Optional(numberPrefix()),
  account: Type.Optional(identifier()),
  price: Type.String({ pattern: '^[0-9]{1,9}(\\.[0-9]{1,9})?$', expected: 'a decimal number such as "0.065"' }),
  currency: Type.String({ pattern: '^[A-Z]{3}$', expected: 'a currency of 3 capital letters such as EUR' }),
  effective: Type.String({ default: '1970-01-01T00:00:00Z', ...instant() }),
})

export function readPrices(
  entries: readonly Static<typeof PriceEntry>[],
  known: { accounts: KnownIds },
  findings: Findings,
): Price[] {
  return entries.map((entry) => {
    const path = findings.paths.get(entry) ?? 'prices'
    if (entry.account !== undefined) known.accounts.require(entry.account, `${path}.account`)
    const effectiveAt = Date.parse(entry.effective)
    if (Number.isNaN(effectiveAt)) {
      findings.problems.push(`${path}.effective: expected ${instant().expected}, got "${entry.effective}"`)
    }
    return {
      mccmnc: entry.mccmnc ?? null,
      prefix: entry.prefix === undefined ? null : digitsOf(entry.prefix),
      account: entry.account ?? null,
      price: entry.price,
      currency: entry.currency,
      effectiveAt,
    }
  })
}

/** A date alone is midnight UTC; with a time the offset is a must, so that it means the same on every machine. */
function instant() {
  return {
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?$',
    expected: 'a time such as "2026-01-01T00:00:00Z"',
  }
}
