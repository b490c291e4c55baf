import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { anyPduOf } from '../test/anyPdu.ts'
import { CommandId, isCommandName } from './commands.ts'
import { decodePdu, encodePdu, type Pdu, PduError, type PduToSend } from './pdu.ts'
import { CommandStatus } from './status.ts'

for (const [command, pdus] of Object.entries<fc.Arbitrary<Pdu>>(anyPduOf)) {
  test(`${command} comes back from the wire field by field and goes out again octet by octet`, () => {
    fc.assert(
      fc.property(pdus, (pdu) => {
        const octets = encodePdu(pdu)
        const decoded = decodePdu(octets)
        assert.deepEqual(decoded, pdu)
        assert.deepEqual(encodePdu(decoded), octets)
      }),
      { numRuns: 100 },
    )
  })
}

test('a submit_sm is laid out as section 4.4.1 says', () => {
  const octets = encodePdu({
    command: 'submit_sm',
    sequenceNumber: 2,
    serviceType: 'CMT',
    sourceAddrTon: 5,
    sourceAddr: 'Acme',
    destAddrTon: 1,
    destAddrNpi: 1,
    destinationAddr: '4915112345678',
    registeredDelivery: 1,
    dataCoding: 8,
    shortMessage: Buffer.from('00480069', 'hex'),
    tlvs: { userMessageReference: 0x1234 },
  })
  const body = [
    '434d5400',
    '050041636d6500',
    '01013439313531313233343536373800',
    '000000',
    '0000',
    '01000800',
    '0400480069',
    '020400021234',
  ].join('')
  assert.equal(octets.toString('hex'), `${'0000003f'}${'00000004'}${'00000000'}${'00000002'}${body}`)
})

test('fields left out are zero or empty', () => {
  const decoded = decodePdu(encodePdu({ command: 'submit_sm', sequenceNumber: 1 }))
  assert.equal(decoded.command, 'submit_sm')
  assert.deepEqual(
    decoded.command === 'submit_sm' && [decoded.sourceAddr, decoded.dataCoding, decoded.shortMessage.length],
    ['', 0, 0],
  )
})

const unencodable: readonly [string, PduToSend, number][] = [
  [
    'a short message of 255 octets',
    { command: 'submit_sm', sequenceNumber: 1, shortMessage: Buffer.alloc(255) },
    CommandStatus.ESME_RINVMSGLEN,
  ],
  [
    'a source of 21 characters',
    { command: 'submit_sm', sequenceNumber: 1, sourceAddr: '1'.repeat(21) },
    CommandStatus.ESME_RINVSRCADR,
  ],
  [
    'a NUL inside a destination',
    { command: 'submit_sm', sequenceNumber: 1, destinationAddr: '49\u00001' },
    CommandStatus.ESME_RINVDSTADR,
  ],
  [
    'a destination outside Latin-1',
    { command: 'submit_sm', sequenceNumber: 1, destinationAddr: '٤٩' },
    CommandStatus.ESME_RINVDSTADR,
  ],
  [
    'a validity period of 15 characters',
    { command: 'submit_sm', sequenceNumber: 1, validityPeriod: '00000200000000R' },
    CommandStatus.ESME_RINVEXPIRY,
  ],
  [
    'a schedule of 3 characters',
    { command: 'replace_sm', sequenceNumber: 1, scheduleDeliveryTime: 'now' },
    CommandStatus.ESME_RINVSCHED,
  ],
  [
    'a service type of 6 characters',
    { command: 'data_sm', sequenceNumber: 1, serviceType: 'abcdef' },
    CommandStatus.ESME_RINVSERTYP,
  ],
  [
    'a message id of 65 characters',
    { command: 'submit_sm_resp', sequenceNumber: 1, messageId: 'x'.repeat(65) },
    CommandStatus.ESME_RINVMSGID,
  ],
  ['no destination at all', { command: 'submit_multi', sequenceNumber: 1 }, CommandStatus.ESME_RINVNUMDESTS],
  ['a data coding of 256', { command: 'submit_sm', sequenceNumber: 1, dataCoding: 256 }, CommandStatus.ESME_RSYSERR],
  [
    'a TLV value that is too large for its width',
    { command: 'submit_sm', sequenceNumber: 1, tlvs: { sarTotalSegments: 300 } },
    CommandStatus.ESME_RSYSERR,
  ],
  [
    'a TLV that is too long',
    { command: 'submit_sm', sequenceNumber: 1, tlvs: { callbackNum: [Buffer.alloc(20)] } },
    CommandStatus.ESME_RINVPARLEN,
  ],
]
for (const [what, pdu, commandStatus] of unencodable) {
  test(`${what} does not reach the wire`, () => {
    assert.throws(
      () => encodePdu(pdu),
      (error) => error instanceof PduError && error.commandStatus === commandStatus,
    )
  })
}

test('an error response may come without its body', () => {
  for (const command of Object.keys(CommandId).filter(isCommandName)) {
    if (!command.endsWith('_resp')) continue
    const octets = Buffer.alloc(16)
    octets.writeUInt32BE(16, 0)
    octets.writeUInt32BE(CommandId[command], 4)
    octets.writeUInt32BE(CommandStatus.ESME_RTHROTTLED, 8)
    octets.writeUInt32BE(9, 12)
    const decoded = decodePdu(octets)
    assert.equal(decoded.command, command)
    assert.equal(decoded.commandStatus, CommandStatus.ESME_RTHROTTLED)
    assert.deepEqual(encodePdu(decoded), octets)
  }
})

test('an error response with something to say keeps its body', () => {
  const refusal = {
    command: 'data_sm_resp',
    commandStatus: 0xfe,
    sequenceNumber: 1,
    tlvs: { deliveryFailureReason: 1 },
  } as const
  assert.deepEqual(decodePdu(encodePdu(refusal)), { ...refusal, messageId: '' })
})

const tolerated: readonly [string, string, string, Record<string, unknown>][] = [
  ['a message id without its NUL', '80000004', '6162', { messageId: 'ab' }],
  ['a message id of 200 characters', '80000004', `${'61'.repeat(200)}00`, { messageId: 'a'.repeat(200) }],
  ['a deliver_sm_resp without a body', '80000005', '', { messageId: '' }],
  ['a broken TLV behind a message id', '80000004', '616200001e00ff01', { messageId: 'ab', tlvs: {} }],
  ['an enquire_link with a body', '00000015', '00', {}],
]
for (const [what, commandId, body, fields] of tolerated) {
  test(`${what} is read, as SMSCs send such`, () => {
    const decoded: object = decodePdu(frame(commandId, body))
    for (const [name, value] of Object.entries(fields)) assert.deepEqual(Reflect.get(decoded, name), value)
  })
}

test('a deliver_sm with padding behind its body is read', () => {
  const octets = encodePdu({ command: 'deliver_sm', sequenceNumber: 1, shortMessage: Buffer.from('hi') })
  const padded = frame('00000005', `${octets.subarray(16).toString('hex')}0000`)
  const decoded = decodePdu(padded)
  assert.equal(decoded.command === 'deliver_sm' && decoded.shortMessage.toString(), 'hi')
})

test('a source of 40 characters from the peer is read, as aggregators send such', () => {
  const decoded = decodePdu(frame('00000005', `000000${'41'.repeat(40)}00${'0000'}3100${'00'.repeat(10)}`))
  assert.equal(decoded.command === 'deliver_sm' && decoded.sourceAddr, 'A'.repeat(40))
})

test('a TLV that runs over the end is refused as a bad TLV stream', () => {
  const octets = encodePdu({ command: 'deliver_sm', sequenceNumber: 1 })
  const overrun = frame('00000005', `${octets.subarray(16).toString('hex')}0424ffff00`)
  assert.throws(
    () => decodePdu(overrun),
    (error) => error instanceof PduError && error.commandStatus === CommandStatus.ESME_RINVOPTPARSTREAM,
  )
})

function frame(commandId: string, body: string): Buffer {
  const octets = Buffer.from(`00000000${commandId}0000000000000001${body}`, 'hex')
  octets.writeUInt32BE(octets.length, 0)
  return octets
}
