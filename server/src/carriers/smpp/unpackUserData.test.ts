import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packSeptets } from '@heliograph/text/gsm0338'
import fc from 'fast-check'
import { isGsm7Coding, unpackUserData } from './unpackUserData.ts'

test('packed user data is read back behind a header of any length, except for an @ that looks like padding', () => {
  const septets = fc.uint8Array({ minLength: 1, maxLength: 153, max: 0x7f })
  fc.assert(
    fc.property(septets, fc.integer({ min: 0, max: 20 }), (wanted, headerOctets) => {
      const fillBits = (7 - ((headerOctets * 8) % 7)) % 7
      const packed = packSeptets(wanted, fillBits)
      const read = unpackUserData(packed, headerOctets)
      const looksPadded = wanted.at(-1) === 0 && packed.length * 8 - fillBits === wanted.length * 7
      assert.deepEqual([...read], [...(looksPadded ? wanted.subarray(0, -1) : wanted)])
    }),
  )
})

test('user data that is too short for its fill bits is empty', () => {
  assert.equal(unpackUserData(Buffer.alloc(0), 6).length, 0)
  assert.equal(unpackUserData(Buffer.alloc(0), 0).length, 0)
})

test('only codings in the default alphabet are unpacked', () => {
  for (const dataCoding of [0x00, 0x10, 0x11, 0xc0, 0xd0, 0xf0, 0xf3]) assert.equal(isGsm7Coding(dataCoding), true)
  for (const dataCoding of [0x01, 0x03, 0x04, 0x08, 0x14, 0x18, 0x30, 0xe0, 0xf4]) {
    assert.equal(isGsm7Coding(dataCoding), false)
  }
})
