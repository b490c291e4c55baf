import assert from 'node:assert/strict'
import { test } from 'node:test'
import { segmentText } from '@heliograph/text/segmentText'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { parseSender } from '../../numbers/parseSender.ts'
import type { SegmentSubmission } from '../carrier.ts'
import type { SmppCarrierConfig } from './config.ts'
import { smppSettings } from './settings.ts'
import { validityPeriod } from './validityPeriod.ts'
import { writeSubmit } from './writeSubmit.ts'

const NOW = Date.UTC(2026, 10, 22)

test('a short GSM text is one submit_sm that asks for a receipt', () => {
  assert.deepEqual(writeSubmit(submission({ text: 'Hi @' }), NOW, settings()), {
    command: 'submit_sm',
    serviceType: '',
    sourceAddrTon: 5,
    sourceAddrNpi: 0,
    sourceAddr: 'Acme',
    destAddrTon: 1,
    destAddrNpi: 1,
    destinationAddr: '4915112345678',
    esmClass: 0,
    priorityFlag: 0,
    validityPeriod: '000002000000000R',
    registeredDelivery: 1,
    dataCoding: 0,
    shortMessage: Buffer.from([0x48, 0x69, 0x20, 0x00]),
    tlvs: {},
  })
})

test('senders carry the type of number of their kind, or the one the operator sets', () => {
  const number = writeSubmit(submission({ from: '+4915111111111' }), NOW, settings())
  assert.deepEqual([number.sourceAddr, number.sourceAddrTon, number.sourceAddrNpi], ['4915111111111', 1, 1])
  const shortCode = submission({ from: '12345' })
  assert.equal(writeSubmit(shortCode, NOW, settings()).sourceAddrTon, 3)
  const own = writeSubmit(shortCode, NOW, settings({ addresses: { shortCode: { ton: 6, npi: 9 } } }))
  assert.deepEqual([own.sourceAddr, own.sourceAddrTon, own.sourceAddrNpi], ['12345', 6, 9])
})

test('segments of a long message are joined by header, by TLVs, or by header in message_payload', () => {
  const long = submission({ text: 'ü'.repeat(161), reference: 0xabcd })
  const udh = writeSubmit(long, NOW, settings())
  assert.equal(udh.esmClass, 0x40)
  assert.equal(udh.shortMessage?.subarray(0, 7).toString('hex'), '060804abcd0201')
  assert.equal(udh.shortMessage?.length, 7 + 152)

  const sar = writeSubmit(long, NOW, settings({ concatenation: 'sar' }))
  assert.equal(sar.esmClass, 0)
  assert.equal(sar.shortMessage?.length, 152)
  assert.deepEqual(sar.tlvs, { sarMsgRefNum: 0xabcd, sarTotalSegments: 2, sarSegmentSeqnum: 1 })
  assert.deepEqual(writeSubmit(submission({ text: 'a' }), NOW, settings({ concatenation: 'sar' })).tlvs, {})

  const payload = writeSubmit(long, NOW, settings({ concatenation: 'payload' }))
  assert.equal(payload.esmClass, 0x40)
  assert.equal(payload.shortMessage?.length, 0)
  assert.deepEqual(payload.tlvs, { messagePayload: udh.shortMessage })
})

test('data_coding says the alphabet, flash, and what the operator sets for GSM', () => {
  const gsm = { text: 'a' }
  const ucs2 = { text: 'я' }
  assert.equal(writeSubmit(submission(ucs2), NOW, settings()).dataCoding, 8)
  assert.equal(writeSubmit(submission(ucs2), NOW, settings()).shortMessage?.toString('hex'), '044f')
  assert.equal(writeSubmit(submission({ ...gsm, flash: true }), NOW, settings()).dataCoding, 0x10)
  assert.equal(writeSubmit(submission({ ...ucs2, flash: true }), NOW, settings()).dataCoding, 0x18)
  assert.equal(writeSubmit(submission(gsm), NOW, settings({ dataCodingGsm7: 0xf1 })).dataCoding, 0xf1)
  assert.equal(writeSubmit(submission(ucs2), NOW, settings({ dataCodingGsm7: 0xf1 })).dataCoding, 8)
})

test('validity is what is left, at least a second and at most 30 days', () => {
  assert.equal(validityPeriod(90_061_999), '000001010101000R')
  assert.equal(validityPeriod(0), '000000000001000R')
  assert.equal(validityPeriod(-5), '000000000001000R')
  assert.equal(validityPeriod(365 * 86_400_000), '000030000000000R')
})

function settings(config: Partial<SmppCarrierConfig> = {}) {
  return smppSettings({ id: 'smsc-1', type: 'smpp', host: 'localhost', systemId: 'x', password: 'y', ...config })
}

function submission({
  text = 'a',
  from = 'Acme',
  reference = 1,
  flash = false,
}: {
  text?: string
  from?: string
  reference?: number
  flash?: boolean
}): SegmentSubmission {
  const to = parseNumber('+4915112345678')
  const sender = parseSender(from)
  const segment = segmentText(text, /^[\x20-\x7eü]*$/.test(text) ? 'gsm7' : 'ucs2')[0]
  assert.ok(to !== null && sender !== null && segment !== undefined)
  return { messageId: 'm', from: sender, to, segment, reference, flash, expiresAt: NOW + 2 * 86_400_000 }
}
