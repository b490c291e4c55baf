import fc from 'fast-check'
import type { CommandName } from '../src/commands.ts'
import type { DestAddress, Pdu, PduOf, UnsuccessSme } from '../src/pdu.ts'
import { type TlvName, type TlvRow, type Tlvs, tlvTable } from '../src/tlvTable.ts'

/** Any PDU of SMPP 3.4 that keeps to the specification, with all of its fields. */
export function anyPdu(): fc.Arbitrary<Pdu> {
  return fc.oneof(...Object.values<fc.Arbitrary<Pdu>>(anyPduOf))
}

const uint8 = fc.integer({ min: 0, max: 0xff })
const uint16 = fc.integer({ min: 0, max: 0xffff })
const uint32 = fc.integer({ min: 0, max: 0xffffffff })
const octets = (max: number) => fc.uint8Array({ maxLength: max }).map((value) => Buffer.from(value))
const cString = (lengthMax: number) =>
  fc.string({ unit: fc.integer({ min: 1, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: lengthMax })
const time = fc.constantFrom('', '261122001500000+', '000002000000000R')

const anyTlvs: fc.Arbitrary<Tlvs> = fc
  .tuple(
    fc.record(Object.fromEntries(Object.entries(tlvTable).map(([name, row]) => [name, tlvValue(row)])), {
      requiredKeys: [],
      noNullPrototype: true,
    }),
    fc.array(
      fc.record({ tag: fc.integer({ min: 0x1400, max: 0x3fff }), value: octets(40) }, { noNullPrototype: true }),
      {
        maxLength: 2,
      },
    ),
  )
  // Full sets of forty TLVs are rare, none or a few are not.
  .chain(([named, unknown]) =>
    fc.subarray(Object.keys(named), { maxLength: 6 }).map((names) => ({
      ...Object.fromEntries(names.map((name) => [name, named[name]])),
      ...(unknown.length === 0 ? {} : { unknown }),
    })),
  )

function tlvValue(row: TlvRow): fc.Arbitrary<Exclude<Tlvs[TlvName], undefined>> {
  switch (row.kind) {
    case 'uint8':
      return uint8
    case 'uint16':
      return uint16
    case 'uint32':
      return uint32
    case 'cString':
      return cString(row.octetsMax - 1)
    case 'octets':
      return octets(Math.min(row.octetsMax, 600))
    case 'octetsList':
      return fc.array(octets(row.octetsMax), { minLength: 1, maxLength: 3 })
    case 'networkError':
      return fc.record({ networkType: uint8, errorCode: uint16 }, { noNullPrototype: true })
    case 'flag':
      return fc.constant(true)
    default:
      return row satisfies never
  }
}

const requestHeader = { commandStatus: fc.constant(0), sequenceNumber: fc.integer({ min: 1, max: 0x7fffffff }) }
const responseHeader = {
  commandStatus: fc.oneof(fc.constant(0), uint32),
  sequenceNumber: fc.integer({ min: 1, max: 0x7fffffff }),
}
const source = { sourceAddrTon: uint8, sourceAddrNpi: uint8, sourceAddr: cString(20) }
const destination = { destAddrTon: uint8, destAddrNpi: uint8, destinationAddr: cString(20) }
const shortMessage = {
  esmClass: uint8,
  protocolId: uint8,
  priorityFlag: uint8,
  scheduleDeliveryTime: time,
  validityPeriod: time,
  registeredDelivery: uint8,
  replaceIfPresentFlag: uint8,
  dataCoding: uint8,
  smDefaultMsgId: uint8,
  shortMessage: octets(254),
  tlvs: anyTlvs,
}

const destAddress: fc.Arbitrary<DestAddress> = fc.oneof(
  fc.record({ kind: fc.constant<'sme'>('sme'), ...destination }, { noNullPrototype: true }),
  fc.record({ kind: fc.constant<'list'>('list'), dlName: cString(20) }, { noNullPrototype: true }),
)
const unsuccessSme: fc.Arbitrary<UnsuccessSme> = fc.record(
  { ...destination, errorStatusCode: uint32 },
  { noNullPrototype: true },
)

/** One generator per command; the type makes sure that none is forgotten. */
export const anyPduOf: { readonly [Command in CommandName]: fc.Arbitrary<PduOf<Command>> } = {
  bind_receiver: bind('bind_receiver'),
  bind_transmitter: bind('bind_transmitter'),
  bind_transceiver: bind('bind_transceiver'),
  bind_receiver_resp: bindAnswer('bind_receiver_resp'),
  bind_transmitter_resp: bindAnswer('bind_transmitter_resp'),
  bind_transceiver_resp: bindAnswer('bind_transceiver_resp'),
  outbind: pdu('outbind', { ...requestHeader, systemId: cString(15), password: cString(8) }),
  submit_sm: pdu('submit_sm', {
    ...requestHeader,
    serviceType: cString(5),
    ...source,
    ...destination,
    ...shortMessage,
  }),
  submit_sm_resp: pdu('submit_sm_resp', { ...responseHeader, messageId: cString(64), tlvs: anyTlvs }),
  deliver_sm: pdu('deliver_sm', {
    ...requestHeader,
    serviceType: cString(5),
    ...source,
    ...destination,
    ...shortMessage,
  }),
  deliver_sm_resp: pdu('deliver_sm_resp', { ...responseHeader, messageId: cString(64), tlvs: anyTlvs }),
  submit_multi: pdu('submit_multi', {
    ...requestHeader,
    serviceType: cString(5),
    ...source,
    destAddresses: fc.array(destAddress, { minLength: 1, maxLength: 12 }),
    ...shortMessage,
  }),
  submit_multi_resp: pdu('submit_multi_resp', {
    ...responseHeader,
    messageId: cString(64),
    unsuccessSmes: fc.array(unsuccessSme, { maxLength: 8 }),
    tlvs: anyTlvs,
  }),
  data_sm: pdu('data_sm', {
    ...requestHeader,
    serviceType: cString(5),
    ...source,
    sourceAddr: cString(64),
    ...destination,
    destinationAddr: cString(64),
    esmClass: uint8,
    registeredDelivery: uint8,
    dataCoding: uint8,
    tlvs: anyTlvs,
  }),
  data_sm_resp: pdu('data_sm_resp', { ...responseHeader, messageId: cString(64), tlvs: anyTlvs }),
  query_sm: pdu('query_sm', { ...requestHeader, messageId: cString(64), ...source }),
  query_sm_resp: pdu('query_sm_resp', {
    ...responseHeader,
    messageId: cString(64),
    finalDate: time,
    messageState: uint8,
    errorCode: uint8,
  }),
  cancel_sm: pdu('cancel_sm', {
    ...requestHeader,
    serviceType: cString(5),
    messageId: cString(64),
    ...source,
    ...destination,
  }),
  replace_sm: pdu('replace_sm', {
    ...requestHeader,
    messageId: cString(64),
    ...source,
    scheduleDeliveryTime: time,
    validityPeriod: time,
    registeredDelivery: uint8,
    smDefaultMsgId: uint8,
    shortMessage: octets(254),
  }),
  alert_notification: pdu('alert_notification', {
    ...requestHeader,
    ...source,
    sourceAddr: cString(64),
    esmeAddrTon: uint8,
    esmeAddrNpi: uint8,
    esmeAddr: cString(64),
    tlvs: anyTlvs,
  }),
  unbind: pdu('unbind', requestHeader),
  unbind_resp: pdu('unbind_resp', responseHeader),
  enquire_link: pdu('enquire_link', requestHeader),
  enquire_link_resp: pdu('enquire_link_resp', responseHeader),
  generic_nack: pdu('generic_nack', responseHeader),
  cancel_sm_resp: pdu('cancel_sm_resp', responseHeader),
  replace_sm_resp: pdu('replace_sm_resp', responseHeader),
}

function bind<Command extends 'bind_receiver' | 'bind_transmitter' | 'bind_transceiver'>(command: Command) {
  return pdu(command, {
    ...requestHeader,
    systemId: cString(15),
    password: cString(8),
    systemType: cString(12),
    interfaceVersion: uint8,
    addrTon: uint8,
    addrNpi: uint8,
    addressRange: cString(40),
    tlvs: anyTlvs,
  })
}

function bindAnswer<Command extends CommandName>(command: Command) {
  return pdu(command, { ...responseHeader, systemId: cString(15), tlvs: anyTlvs })
}

function pdu<Command extends CommandName, Fields extends object>(
  command: Command,
  fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> },
) {
  return fc.record(fields, { noNullPrototype: true }).map((values) => ({ command, ...values }))
}
