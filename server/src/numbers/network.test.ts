import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { E164 } from './address.ts'
import { createNetworkTable } from './network.ts'
import { parseNumber } from './parseNumber.ts'

const shipped = createNetworkTable([])

for (const [number, mccmnc, name] of [
  ['+4915112345678', '26201', 'Telekom'],
  ['+491721234567', '26202', 'Vodafone'],
  ['+491761234567', '26203', 'O2'],
  ['+491771234567', '26203', 'O2'], // E-Plus, which O2 bought
  ['+436641234567', '23201', 'A1.net'],
  ['+33612345678', '20810', 'SFR'],
  ['+447400123456', '23420', '3'],
  ['+393351234567', '22201', 'TIM'],
  ['+48601123456', '26001', 'Plus'],
  ['+46705123456', '24001', 'Telia'],
  ['+905321234567', '28601', 'Turkcell'],
  ['+2348031234567', '62130', 'MTN'],
] as const) {
  test(`${number} lies in a range of ${name}`, () => {
    assert.deepEqual(shipped.find(e164(number)), { mccmnc, name, source: 'prefix' })
  })
}

test('landlines, ported-by-design plans and regional codes are honestly unknown', () => {
  for (const number of ['+4930123456', '+12125551234', '+919812345678']) assert.equal(shipped.find(e164(number)), null)
})

test('a range of an unknown network inside another network is unknown', () => {
  assert.equal(shipped.find(e164('+33637000000'))?.mccmnc, '20801')
  assert.equal(shipped.find(e164('+33636000000')), null)
})

test('an operator row answers for its prefix, before any shipped prefix however long', () => {
  const table = createNetworkTable([{ prefix: '4915', mccmnc: '26299', name: 'Ours' }])
  assert.deepEqual(table.find(e164('+4915112345678')), { mccmnc: '26299', name: 'Ours', source: 'operator' })
  assert.equal(table.find(e164('+491721234567'))?.mccmnc, '26202')
})

test('of several operator rows the longest prefix answers, of the same prefix the last', () => {
  const table = createNetworkTable([
    { prefix: '+49151123', mccmnc: '26298' },
    { prefix: '49151', mccmnc: '26297' },
    { prefix: '49151', mccmnc: '26299' },
  ])
  assert.deepEqual(table.find(e164('+4915112345678')), { mccmnc: '26298', name: null, source: 'operator' })
  assert.equal(table.find(e164('+4915199999999'))?.mccmnc, '26299')
})

test('a malformed operator row is refused with its prefix', () => {
  assert.throws(() => createNetworkTable([{ prefix: '49x', mccmnc: '26201' }]), /49x/)
  assert.throws(() => createNetworkTable([{ prefix: '', mccmnc: '26201' }]), RangeError)
  assert.throws(() => createNetworkTable([{ prefix: '49', mccmnc: '262' }]), /prefix 49/)
})

function e164(number: string): E164 {
  return parseNumber(number) ?? assert.fail(`${number} is no number`)
}
