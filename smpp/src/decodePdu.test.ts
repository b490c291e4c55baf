import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { anyPdu, anyPduOf } from '../test/anyPdu.ts'
import { mutate, seededRandom } from '../test/mutate.ts'
import { CommandId } from './commands.ts'
import { decodePdu, encodePdu, type Pdu, PduError } from './pdu.ts'
import { CommandStatus } from './status.ts'

const SEED = 20_261_122

test('random octets behind a valid header give a PDU or a PduError', () => {
  const random = seededRandom(SEED)
  const commandIds = Object.values(CommandId)
  for (let run = 0; run < 60_000; run++) {
    const octets = Buffer.from(Array.from({ length: 16 + random(80) }, () => (random(3) === 0 ? 0 : random(256))))
    octets.writeUInt32BE(octets.length, 0)
    octets.writeUInt32BE(commandIds[random(commandIds.length)] ?? 0, 4)
    decodeOrRefuse(octets)
  }
})

test('valid PDUs with octets changed, cut and inserted give a PDU or a PduError', () => {
  const random = seededRandom(SEED + 1)
  const valid = fc.sample(anyPdu(), { numRuns: 400, seed: SEED }).map(encodePdu)
  for (let run = 0; run < 60_000; run++) {
    decodeOrRefuse(mutate(valid[run % valid.length] ?? Buffer.alloc(16), random))
  }
})

test('every PDU cut at every octet gives a PDU or a PduError, and a request never more than it had', () => {
  for (const pdus of Object.values<fc.Arbitrary<Pdu>>(anyPduOf)) {
    for (const pdu of fc.sample(pdus, { numRuns: 4, seed: SEED })) {
      const whole = encodePdu(pdu)
      for (let length = 0; length < whole.length; length++) {
        const cut = Buffer.from(whole.subarray(0, length))
        if (length >= 4) cut.writeUInt32BE(length, 0)
        decodeOrRefuse(cut)
        // As well with the octets behind the cut still in memory: nothing may be read past the end.
        const marked = Buffer.from(whole)
        marked.writeUInt32BE(length, 0)
        decodeOrRefuse(marked, length)
      }
    }
  }
})

test('a string is not read on into the PDU behind its own', () => {
  const octets = Buffer.concat([
    encodePdu({ command: 'outbind', sequenceNumber: 1, systemId: 'smsc', password: 'secret' }),
    encodePdu({ command: 'enquire_link', sequenceNumber: 2 }),
  ])
  const end = octets.indexOf('secret') + 'secret'.length
  octets.writeUInt32BE(end, 0)
  assert.throws(() => decodePdu(octets, 0, end), { name: 'PduError', commandStatus: CommandStatus.ESME_RINVPASWD })
})

test('a length octet or TLV length of any value stays inside the PDU', () => {
  const octets = encodePdu({
    command: 'deliver_sm',
    sequenceNumber: 1,
    shortMessage: Buffer.from('hello'),
    tlvs: { messagePayload: Buffer.from('payload') },
  })
  const lengthAt = octets.indexOf('hello') - 1
  const tlvLengthAt = octets.indexOf('payload') - 2
  for (let length = 0; length < 256; length++) {
    const changed = Buffer.from(octets)
    changed[lengthAt] = length
    decodeOrRefuse(changed)
  }
  for (let length = 0; length < 65_536; length += 13) {
    const changed = Buffer.from(octets)
    changed.writeUInt16BE(length, tlvLengthAt)
    decodeOrRefuse(changed)
  }
})

/** Decodes and encodes again; only a PduError may come out of either. */
function decodeOrRefuse(octets: Buffer, end = octets.length): void {
  try {
    const pdu = decodePdu(octets, 0, end)
    assert(buffersOf(pdu).every((buffer) => isInside(buffer, octets, end)))
    encodePdu(pdu)
  } catch (error) {
    if (!(error instanceof PduError)) throw error
  }
}

function buffersOf(value: unknown): Buffer[] {
  if (Buffer.isBuffer(value)) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buffersOf) : []
}

function isInside(inner: Buffer, outer: Buffer, end: number): boolean {
  const start = inner.byteOffset - outer.byteOffset
  return inner.buffer === outer.buffer && start >= 0 && start + inner.length <= end
}
