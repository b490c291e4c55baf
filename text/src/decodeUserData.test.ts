import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeUserData } from './decodeUserData.ts'

function decode(hex: string, dataCoding: number): string {
  const decoded = decodeUserData(Buffer.from(hex, 'hex'), dataCoding)
  return decoded.kind === 'text' ? decoded.text : `binary ${decoded.hex}`
}

for (const { name, hex, dataCoding, expected } of [
  { name: 'the default alphabet', hex: '00611b65', dataCoding: 0x00, expected: '@a€' },
  { name: 'Latin-1 sent as the default alphabet', hex: '40e9', dataCoding: 0x00, expected: '@é' },
  { name: 'ASCII', hex: '405b5d', dataCoding: 0x01, expected: '@[]' },
  { name: 'octets', hex: '00ff', dataCoding: 0x02, expected: 'binary 00ff' },
  { name: 'Latin-1', hex: 'e9a3', dataCoding: 0x03, expected: 'é£' },
  { name: 'octets, GSM form', hex: '00ff', dataCoding: 0x04, expected: 'binary 00ff' },
  { name: 'JIS, for which there is no decoder', hex: '2422', dataCoding: 0x05, expected: 'binary 2422' },
  { name: 'Cyrillic', hex: 'bfe0d8', dataCoding: 0x06, expected: 'При' },
  { name: 'Hebrew', hex: 'f9ec', dataCoding: 0x07, expected: 'של' },
  { name: 'UCS-2', hex: '0041d83dde00', dataCoding: 0x08, expected: 'A😀' },
  { name: 'ISO-2022-JP', hex: '1b24422422', dataCoding: 0x0a, expected: 'あ' },
  { name: 'flash in the default alphabet', hex: '00', dataCoding: 0x10, expected: '@' },
  { name: 'flash binary', hex: '00', dataCoding: 0x14, expected: 'binary 00' },
  { name: 'flash in UCS-2', hex: '0041', dataCoding: 0x18, expected: 'A' },
  { name: 'compressed text', hex: '41', dataCoding: 0x20, expected: 'binary 41' },
  { name: 'automatic deletion in UCS-2', hex: '0041', dataCoding: 0x48, expected: 'A' },
  { name: 'a reserved group', hex: '00', dataCoding: 0x90, expected: '@' },
  { name: 'message waiting', hex: '00', dataCoding: 0xc8, expected: '@' },
  { name: 'message waiting in UCS-2', hex: '0041', dataCoding: 0xe8, expected: 'A' },
  { name: 'class 0 in the default alphabet', hex: '00', dataCoding: 0xf0, expected: '@' },
  { name: 'class 2 binary', hex: '00', dataCoding: 0xf6, expected: 'binary 00' },
]) {
  test(`data_coding 0x${dataCoding.toString(16).padStart(2, '0')} is ${name}`, () => {
    assert.equal(decode(hex, dataCoding), expected)
  })
}

test('half a UCS-2 character, half a pair and NUL become U+FFFD', () => {
  assert.equal(decode('004100', 8), 'A\ufffd')
  assert.equal(decode('0041d83d', 8), 'A\ufffd')
  assert.equal(decode('00410000', 8), 'A\ufffd')
})

test('any octets in any data_coding decode to text that a store can hold', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 160 }), fc.integer({ min: 0, max: 255 }), (octets, dataCoding) => {
      const decoded = decodeUserData(octets, dataCoding)
      if (decoded.kind === 'text') assert.ok(decoded.text.isWellFormed() && !decoded.text.includes('\0'))
      else assert.equal(decoded.hex, Buffer.from(octets).toString('hex'))
    }),
    { numRuns: 2000 },
  )
})

test('the octets given are left as they were', () => {
  const octets = Buffer.from('00410042', 'hex')
  decodeUserData(octets, 8)
  assert.equal(octets.toString('hex'), '00410042')
})
