import { fieldSizes } from './fieldSizes.ts'
import type { DeliverSm, ShortMessageFields, SubmitSm } from './pdu.ts'
import type { PduReader } from './pduReader.ts'
import { CommandStatus } from './status.ts'
import { readTlvs } from './tlvs.ts'

/** submit_sm and deliver_sm have one body, sections 4.4.1 and 4.6.1. */
export function decodeShortMessage(
  command: 'submit_sm' | 'deliver_sm',
  commandStatus: number,
  sequenceNumber: number,
  reader: PduReader,
): SubmitSm | DeliverSm {
  // One literal with all fields, in wire order: every message has one shape, and no copy of it is made.
  return {
    command,
    commandStatus,
    sequenceNumber,
    serviceType: reader.cString(fieldSizes.serviceType.read, CommandStatus.ESME_RINVSERTYP),
    sourceAddrTon: reader.uint8(),
    sourceAddrNpi: reader.uint8(),
    sourceAddr: reader.cString(fieldSizes.address.read, CommandStatus.ESME_RINVSRCADR),
    destAddrTon: reader.uint8(),
    destAddrNpi: reader.uint8(),
    destinationAddr: reader.cString(fieldSizes.address.read, CommandStatus.ESME_RINVDSTADR),
    esmClass: reader.uint8(),
    protocolId: reader.uint8(),
    priorityFlag: reader.uint8(),
    scheduleDeliveryTime: reader.cString(fieldSizes.time.read, CommandStatus.ESME_RINVSCHED),
    validityPeriod: reader.cString(fieldSizes.time.read, CommandStatus.ESME_RINVEXPIRY),
    registeredDelivery: reader.uint8(),
    replaceIfPresentFlag: reader.uint8(),
    dataCoding: reader.uint8(),
    smDefaultMsgId: reader.uint8(),
    shortMessage: reader.octets(reader.uint8(), CommandStatus.ESME_RINVMSGLEN),
    tlvs: readTlvs(reader),
  }
}

/** What follows the destinations of a submit_multi, section 4.5.1. */
export function readShortMessage(
  reader: PduReader,
): Omit<ShortMessageFields, 'serviceType' | 'sourceAddrTon' | 'sourceAddrNpi' | 'sourceAddr'> {
  return {
    esmClass: reader.uint8(),
    protocolId: reader.uint8(),
    priorityFlag: reader.uint8(),
    scheduleDeliveryTime: reader.cString(fieldSizes.time.read, CommandStatus.ESME_RINVSCHED),
    validityPeriod: reader.cString(fieldSizes.time.read, CommandStatus.ESME_RINVEXPIRY),
    registeredDelivery: reader.uint8(),
    replaceIfPresentFlag: reader.uint8(),
    dataCoding: reader.uint8(),
    smDefaultMsgId: reader.uint8(),
    shortMessage: reader.octets(reader.uint8(), CommandStatus.ESME_RINVMSGLEN),
    tlvs: readTlvs(reader),
  }
}
