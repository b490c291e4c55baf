import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { splitUserDataHeader } from './userDataHeader.ts'

function split(hex: string) {
  const { concat, userData } = splitUserDataHeader(Buffer.from(hex, 'hex'))
  return { concat, userData: userData.toString('hex') }
}

test('an 8-bit and a 16-bit concatenation are read', () => {
  assert.deepEqual(split('050003aa020161'), {
    concat: { reference: 0xaa, referenceBits: 8, total: 2, number: 1 },
    userData: '61',
  })
  assert.deepEqual(split('060804aabb0302'), {
    concat: { reference: 0xaabb, referenceBits: 16, total: 3, number: 2 },
    userData: '',
  })
})

test('other elements are skipped, before and behind', () => {
  // Application ports (0x05), the concatenation, then a language shift (0x25).
  assert.deepEqual(split('0e05040b8423f00003aa020125010161'), {
    concat: { reference: 0xaa, referenceBits: 8, total: 2, number: 1 },
    userData: '61',
  })
  assert.deepEqual(split('0605040b8423f061'), { concat: null, userData: '61' })
  assert.deepEqual(split('0061'), { concat: null, userData: '61' })
})

test('of two concatenations the last counts', () => {
  assert.deepEqual(split('0a0003aa02010003bb0302').concat, { reference: 0xbb, referenceBits: 8, total: 3, number: 2 })
})

test('a total or number out of range is no concatenation, and the header still comes off', () => {
  for (const numbers of ['0000', '0200', '0203', '0001']) {
    assert.deepEqual(split(`050003aa${numbers}61`), { concat: null, userData: '61' })
  }
})

test('a header that does not fit leaves all octets as user data', () => {
  for (const hex of ['', '05', '050003aa02', '050004aa020161', '010061', '060003aa02010061']) {
    assert.deepEqual(split(hex), { concat: null, userData: hex })
  }
})

test('any octets give a usable concatenation or none, and no octet is invented', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 160 }), (octets) => {
      const { concat, userData } = splitUserDataHeader(octets)
      assert.deepEqual(Uint8Array.from(userData), octets.subarray(octets.length - userData.length))
      if (concat !== null) assert.ok(concat.number >= 1 && concat.number <= concat.total && concat.total <= 255)
    }),
    { numRuns: 2000 },
  )
})
