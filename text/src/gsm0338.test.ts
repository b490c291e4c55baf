import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeGsm7, encodeGsm7, isGsm7, measureGsm7, packSeptets, unpackSeptets } from './gsm0338.ts'

test('every code point is either in the tables of TS 23.038 or reported as outside', () => {
  const inside = new Map<number, number>()
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    const septets = measureGsm7(String.fromCodePoint(codePoint))
    if (septets !== null) inside.set(codePoint, septets)
  }
  assert.deepEqual(inside, expectedWidths())
})

test('every character of the alphabet decodes to itself from the octets it is encoded to', () => {
  for (const codePoint of expectedWidths().keys()) {
    const character = String.fromCodePoint(codePoint)
    assert.equal(decodeGsm7(encodeGsm7(character)), character)
  }
})

test('the codes are those of the standard', () => {
  assert.equal(encodeGsm7('@£Ç\n\r_ΔÉ !09AZ§az¿à').toString('hex'), '0001090a0d11101f20213039415a5f617a607f')
  assert.equal(encodeGsm7('€^{}\\[~]|\f').toString('hex'), '1b651b141b281b291b2f1b3c1b3d1b3e1b401b0a')
})

test('text outside the alphabet is refused rather than altered', () => {
  assert.throws(() => encodeGsm7('ç'), RangeError)
  for (const text of ['ç', 'a`', '\u001b', '😀', '\ud83d', 'é'.normalize('NFD')])
    assert.equal(isGsm7(text), false, text)
})

test('any octets decode to some text, one character or less for each octet', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      assert.ok(decodeGsm7(octets).length <= octets.length)
    }),
  )
})

test('unknown extension codes show the default character, a lone escape a space', () => {
  assert.equal(decodeGsm7(Uint8Array.of(0x41, 0x1b, 0x41)), 'AA')
  assert.equal(decodeGsm7(Uint8Array.of(0x41, 0x1b)), 'A ')
  assert.equal(decodeGsm7(Uint8Array.of(0x1b, 0x1b, 0x41)), ' A')
  assert.equal(decodeGsm7(Uint8Array.of(0x80, 0x1b, 0xff)), '\ufffd\ufffd')
})

test('packed septets are those of the standard example', () => {
  assert.equal(packSeptets(encodeGsm7('hellohello')).toString('hex'), 'e8329bfd4697d9ec37')
  assert.equal(packSeptets(encodeGsm7('a'), 1).toString('hex'), 'c2')
})

test('unpacking gives back what was packed, behind any number of fill bits', () => {
  const septets = fc.uint8Array({ maxLength: 160, max: 0x7f })
  fc.assert(
    fc.property(septets, fc.integer({ min: 0, max: 6 }), (octets, fillBits) => {
      const packed = packSeptets(octets, fillBits)
      assert.equal(packed.length, Math.ceil((octets.length * 7 + fillBits) / 8))
      assert.deepEqual(Uint8Array.from(unpackSeptets(packed, octets.length, fillBits)), octets)
    }),
  )
  assert.throws(() => unpackSeptets(Buffer.alloc(7), 9), RangeError)
})

/** Written down from TS 23.038 §6.2.1 by code point, apart from the tables under test. */
function expectedWidths(): Map<number, number> {
  const widths = new Map<number, number>()
  const ranges: [number, number][] = [
    [0x20, 0x5a], // without the backtick, brackets and braces further up
    [0x61, 0x7a],
  ]
  for (const [first, last] of ranges)
    for (let codePoint = first; codePoint <= last; codePoint++) widths.set(codePoint, 1)
  const singles = [
    0x0a, 0x0d, 0x5f, 0xa1, 0xa3, 0xa4, 0xa5, 0xa7, 0xbf, 0xc4, 0xc5, 0xc6, 0xc7, 0xc9, 0xd1, 0xd6, 0xd8, 0xdc, 0xdf,
    0xe0, 0xe4, 0xe5, 0xe6, 0xe8, 0xe9, 0xec, 0xf1, 0xf2, 0xf6, 0xf8, 0xf9, 0xfc, 0x393, 0x394, 0x398, 0x39b, 0x39e,
    0x3a0, 0x3a3, 0x3a6, 0x3a8, 0x3a9,
  ]
  for (const codePoint of singles) widths.set(codePoint, 1)
  for (const codePoint of [0x0c, 0x5b, 0x5c, 0x5d, 0x5e, 0x7b, 0x7c, 0x7d, 0x7e, 0x20ac]) widths.set(codePoint, 2)
  return new Map([...widths].sort(([a], [b]) => a - b))
}
