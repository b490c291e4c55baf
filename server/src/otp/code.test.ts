import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isCode, makeCode } from './code.ts'

const CODES = 1_000_000

test('of a million codes of 4 digits, each digit at each place and each pair of digits comes as often as any other', () => {
  assertUniform({ length: 4, alphanumeric: false }, 10)
})

test('the same holds for letters and digits', () => {
  assertUniform({ length: 4, alphanumeric: true }, 36)
})

test('a code has the length that was asked for and the characters that it may have', () => {
  for (let length = 4; length <= 10; length++) {
    assert.match(makeCode({ length, alphanumeric: false }), new RegExp(`^[0-9]{${length}}$`))
    assert.match(makeCode({ length, alphanumeric: true }), new RegExp(`^[0-9a-z]{${length}}$`))
  }
  assert.equal(
    makeCode({ length: 4, alphanumeric: true }, (max) => max - 1),
    'zzzz',
  )
})

test('a code is itself, however it is grouped, and no other', () => {
  const code = fc.stringMatching(/^[0-9a-z]{4,10}$/)
  fc.assert(
    fc.property(code, code, fc.nat(4), (first, second, at) => {
      assert.ok(isCode(first, first))
      assert.ok(isCode(` ${first.slice(0, at)} ${first.slice(at)}\n`, first))
      assert.equal(isCode(second, first), first === second)
    }),
  )
  assert.ok(!isCode('ABCD', 'abcd'))
  assert.ok(!isCode('', '0000'))
  assert.ok(!isCode('00004711', '4711'))
})

test('digits that a client took for a number stand for the code with its leading zeros', () => {
  assert.ok(isCode('42', '0042'))
  assert.ok(isCode('0', '0000'))
  assert.ok(!isCode('42', '4200'))
  assert.ok(!isCode('42', '00ab'))
})

/** Each place by itself, and neighbouring places together: a code of n places has n - 1 pairs. */
function assertUniform(form: { readonly length: number; readonly alphanumeric: boolean }, characters: number): void {
  const places = Array.from({ length: form.length }, () => new Uint32Array(characters))
  const pairs = Array.from({ length: form.length - 1 }, () => new Uint32Array(characters ** 2))
  for (let made = 0; made < CODES; made++) {
    const values = valuesOf(makeCode(form))
    for (const [place, value] of values.entries()) {
      count(places[place], value)
      count(pairs[place], value * characters + (values[place + 1] ?? 0))
    }
  }
  for (const counts of [...places, ...pairs]) {
    const statistic = chiSquare(counts)
    const limit = chiSquareLimit(counts.length - 1)
    assert.ok(statistic < limit, `chi-square ${statistic} over ${counts.length} cells, limit ${limit}`)
  }
}

function valuesOf(code: string): number[] {
  return Array.from(code, (character) => Number.parseInt(character, 36))
}

function count(counts: Uint32Array | undefined, value: number): void {
  if (counts !== undefined) counts[value] = (counts[value] ?? 0) + 1
}

function chiSquare(counts: Uint32Array): number {
  const expected = CODES / counts.length
  return counts.reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0)
}

/** What an even source exceeds once in a thousand million times (Wilson and Hilferty's approximation). */
function chiSquareLimit(degrees: number): number {
  const spread = 2 / (9 * degrees)
  return degrees * (1 - spread + DEVIATIONS * Math.sqrt(spread)) ** 3
}

const DEVIATIONS = 6
