import assert from 'node:assert/strict'
import test from 'node:test'
import { decodePdu, encodePdu } from './pdu.ts'
import type { RawTlv, Tlvs } from './tlvTable.ts'

test('a TLV outside the specification is kept raw under its tag', () => {
  assert.deepEqual(received([{ tag: 0x1401, value: Buffer.from('abc') }]), {
    unknown: [{ tag: 0x1401, value: Buffer.from('abc') }],
  })
})

test('an integer is read in any width up to four octets', () => {
  assert.equal(received([{ tag: 0x0427, value: Buffer.from('0002', 'hex') }]).messageState, 2)
  assert.equal(received([{ tag: 0x020c, value: Buffer.from('07', 'hex') }]).sarMsgRefNum, 7)
  assert.equal(received([{ tag: 0x0017, value: Buffer.from('ffffffff', 'hex') }]).qosTimeToLive, 0xffffffff)
})

test('an integer of no octets or of five is kept raw', () => {
  for (const value of [Buffer.alloc(0), Buffer.alloc(5)]) {
    assert.deepEqual(received([{ tag: 0x0427, value }]), { unknown: [{ tag: 0x0427, value }] })
  }
})

test('a receipted_message_id is the same with and without its NUL', () => {
  assert.equal(received([{ tag: 0x001e, value: Buffer.from('id-1\0') }]).receiptedMessageId, 'id-1')
  assert.equal(received([{ tag: 0x001e, value: Buffer.from('id-1') }]).receiptedMessageId, 'id-1')
})

test('of a TLV that may stand once the first counts and the others stay raw', () => {
  const again = { tag: 0x0424, value: Buffer.from('two') }
  const tlvs = received([{ tag: 0x0424, value: Buffer.from('one') }, again])
  assert.deepEqual(tlvs, { messagePayload: Buffer.from('one'), unknown: [again] })
})

test('several callback numbers keep their order', () => {
  const values = ['01010131', '01010132', '01010133'].map((hex) => Buffer.from(hex, 'hex'))
  assert.deepEqual(received(values.map((value) => ({ tag: 0x0381, value }))).callbackNum, values)
})

test('a network_error_code is a network and a code, and raw when it is not three octets long', () => {
  assert.deepEqual(received([{ tag: 0x0423, value: Buffer.from('030021', 'hex') }]).networkErrorCode, {
    networkType: 3,
    errorCode: 0x21,
  })
  const value = Buffer.from('0021', 'hex')
  assert.deepEqual(received([{ tag: 0x0423, value }]), { unknown: [{ tag: 0x0423, value }] })
})

/** The TLVs as a peer reads them, whatever octets they were sent with. */
function received(unknown: readonly RawTlv[]): Tlvs {
  const decoded = decodePdu(encodePdu({ command: 'deliver_sm', sequenceNumber: 1, tlvs: { unknown } }))
  assert(decoded.command === 'deliver_sm')
  return decoded.tlvs
}
