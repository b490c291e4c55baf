import { type Static, Type } from 'typebox'

/** What protects one-time codes from abuse. Everything has a default, and the limits cannot be turned off. */
export type GuardSettings = Static<typeof GuardSettings>
export const GuardSettings = Type.Object(
  {
    /** Sends count in the last 10 minutes, failed checks in the last hour; what is over is answered 429. */
    limits: Type.Object(
      {
        sendsPerNumber: count({ default: 5, maximum: 1_000 }),
        /** A prefix is a number without its last 4 digits: 10,000 neighbours. */
        sendsPerPrefix: count({ default: 300, maximum: 10_000_000 }),
        sendsPerAccount: count({ default: 10_000, maximum: 10_000_000 }),
        failuresPerNumber: count({ default: 10, maximum: 1_000 }),
        failuresPerPrefix: count({ default: 500, maximum: 10_000_000 }),
        failuresPerAccount: count({ default: 10_000, maximum: 10_000_000 }),
      },
      { default: {} },
    ),
    guard: Type.Object(
      {
        /** shadow: records what it would refuse; enforce: refuses it; off: watches nothing. */
        mode: Type.Enum(['shadow', 'enforce', 'off'], { default: 'shadow' }),
        unverified: Type.Object(
          {
            /** Fewer sends than that in the last hour prove nothing. */
            sendsMin: count({ default: 30, maximum: 1_000_000 }),
            /** A prefix of whose sends fewer are verified is suspicious. 0 turns the rule off. */
            percentMin: Type.Integer({ minimum: 0, maximum: 100, default: 20 }),
            /** And only one that has less than this share of the percentage of the account's other numbers. */
            shareMinPercent: Type.Integer({ minimum: 1, maximum: 100, default: 50 }),
            /** How long people take to type a code in: younger sends do not count. */
            settleSeconds: Type.Integer({ minimum: 0, maximum: 1_800, default: 120 }),
          },
          { default: {} },
        ),
        neighbours: Type.Object(
          {
            /** Different numbers close to each other, none of them verified. 0 turns the rule off. */
            numbers: Type.Integer({ minimum: 0, maximum: 100, default: 12 }),
            /** How many numbers in a row count as close: the last may be this minus one above the first. */
            span: Type.Integer({ minimum: 2, maximum: 10_000, default: 100 }),
            minutes: Type.Integer({ minimum: 1, maximum: 60, default: 10 }),
          },
          { default: {} },
        ),
        budgets: Type.Array(
          Type.Object({
            per: Type.Enum(['account', 'prefix'], { default: 'account' }),
            currency: Type.String({ pattern: '^[A-Z]{3}$', expected: 'a currency of 3 capital letters such as EUR' }),
            perHour: Type.Optional(amount()),
            perDay: Type.Optional(amount()),
          }),
          { maxItems: 20, default: [] },
        ),
        /** How long decisions are kept. */
        decisionsDays: Type.Integer({ minimum: 1, maximum: 3_650, default: 30 }),
      },
      { default: {} },
    ),
  },
  { default: {} },
)

export type LimitSettings = GuardSettings['limits']
export type PumpingSettings = GuardSettings['guard']
export type Budget = PumpingSettings['budgets'][number]

function count({ default: value, maximum }: { readonly default: number; readonly maximum: number }) {
  return Type.Integer({ minimum: 1, maximum, default: value })
}

/** Decimal text, as prices are. */
function amount() {
  return Type.String({ pattern: '^[0-9]{1,9}(\\.[0-9]{1,9})?$', expected: 'a decimal number such as "25.00"' })
}
