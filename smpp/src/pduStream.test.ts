import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { anyPdu } from '../test/anyPdu.ts'
import { encodePdu } from './pdu.ts'
import { PduStream } from './pduStream.ts'

test('however the octets are cut into chunks, the same PDUs come out', () => {
  fc.assert(
    fc.property(
      fc.array(anyPdu(), { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
      (pdus, sizes) => {
        const sent = pdus.map(encodePdu)
        const octets = Buffer.concat(sent)
        const stream = new PduStream(65_536)
        const cut: Buffer[] = []
        let at = 0
        for (let turn = 0; at < octets.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1
          stream.push(Buffer.from(octets.subarray(at, at + size)))
          at += size
          while (stream.next() === 'pdu') cut.push(Buffer.from(stream.buffer.subarray(stream.start, stream.end)))
        }
        assert.deepEqual(cut, sent)
      },
    ),
    { numRuns: 200 },
  )
})

test('chunks pushed before the last was read to its end lose nothing', () => {
  const pdu = encodePdu({ command: 'enquire_link', sequenceNumber: 1 })
  const stream = new PduStream(65_536)
  stream.push(Buffer.concat([pdu, pdu]))
  assert.equal(stream.next(), 'pdu')
  stream.push(pdu)
  assert.deepEqual([stream.next(), stream.next(), stream.next()], ['pdu', 'pdu', 'more'])
})

test('a length below 16 or above the cap is bad however its octets arrive', () => {
  for (const length of [0, 15, 65_537, 0xffffffff]) {
    const octets = Buffer.alloc(20)
    octets.writeUInt32BE(length, 0)
    octets.writeUInt32BE(77, 12)
    const whole = new PduStream(65_536)
    whole.push(octets)
    assert.equal(whole.next(), 'bad length')
    assert.equal(whole.sequenceNumber(), 77)
    const split = new PduStream(65_536)
    split.push(octets.subarray(0, 2))
    assert.equal(split.next(), 'more')
    split.push(octets.subarray(2))
    assert.equal(split.next(), 'bad length')
    assert.equal(split.sequenceNumber(), 0)
  }
})
