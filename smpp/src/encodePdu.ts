import { CommandId } from './commands.ts'
import {
  writeDestAddresses,
  writeMessageId,
  writeServiceType,
  writeShortMessage,
  writeSmeAddress,
  writeSourceAddress,
  writeTime,
  writeUnsuccessSmes,
  writeUserData,
} from './encodeFields.ts'
import { fieldSizes } from './fieldSizes.ts'
import type { BodyToSend, PduToSend } from './pdu.ts'
import { PduWriter } from './pduWriter.ts'
import { CommandStatus } from './status.ts'
import { NO_TLVS, writeTlvs } from './tlvs.ts'
import type { Tlvs } from './tlvTable.ts'

/** One PDU in its own buffer. Throws PduError when a field does not fit its place on the wire. */
export function encodePdu(pdu: PduToSend): Buffer {
  const writer = new PduWriter()
  writePdu(writer, pdu, pdu.sequenceNumber)
  return writer.take()
}

/** Appends a PDU to what is going out. After a PduError the output is as it was before. */
export function writePdu(writer: PduWriter, pdu: BodyToSend, sequenceNumber: number): void {
  const mark = writer.begin(CommandId[pdu.command], pdu.commandStatus ?? CommandStatus.ESME_ROK, sequenceNumber)
  try {
    writeBody(writer, pdu)
  } catch (error) {
    writer.rollBack(mark)
    throw error
  }
  writer.end(mark)
}

function writeBody(writer: PduWriter, pdu: BodyToSend): void {
  switch (pdu.command) {
    case 'submit_sm':
    case 'deliver_sm':
      writeServiceType(writer, pdu.serviceType)
      writeSourceAddress(writer, pdu, fieldSizes.address.written)
      writeSmeAddress(writer, pdu, fieldSizes.address.written)
      writeShortMessage(writer, pdu)
      return
    case 'submit_sm_resp':
    case 'deliver_sm_resp':
    case 'data_sm_resp':
      if (isBareRefusal(pdu, pdu.messageId, pdu.tlvs)) return
      writeMessageId(writer, pdu.messageId)
      writeTlvs(writer, pdu.tlvs ?? NO_TLVS)
      return
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
      writer.cString(pdu.systemId ?? '', fieldSizes.systemId.written, CommandStatus.ESME_RINVSYSID)
      writer.cString(pdu.password ?? '', fieldSizes.password.written, CommandStatus.ESME_RINVPASWD)
      writer.cString(pdu.systemType ?? '', fieldSizes.systemType.written, CommandStatus.ESME_RINVSYSTYP)
      writer.uint8(pdu.interfaceVersion ?? SMPP_VERSION)
      writer.uint8(pdu.addrTon ?? 0)
      writer.uint8(pdu.addrNpi ?? 0)
      writer.cString(pdu.addressRange ?? '', fieldSizes.addressRange.written, CommandStatus.ESME_RBINDFAIL)
      writeTlvs(writer, pdu.tlvs ?? NO_TLVS)
      return
    case 'bind_receiver_resp':
    case 'bind_transmitter_resp':
    case 'bind_transceiver_resp':
      if (isBareRefusal(pdu, pdu.systemId, pdu.tlvs)) return
      writer.cString(pdu.systemId ?? '', fieldSizes.systemId.written, CommandStatus.ESME_RINVSYSID)
      writeTlvs(writer, pdu.tlvs ?? NO_TLVS)
      return
    case 'outbind':
      writer.cString(pdu.systemId ?? '', fieldSizes.systemId.written, CommandStatus.ESME_RINVSYSID)
      writer.cString(pdu.password ?? '', fieldSizes.password.written, CommandStatus.ESME_RINVPASWD)
      return
    case 'submit_multi':
      writeServiceType(writer, pdu.serviceType)
      writeSourceAddress(writer, pdu, fieldSizes.address.written)
      writeDestAddresses(writer, pdu.destAddresses ?? [])
      writeShortMessage(writer, pdu)
      return
    case 'submit_multi_resp':
      if (isBareRefusal(pdu, pdu.messageId, pdu.tlvs) && !pdu.unsuccessSmes?.length) return
      writeMessageId(writer, pdu.messageId)
      writeUnsuccessSmes(writer, pdu.unsuccessSmes ?? [])
      writeTlvs(writer, pdu.tlvs ?? NO_TLVS)
      return
    case 'data_sm':
      writeServiceType(writer, pdu.serviceType)
      writeSourceAddress(writer, pdu, fieldSizes.dataAddress.written)
      writeSmeAddress(writer, pdu, fieldSizes.dataAddress.written)
      writer.uint8(pdu.esmClass ?? 0)
      writer.uint8(pdu.registeredDelivery ?? 0)
      writer.uint8(pdu.dataCoding ?? 0)
      writeTlvs(writer, pdu.tlvs ?? NO_TLVS)
      return
    case 'query_sm':
      writeMessageId(writer, pdu.messageId)
      writeSourceAddress(writer, pdu, fieldSizes.address.written)
      return
    case 'query_sm_resp':
      if (isBareRefusal(pdu, pdu.messageId || pdu.finalDate, NO_TLVS) && !pdu.messageState && !pdu.errorCode) return
      writeMessageId(writer, pdu.messageId)
      writeTime(writer, pdu.finalDate, CommandStatus.ESME_RQUERYFAIL)
      writer.uint8(pdu.messageState ?? 0)
      writer.uint8(pdu.errorCode ?? 0)
      return
    case 'cancel_sm':
      writeServiceType(writer, pdu.serviceType)
      writeMessageId(writer, pdu.messageId)
      writeSourceAddress(writer, pdu, fieldSizes.address.written)
      writeSmeAddress(writer, pdu, fieldSizes.address.written)
      return
    case 'replace_sm':
      writeMessageId(writer, pdu.messageId)
      writeSourceAddress(writer, pdu, fieldSizes.address.written)
      writeTime(writer, pdu.scheduleDeliveryTime, CommandStatus.ESME_RINVSCHED)
      writeTime(writer, pdu.validityPeriod, CommandStatus.ESME_RINVEXPIRY)
      writer.uint8(pdu.registeredDelivery ?? 0)
      writer.uint8(pdu.smDefaultMsgId ?? 0)
      writeUserData(writer, pdu.shortMessage)
      return
    case 'alert_notification':
      writeSourceAddress(writer, pdu, fieldSizes.dataAddress.written)
      writer.uint8(pdu.esmeAddrTon ?? 0)
      writer.uint8(pdu.esmeAddrNpi ?? 0)
      writer.cString(pdu.esmeAddr ?? '', fieldSizes.dataAddress.written, CommandStatus.ESME_RINVDSTADR)
      writeTlvs(writer, pdu.tlvs ?? NO_TLVS)
      return
    case 'unbind':
    case 'unbind_resp':
    case 'enquire_link':
    case 'enquire_link_resp':
    case 'generic_nack':
    case 'cancel_sm_resp':
    case 'replace_sm_resp':
      return
    default:
      pdu satisfies never
  }
}

/** Section 4 lets error responses go without their body; one that has something to say keeps it. */
function isBareRefusal(pdu: BodyToSend, id = '', tlvs: Tlvs = NO_TLVS): boolean {
  return (pdu.commandStatus ?? 0) !== CommandStatus.ESME_ROK && id === '' && Object.keys(tlvs).length === 0
}

/** interface_version of SMPP 3.4, section 5.2.4. */
export const SMPP_VERSION = 0x34
