import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeUserData } from './decodeUserData.ts'
import { encodeSegment } from './encodeSegment.ts'
import { isGsm7 } from './gsm0338.ts'
import { segmentText } from './segmentText.ts'
import { splitUserDataHeader } from './userDataHeader.ts'

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abc €[ñ@'), maxLength: 900 }),
  fc.string({ unit: fc.constantFrom('a', '北', '😀'), maxLength: 400 }),
)

test('what a receiver takes off the wire and joins is the text that was sent', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 0xffff }), (sent, reference) => {
      const received = segmentText(sent, isGsm7(sent) ? 'gsm7' : 'ucs2').map((segment) => {
        const { header, userData, dataCoding } = encodeSegment(segment, reference)
        const octets = header === null ? userData : Buffer.concat([header, userData])
        assert.ok(dataCoding === 0 ? octets.length <= 160 : octets.length <= 140)
        if (header === null) return decodeText(userData, dataCoding)
        const split = splitUserDataHeader(octets)
        const { number, total } = segment
        assert.deepEqual(split.concat, { reference, referenceBits: 16, total, number })
        return decodeText(split.userData, dataCoding)
      })
      assert.equal(received.join(''), sent)
    }),
  )
})

test('a message of one segment has no header', () => {
  const { header, userData, dataCoding } = encodeSegment({ number: 1, total: 1, encoding: 'gsm7', text: 'a€' }, 7)
  assert.deepEqual([header, userData.toString('hex'), dataCoding], [null, '611b65', 0])
})

test('the header carries a 16-bit reference, the total and the number', () => {
  const { header, userData, dataCoding } = encodeSegment({ number: 2, total: 3, encoding: 'ucs2', text: '😀' }, 0x1234)
  assert.deepEqual([header?.toString('hex'), userData.toString('hex'), dataCoding], ['06080412340302', 'd83dde00', 8])
})

test('a message of more segments than the header can count is a mistake of the caller', () => {
  assert.throws(() => encodeSegment({ number: 1, total: 256, encoding: 'gsm7', text: '' }, 0), RangeError)
})

function decodeText(octets: Buffer, dataCoding: number): string {
  const decoded = decodeUserData(octets, dataCoding)
  return decoded.kind === 'text' ? decoded.text : assert.fail('the segment was decoded as binary')
}
