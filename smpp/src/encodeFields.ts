import { DESTINATIONS_MAX, fieldSizes, SHORT_MESSAGE_OCTETS_MAX } from './fieldSizes.ts'
import type { DestAddress, ShortMessageFields, SmeAddress, UnsuccessSme } from './pdu.ts'
import { PduError } from './pduError.ts'
import type { PduWriter } from './pduWriter.ts'
import { CommandStatus } from './status.ts'
import { NO_TLVS, writeTlvs } from './tlvs.ts'

// Groups of fields that several PDUs share, in wire order. A field left out is 0 or empty.

export function writeServiceType(writer: PduWriter, serviceType = ''): void {
  writer.cString(serviceType, fieldSizes.serviceType.written, CommandStatus.ESME_RINVSERTYP)
}

export function writeMessageId(writer: PduWriter, messageId = ''): void {
  writer.cString(messageId, fieldSizes.messageId.written, CommandStatus.ESME_RINVMSGID)
}

export function writeSourceAddress(writer: PduWriter, source: Partial<SourceAddress>, octetsMax: number): void {
  writer.uint8(source.sourceAddrTon ?? 0)
  writer.uint8(source.sourceAddrNpi ?? 0)
  writer.cString(source.sourceAddr ?? '', octetsMax, CommandStatus.ESME_RINVSRCADR)
}

export function writeSmeAddress(writer: PduWriter, destination: Partial<SmeAddress>, octetsMax: number): void {
  writer.uint8(destination.destAddrTon ?? 0)
  writer.uint8(destination.destAddrNpi ?? 0)
  writer.cString(destination.destinationAddr ?? '', octetsMax, CommandStatus.ESME_RINVDSTADR)
}

/** From esm_class to the end: what submit_sm, deliver_sm and submit_multi have in common behind the addresses. */
export function writeShortMessage(writer: PduWriter, pdu: Partial<ShortMessageFields>): void {
  writer.uint8(pdu.esmClass ?? 0)
  writer.uint8(pdu.protocolId ?? 0)
  writer.uint8(pdu.priorityFlag ?? 0)
  writeTime(writer, pdu.scheduleDeliveryTime, CommandStatus.ESME_RINVSCHED)
  writeTime(writer, pdu.validityPeriod, CommandStatus.ESME_RINVEXPIRY)
  writer.uint8(pdu.registeredDelivery ?? 0)
  writer.uint8(pdu.replaceIfPresentFlag ?? 0)
  writer.uint8(pdu.dataCoding ?? 0)
  writer.uint8(pdu.smDefaultMsgId ?? 0)
  writeUserData(writer, pdu.shortMessage)
  writeTlvs(writer, pdu.tlvs ?? NO_TLVS)
}

/** A time is empty or 16 characters, section 7.1.1. */
export function writeTime(writer: PduWriter, time = '', statusIfBad: number): void {
  if (time !== '' && time.length !== fieldSizes.time.written - 1) {
    throw new PduError(statusIfBad, `a time of ${time.length} characters`)
  }
  writer.cString(time, fieldSizes.time.written, statusIfBad)
}

export function writeUserData(writer: PduWriter, shortMessage: Buffer = NO_OCTETS): void {
  if (shortMessage.length > SHORT_MESSAGE_OCTETS_MAX) {
    throw new PduError(CommandStatus.ESME_RINVMSGLEN, `a short message of ${shortMessage.length} octets`)
  }
  writer.uint8(shortMessage.length)
  writer.octets(shortMessage)
}

export function writeDestAddresses(writer: PduWriter, destAddresses: readonly DestAddress[]): void {
  if (destAddresses.length === 0 || destAddresses.length > DESTINATIONS_MAX) {
    throw new PduError(CommandStatus.ESME_RINVNUMDESTS, `${destAddresses.length} destinations`)
  }
  writer.uint8(destAddresses.length)
  for (const destAddress of destAddresses) {
    if (destAddress.kind === 'sme') {
      writer.uint8(DEST_FLAG_SME)
      writeSmeAddress(writer, destAddress, fieldSizes.address.written)
    } else {
      writer.uint8(DEST_FLAG_LIST)
      writer.cString(destAddress.dlName, fieldSizes.dlName.written, CommandStatus.ESME_RINVDLNAME)
    }
  }
}

/** dest_flag, section 5.2.25. */
export const DEST_FLAG_SME = 1
export const DEST_FLAG_LIST = 2

export function writeUnsuccessSmes(writer: PduWriter, unsuccessSmes: readonly UnsuccessSme[]): void {
  writer.uint8(unsuccessSmes.length)
  for (const unsuccessSme of unsuccessSmes) {
    writeSmeAddress(writer, unsuccessSme, fieldSizes.address.written)
    writer.uint32(unsuccessSme.errorStatusCode)
  }
}

type SourceAddress = Pick<ShortMessageFields, 'sourceAddrTon' | 'sourceAddrNpi' | 'sourceAddr'>

const NO_OCTETS = Buffer.alloc(0)
