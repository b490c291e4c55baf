import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DataSm, DeliverSm } from '@heliograph/smpp/pdu'
import fc from 'fast-check'
import type { Receipt } from '../carrier.ts'
import type { SmppCarrierConfig } from './config.ts'
import { readDeliver } from './readDeliver.ts'
import { smppSettings } from './settings.ts'

const NOON = Date.UTC(2026, 10, 22, 12, 0)

const receiptTexts: readonly (readonly [what: string, text: string, expected: Partial<Receipt>])[] = [
  [
    'Appendix B to the letter',
    'id:0012345678 sub:001 dlvrd:001 submit date:2611221159 done date:2611221200 stat:DELIVRD err:000 Text:Hello',
    { carrierMessageId: '12345678', state: 'delivered', errorCode: '0000', doneAt: NOON },
  ],
  [
    'lower case stat, capital labels, seconds in the dates',
    'ID:7f3a SUB:001 DLVRD:000 SUBMIT DATE:261122115900 DONE DATE:261122120000 STAT:undeliv ERR:011 TEXT:',
    { carrierMessageId: '32570', state: 'undelivered', errorCode: '000b', doneAt: NOON },
  ],
  [
    'four digits of year',
    'id:1 sub:1 dlvrd:1 submit date:20261122115900 done date:20261122120000 stat:EXPIRED err:6 text:',
    { carrierMessageId: '1', state: 'expired', errorCode: '0006', doneAt: NOON },
  ],
  [
    'four digits of year and no seconds',
    'id:1 done date:202611221200 stat:EXPIRED',
    { state: 'expired', doneAt: NOON, errorCode: '0000' },
  ],
  [
    'a date for people to read',
    'id:1 done date:2026-11-22 12:00:00 stat:DELIVRD err:0',
    { state: 'delivered', doneAt: NOON },
  ],
  ['absolute SMPP time with an offset', 'id:1 done date:261122130000004+ stat:DELIVRD', { doneAt: NOON }],
  ['absolute SMPP time west of Greenwich', 'id:1 done date:261122070000020- stat:DELIVRD', { doneAt: NOON }],
  ['underscores and blanks around colons', 'id : 42 done_date : 2611221200 stat : DELIVRD', { doneAt: NOON }],
  [
    'another order',
    'stat:REJECTD err:00A done date:2611221200 id:abc-17',
    { carrierMessageId: 'abc-17', state: 'rejected', errorCode: '000a', doneAt: NOON },
  ],
  [
    'a UUID for an id',
    'id:6f1c24c2-0d4e-4a8f-9d7e-0a1b2c3d4e5f sub:001 dlvrd:001 stat:DELIVRD',
    { carrierMessageId: '6f1c24c2-0d4e-4a8f-9d7e-0a1b2c3d4e5f', state: 'delivered', doneAt: null },
  ],
  ['the id and the state alone', 'id:5 stat:DELIVRD', { carrierMessageId: '5', state: 'delivered', doneAt: null }],
  ['the state spelled out', 'id:5 stat:DELIVERED', { state: 'delivered' }],
  ['the state as a number', 'id:5 stat:5 err:27', { state: 'undelivered', errorCode: '001b' }],
  ['a failure in other words', 'id:5 stat:FAILED', { state: 'undelivered' }],
  ['deleted at the SMSC', 'id:5 stat:DELETED', { state: 'undelivered' }],
  ['accepted but not there yet', 'id:5 stat:ACCEPTD', { state: 'enroute' }],
  ['on its way', 'id:5 stat:ENROUTE', { state: 'enroute' }],
  ['buffered', 'id:5 stat:BUFFRED', { state: 'enroute' }],
  ['the SMSC does not know', 'id:5 stat:UNKNOWN', { state: 'unknown' }],
  ['a state nobody knows', 'id:5 stat:WHATEVER', { state: 'unknown' }],
  ['no state', 'id:5 sub:001', { state: 'unknown' }],
  ['an error in words', 'id:5 stat:UNDELIV err:ABSENT', { state: 'undelivered', errorCode: '0000' }],
  ['an error that fits no 16 bits', 'id:5 stat:UNDELIV err:99999', { errorCode: '0000' }],
  ['an error beside delivered', 'id:5 stat:DELIVRD err:003', { state: 'delivered', errorCode: '0000' }],
  ['an impossible date', 'id:5 done date:2602300000 stat:DELIVRD', { doneAt: null }],
  ['a C string', 'id:5 stat:DELIVRD\0', { carrierMessageId: '5', state: 'delivered' }],
  [
    'a customer who writes receipts',
    'id:5 sub:001 stat:UNDELIV err:001 text:id:6 stat:DELIVRD err:000',
    { carrierMessageId: '5', state: 'undelivered', errorCode: '0001' },
  ],
  ['a customer who fills the gaps', 'id:5 text:stat:DELIVRD', { carrierMessageId: '5', state: 'unknown' }],
]

for (const [what, text, expected] of receiptTexts) {
  test(`a receipt is read: ${what}`, () => {
    const delivered = readDeliver(deliverSm({ esmClass: 0x04, shortMessage: Buffer.from(text, 'latin1') }), settings())
    assert.equal(delivered.kind, 'receipt')
    const receipt = delivered.kind === 'receipt' ? delivered.receipt : {}
    assert.deepEqual({ ...receipt, ...expected }, receipt)
  })
}

test('TLVs count before the text', () => {
  const delivered = readDeliver(
    deliverSm({
      esmClass: 0x04,
      shortMessage: Buffer.from('id:9 stat:DELIVRD err:001 done date:2611221200'),
      tlvs: { receiptedMessageId: '77', messageState: 5, networkErrorCode: { networkType: 3, errorCode: 0x1b } },
    }),
    settings(),
  )
  assert.deepEqual(receiptOf(delivered), {
    carrierId: 'smsc-1',
    carrierMessageId: '77',
    state: 'undelivered',
    errorCode: '001b',
    doneAt: NOON,
  })
})

test('a receipt of TLVs alone is read, also from a data_sm', () => {
  const tlvs = { receiptedMessageId: '77', messageState: 3 }
  const expected = { carrierId: 'smsc-1', carrierMessageId: '77', state: 'expired', errorCode: '0000', doneAt: null }
  assert.deepEqual(receiptOf(readDeliver(deliverSm({ esmClass: 0x04, tlvs }), settings())), expected)
  assert.deepEqual(receiptOf(readDeliver(deliverSm({ tlvs }), settings())), expected, 'not marked by esm_class')
  assert.deepEqual(receiptOf(readDeliver(dataSm({ esmClass: 0x04, tlvs }), settings())), expected)
})

test('a receipt in message_payload or in UCS-2 is read', () => {
  const text = Buffer.from('id:5 stat:DELIVRD')
  const inPayload = deliverSm({ esmClass: 0x04, tlvs: { messagePayload: text } })
  assert.equal(receiptOf(readDeliver(inPayload, settings())).state, 'delivered')
  const ucs2 = Buffer.from('id:5 stat:DELIVRD', 'utf16le').swap16()
  const inUcs2 = deliverSm({ esmClass: 0x04, dataCoding: 8, shortMessage: ucs2 })
  assert.equal(receiptOf(readDeliver(inUcs2, settings())).state, 'delivered')
  const saysUcs2 = deliverSm({ esmClass: 0x04, dataCoding: 8, shortMessage: Buffer.from('id:5 stat:DELIVRD ') })
  assert.equal(receiptOf(readDeliver(saysUcs2, settings())).state, 'delivered')
})

test('an intermediate notification is enroute unless it says more', () => {
  const bare = deliverSm({ esmClass: 0x20, shortMessage: Buffer.from('id:5') })
  assert.equal(receiptOf(readDeliver(bare, settings())).state, 'enroute')
  const telling = deliverSm({ esmClass: 0x20, shortMessage: Buffer.from('id:5 stat:EXPIRED') })
  assert.equal(receiptOf(readDeliver(telling, settings())).state, 'expired')
})

test('a receipt without any id is unreadable, not an inbound message', () => {
  const pdu = deliverSm({ esmClass: 0x04, shortMessage: Buffer.from('stat:DELIVRD') })
  assert.equal(readDeliver(pdu, settings()).kind, 'unreadable receipt')
})

test('dates are read by the clock of the SMSC', () => {
  const pdu = deliverSm({ esmClass: 0x04, shortMessage: Buffer.from('id:5 done date:2611221300 stat:DELIVRD') })
  assert.equal(receiptOf(readDeliver(pdu, settings({ receiptUtcOffsetMinutes: 60 }))).doneAt, NOON)
})

test('hex here and decimal there are one id', () => {
  const inText = deliverSm({ esmClass: 0x04, shortMessage: Buffer.from('id:00001000 stat:DELIVRD') })
  assert.equal(receiptOf(readDeliver(inText, settings())).carrierMessageId, '1000')
  assert.equal(receiptOf(readDeliver(inText, settings({ receiptIds: { format: 'hex' } }))).carrierMessageId, '4096')

  const both = { ...inText, tlvs: { receiptedMessageId: '4096' } }
  assert.equal(receiptOf(readDeliver(both, settings({ receiptIds: { format: 'hex' } }))).carrierMessageId, '4096')
  const same = { ...inText, tlvs: { receiptedMessageId: '00001000' } }
  assert.equal(receiptOf(readDeliver(same, settings({ receiptIds: { format: 'hex' } }))).carrierMessageId, '4096')
})

test('an unmarked receipt counts only with all fields, and only where the operator lets it', () => {
  const text = 'id:5 sub:001 dlvrd:001 submit date:2611221159 done date:2611221200 stat:DELIVRD err:000 text:x'
  const pdu = deliverSm({ shortMessage: Buffer.from(text) })
  assert.equal(readDeliver(pdu, settings()).kind, 'receipt')
  assert.equal(readDeliver(pdu, settings({ unmarkedReceipts: false })).kind, 'inbound')
  for (const likeIt of ['id:5 stat:DELIVRD', `see ${text}`, text.replace('DELIVRD', 'FINE')]) {
    assert.equal(readDeliver(deliverSm({ shortMessage: Buffer.from(likeIt) }), settings()).kind, 'inbound', likeIt)
  }
})

test('an inbound part keeps its octets, its header becomes concat', () => {
  const pdu = deliverSm({
    esmClass: 0x40,
    sourceAddr: '4915112345678',
    sourceAddrTon: 1,
    destinationAddr: '12345',
    dataCoding: 8,
    shortMessage: Buffer.from('050003a502010048', 'hex'),
  })
  assert.deepEqual(readDeliver(pdu, settings()), {
    kind: 'inbound',
    part: {
      carrierId: 'smsc-1',
      from: '+4915112345678',
      to: '12345',
      payload: Buffer.from('0048', 'hex'),
      dataCoding: 8,
      concat: { reference: 0xa5, referenceBits: 8, total: 2, number: 1 },
    },
  })
})

test('an inbound part may say its place by TLVs and its text by message_payload', () => {
  const place = { sarMsgRefNum: 700, sarTotalSegments: 3, sarSegmentSeqnum: 3 }
  const delivered = readDeliver(deliverSm({ tlvs: { ...place, messagePayload: Buffer.from('end') } }), settings())
  assert.equal(delivered.kind, 'inbound')
  if (delivered.kind !== 'inbound') return
  assert.equal(delivered.part.payload.toString(), 'end')
  assert.deepEqual(delivered.part.concat, { reference: 700, referenceBits: 16, total: 3, number: 3 })
  const impossible = readDeliver(deliverSm({ tlvs: { ...place, sarSegmentSeqnum: 4 } }), settings())
  assert.equal(impossible.kind === 'inbound' && impossible.part.concat, null)
})

test('no octets an SMSC could send make it throw, and nothing it returns breaks the store', () => {
  const label = fc.constantFrom('id', 'stat', 'err', 'done date', 'submit date', 'text', 'sub', 'dlvrd')
  const fields = fc.array(fc.tuple(label, fc.string({ unit: 'binary' })), { maxLength: 12 })
  const receiptLike = fields.map((all) => Buffer.from(all.map(([name, value]) => `${name}:${value} `).join('')))
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 254 }).map((raw) => Buffer.from(raw)),
    receiptLike,
  )
  const pdu = fc.record({ shortMessage: octets, esmClass: fc.nat(255), dataCoding: fc.nat(255) })
  fc.assert(
    fc.property(pdu, (fieldsOfPdu) => {
      const delivered = readDeliver(deliverSm(fieldsOfPdu), settings())
      if (delivered.kind !== 'receipt') return
      assert.match(delivered.receipt.carrierMessageId, /^[!-~]+$/)
      assert.match(delivered.receipt.errorCode, /^[0-9a-f]{4}$/)
      assert.ok(delivered.receipt.doneAt === null || Number.isSafeInteger(delivered.receipt.doneAt))
    }),
    { numRuns: 500 },
  )
})

function settings(config: Partial<SmppCarrierConfig> = {}) {
  return smppSettings({ id: 'smsc-1', type: 'smpp', host: 'localhost', systemId: 'x', password: 'y', ...config })
}

function receiptOf(delivered: ReturnType<typeof readDeliver>): Receipt {
  assert.equal(delivered.kind, 'receipt')
  if (delivered.kind !== 'receipt') throw new Error('unreachable')
  return delivered.receipt
}

const address = {
  sourceAddrTon: 0,
  sourceAddrNpi: 1,
  sourceAddr: '1',
  destAddrTon: 0,
  destAddrNpi: 1,
  destinationAddr: '2',
}
const header = { commandStatus: 0, sequenceNumber: 1, serviceType: '', esmClass: 0, registeredDelivery: 0 }

function deliverSm(fields: Partial<DeliverSm>): DeliverSm {
  return {
    ...header,
    ...address,
    command: 'deliver_sm',
    protocolId: 0,
    priorityFlag: 0,
    scheduleDeliveryTime: '',
    validityPeriod: '',
    replaceIfPresentFlag: 0,
    dataCoding: 0,
    smDefaultMsgId: 0,
    shortMessage: Buffer.alloc(0),
    tlvs: {},
    ...fields,
  }
}

function dataSm(fields: Partial<DataSm>): DataSm {
  return { ...header, ...address, command: 'data_sm', dataCoding: 0, tlvs: {}, ...fields }
}
