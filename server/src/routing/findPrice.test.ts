import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createPriceList, type Price, type Priced, timesParts } from './findPrice.ts'

const NOW = 1_000

const row = (price: string, over: Partial<Price> = {}): Price => ({
  mccmnc: null,
  prefix: null,
  account: null,
  price,
  currency: 'EUR',
  effectiveAt: 0,
  ...over,
})

const message = (over: Partial<Priced> = {}): Priced => ({
  accountId: 'acme',
  recipient: '+4915112345678',
  mccmnc: '26201',
  ...over,
})

const TABLE: readonly [rule: string, rows: Price[], message: Priced, price: string | null][] = [
  ['no row, no price', [], message(), null],
  ['no row that fits, no price', [row('1', { prefix: '48' }), row('2', { account: 'other' })], message(), null],
  ['the longest prefix', [row('1'), row('2', { prefix: '49151' }), row('3', { prefix: '49' })], message(), '2'],
  ['the network before the prefix', [row('1', { prefix: '49151' }), row('2', { mccmnc: '26201' })], message(), '2'],
  ['the account before the network', [row('1', { mccmnc: '26201' }), row('2', { account: 'acme' })], message(), '2'],
  ['an unknown network', [row('1', { mccmnc: '26201' }), row('2')], message({ mccmnc: null }), '2'],
  [
    'the latest that is in effect',
    [row('1'), row('2', { effectiveAt: NOW }), row('3', { effectiveAt: 500 })],
    message(),
    '2',
  ],
  ['not yet in effect', [row('1'), row('2', { effectiveAt: NOW + 1 })], message(), '1'],
]

for (const [rule, rows, given, price] of TABLE) {
  test(`price: ${rule}`, () => assert.equal(createPriceList(rows)(given, NOW)?.price ?? null, price))
}

const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: null })
const anyRow: fc.Arbitrary<Price> = fc.record({
  mccmnc: maybe('26201', '26202'),
  prefix: maybe('4', '49', '48'),
  account: maybe('acme', 'other'),
  price: fc.nat().map(String),
  currency: fc.constant('EUR'),
  effectiveAt: fc.nat(2_000),
})
const anyMessage: fc.Arbitrary<Priced> = fc.record({
  accountId: fc.constantFrom('acme', 'other', 'third'),
  recipient: fc.constantFrom('+4915112345678', '+48601234567'),
  mccmnc: maybe('26201', '26202'),
})

test('the price found fits, and no other row that fits is more specific, or equal and newer', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 12 }), anyMessage, (rows, given) => {
      const found = createPriceList(rows)(given, NOW)
      const fitting = rows.filter(
        ({ mccmnc, prefix, account, effectiveAt }) =>
          effectiveAt <= NOW &&
          [null, given.mccmnc].includes(mccmnc) &&
          [null, given.accountId].includes(account) &&
          given.recipient.startsWith(`+${prefix ?? ''}`),
      )
      const weights = ({ account, mccmnc, prefix, effectiveAt }: Price) =>
        Number(account !== null) * 1e9 + Number(mccmnc !== null) * 1e8 + (prefix ?? '').length * 1e6 + effectiveAt
      const best = Math.max(...fitting.map(weights))
      assert.equal(found === null, fitting.length === 0)
      if (found !== null) assert.equal(weights(found), best)
    }),
    { numRuns: 500 },
  )
})

test('a price times parts is exact to the last digit, and keeps its decimals', () => {
  const table: readonly [price: string, parts: number, product: string][] = [
    ['0.065', 3, '0.195'],
    ['0.1', 3, '0.3'],
    ['1', 255, '255'],
    ['0.0', 4, '0.0'],
    ['0.005', 2, '0.010'],
    ['9999999999999999.99', 3, '29999999999999999.97'],
  ]
  for (const [price, parts, product] of table) assert.equal(timesParts(price, parts), product)
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 20n }),
      fc.nat(9),
      fc.integer({ min: 1, max: 255 }),
      (n, digits, parts) => {
        const product = timesParts(decimal(n, digits), parts)
        assert.equal(product, decimal(n * BigInt(parts), digits))
      },
    ),
  )
})

function decimal(n: bigint, digits: number): string {
  const text = n.toString().padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}
