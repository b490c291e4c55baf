import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRouting, type Route, type Routed } from './chooseCarriers.ts'

const route = (carrier: string, over: Partial<Route> = {}): Route => ({
  carrier,
  gateway: null,
  account: null,
  prefix: null,
  mccmnc: null,
  sender: null,
  priority: 1,
  ...over,
})

const message = (over: Partial<Routed> = {}): Routed => ({
  accountId: 'acme',
  gateway: 'DEFAULT',
  sender: 'Heliograph',
  recipient: '+4915112345678',
  mccmnc: '26201',
  ...over,
})

const TABLE: readonly [rule: string, routes: Route[], message: Routed, carriers: string[]][] = [
  ['no route, no carrier', [], message(), []],
  ['a route without conditions fits', [route('a')], message(), ['a']],
  ['the lower priority goes first', [route('a', { priority: 2 }), route('b')], message(), ['b', 'a']],
  [
    'the longer prefix goes before the shorter one',
    [route('a'), route('b', { prefix: '49' }), route('c', { prefix: '49151' })],
    message(),
    ['c', 'b', 'a'],
  ],
  [
    'priority goes before prefix',
    [route('a', { prefix: '49', priority: 2 }), route('b', { priority: 1 })],
    message(),
    ['b', 'a'],
  ],
  ['a prefix that differs does not fit', [route('a', { prefix: '48' })], message(), []],
  ['a prefix longer than the number does not fit', [route('a', { prefix: '49151123456789' })], message(), []],
  [
    'more conditions go first',
    [route('a'), route('b', { sender: 'Heliograph' }), route('c', { sender: 'Heliograph', account: 'acme' })],
    message(),
    ['c', 'b', 'a'],
  ],
  ['of equals the order of the configuration counts', [route('b'), route('a')], message(), ['b', 'a']],
  ['a carrier is named once', [route('a', { prefix: '49' }), route('b'), route('a')], message(), ['a', 'b']],
  ['another account', [route('a', { account: 'other' })], message(), []],
  ['another gateway', [route('a', { gateway: 'PREMIUM' })], message(), []],
  ['another sender', [route('a', { sender: 'Other' })], message(), []],
  ['another network', [route('a', { mccmnc: '26202' })], message(), []],
  ['an unknown network', [route('a', { mccmnc: '26201' })], message({ mccmnc: null }), []],
]

for (const [rule, routes, given, carriers] of TABLE) {
  test(`routing: ${rule}`, () => assert.deepEqual(createRouting(routes)(given), carriers))
}

const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: null })
const anyRoute: fc.Arbitrary<Route> = fc.record({
  carrier: fc.constantFrom('a', 'b', 'c', 'd'),
  gateway: maybe('DEFAULT', 'PREMIUM'),
  account: maybe('acme', 'other'),
  prefix: maybe('4', '49', '491', '48', ''),
  mccmnc: maybe('26201', '26202'),
  sender: maybe('Heliograph', '12345'),
  priority: fc.integer({ min: 1, max: 3 }),
})
const anyMessage: fc.Arbitrary<Routed> = fc.record({
  accountId: fc.constantFrom('acme', 'other'),
  gateway: fc.constantFrom('DEFAULT', 'PREMIUM'),
  sender: fc.constantFrom('Heliograph', '12345'),
  recipient: fc.constantFrom('+4915112345678', '+48601234567', '+12025550123'),
  mccmnc: maybe('26201', '26202'),
})

test('routes found by prefix are the same as by looking at every route', () => {
  fc.assert(
    fc.property(fc.array(anyRoute, { maxLength: 20 }), anyMessage, (routes, given) => {
      assert.deepEqual(createRouting(routes)(given), lookAtEvery(routes, given))
    }),
    { numRuns: 500 },
  )
})

function lookAtEvery(routes: readonly Route[], given: Routed): string[] {
  const digits = given.recipient.slice(1)
  const conditions = ({ gateway, account, mccmnc, sender }: Route) =>
    [gateway, account, mccmnc, sender].filter((condition) => condition !== null).length
  const fitting = routes.filter(
    ({ gateway, account, prefix, mccmnc, sender }) =>
      digits.startsWith(prefix ?? '') &&
      [null, given.gateway].includes(gateway) &&
      [null, given.accountId].includes(account) &&
      [null, given.mccmnc].includes(mccmnc) &&
      [null, given.sender].includes(sender),
  )
  fitting.sort(
    (a, b) =>
      a.priority - b.priority ||
      (b.prefix ?? '').length - (a.prefix ?? '').length ||
      conditions(b) - conditions(a) ||
      routes.indexOf(a) - routes.indexOf(b),
  )
  return [...new Set(fitting.map(({ carrier }) => carrier))]
}
