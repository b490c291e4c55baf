import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSender, tonNpi } from './parseSender.ts'

for (const { input, expected } of [
  { input: '123', expected: { kind: 'short code', value: '123' } },
  { input: '12345678', expected: { kind: 'short code', value: '12345678' } },
  { input: '4915112345678', expected: { kind: 'number', value: '+4915112345678' } },
  { input: '+4915112345678', expected: { kind: 'number', value: '+4915112345678' } },
  { input: '004915112345678', expected: { kind: 'number', value: '+4915112345678' } },
  { input: ' 4915112345678', expected: { kind: 'number', value: '+4915112345678' } },
  { input: '+29051234', expected: { kind: 'number', value: '+29051234' } },
  { input: '29051234', expected: { kind: 'short code', value: '29051234' } },
  { input: 'Heliograph', expected: { kind: 'alphanumeric', value: 'Heliograph' } },
  { input: 'A', expected: { kind: 'alphanumeric', value: 'A' } },
  { input: '24h Taxi', expected: { kind: 'alphanumeric', value: '24h Taxi' } },
  { input: 'Müller & Co', expected: { kind: 'alphanumeric', value: 'Müller & Co' } },
  { input: '12', expected: null },
  { input: '015112345678', expected: null },
  { input: '1234567890123456', expected: null },
  { input: '+12345', expected: null },
  { input: '', expected: null },
  { input: ' ', expected: null },
  { input: 'Heliographic', expected: null },
  { input: 'Price 10 €€', expected: null },
  { input: 'Garçon', expected: null },
  { input: 'Taxi 😀', expected: null },
  { input: 'Line\nfeed', expected: null },
  { input: '١٢٣٤٥', expected: null },
] as const) {
  test(`${JSON.stringify(input)} is ${expected === null ? 'no sender' : `a sender of kind ${expected.kind}`}`, () => {
    assert.deepEqual(parseSender(input), expected)
  })
}

test('each kind of sender has its type of number and numbering plan', () => {
  const tonNpiOf = (input: string) => {
    const sender = parseSender(input)
    return sender === null ? assert.fail(`${input} is no sender`) : tonNpi(sender)
  }
  assert.deepEqual(tonNpiOf('+4915112345678'), { ton: 1, npi: 1 })
  assert.deepEqual(tonNpiOf('12345'), { ton: 3, npi: 0 })
  assert.deepEqual(tonNpiOf('Acme'), { ton: 5, npi: 0 })
})
