import { type CommandName, commandName } from './commands.ts'
import { decodeShortMessage, readShortMessage } from './decodeShortMessage.ts'
import { DEST_FLAG_LIST, DEST_FLAG_SME } from './encodeFields.ts'
import { fieldSizes } from './fieldSizes.ts'
import type { DestAddress, Pdu, UnsuccessSme } from './pdu.ts'
import { PduError } from './pduError.ts'
import { PduReader } from './pduReader.ts'
import { CommandStatus } from './status.ts'
import { NO_TLVS, readTlvs } from './tlvs.ts'
import type { Tlvs } from './tlvTable.ts'

/**
 * Decodes the PDU that stands in `buffer` from `start` to `end`, header included. Buffers in the result share the
 * memory of `buffer`. Throws PduError with the status to answer; nothing else, whatever the octets are.
 */
export function decodePdu(buffer: Buffer, start = 0, end = buffer.length): Pdu {
  if (end - start < PDU_OCTETS_MIN || buffer.readUInt32BE(start) !== end - start) {
    throw new PduError(CommandStatus.ESME_RINVCMDLEN, `command_length does not match ${end - start} octets`)
  }
  const command = commandName(buffer.readUInt32BE(start + 4))
  if (command === null) throw new PduError(CommandStatus.ESME_RINVCMDID, 'unknown command_id')
  const commandStatus = buffer.readUInt32BE(start + 8)
  const sequenceNumber = buffer.readUInt32BE(start + 12)
  return decodeBody(command, commandStatus, sequenceNumber, new PduReader(buffer, start + PDU_OCTETS_MIN, end))
}

/** The header alone is a PDU. */
export const PDU_OCTETS_MIN = 16

function decodeBody(command: CommandName, commandStatus: number, sequenceNumber: number, reader: PduReader): Pdu {
  switch (command) {
    case 'submit_sm':
    case 'deliver_sm':
      return decodeShortMessage(command, commandStatus, sequenceNumber, reader)
    case 'submit_sm_resp':
    case 'deliver_sm_resp':
    case 'data_sm_resp': {
      const messageId = answeredMessageId(reader)
      return { command, commandStatus, sequenceNumber, messageId, tlvs: answeredTlvs(reader) }
    }
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
      return {
        command,
        commandStatus,
        sequenceNumber,
        systemId: reader.cString(fieldSizes.systemId.read, CommandStatus.ESME_RINVSYSID),
        password: reader.cString(fieldSizes.password.read, CommandStatus.ESME_RINVPASWD),
        systemType: reader.cString(fieldSizes.systemType.read, CommandStatus.ESME_RINVSYSTYP),
        interfaceVersion: reader.uint8(),
        addrTon: reader.uint8(),
        addrNpi: reader.uint8(),
        addressRange: reader.cString(fieldSizes.addressRange.read, CommandStatus.ESME_RINVCMDLEN),
        tlvs: readTlvs(reader),
      }
    case 'bind_receiver_resp':
    case 'bind_transmitter_resp':
    case 'bind_transceiver_resp': {
      const systemId = reader.cStringOrRest(fieldSizes.systemId.read, CommandStatus.ESME_RINVSYSID)
      return { command, commandStatus, sequenceNumber, systemId, tlvs: answeredTlvs(reader) }
    }
    case 'outbind':
      return {
        command,
        commandStatus,
        sequenceNumber,
        systemId: reader.cString(fieldSizes.systemId.read, CommandStatus.ESME_RINVSYSID),
        password: reader.cString(fieldSizes.password.read, CommandStatus.ESME_RINVPASWD),
      }
    case 'submit_multi': {
      const serviceType = readServiceType(reader)
      const sourceAddrTon = reader.uint8()
      const sourceAddrNpi = reader.uint8()
      const sourceAddr = readSource(reader)
      const destAddresses = readDestAddresses(reader)
      const source = { serviceType, sourceAddrTon, sourceAddrNpi, sourceAddr, destAddresses }
      return { command, commandStatus, sequenceNumber, ...source, ...readShortMessage(reader) }
    }
    case 'submit_multi_resp': {
      const messageId = answeredMessageId(reader)
      const unsuccessSmes = reader.left === 0 ? [] : readUnsuccessSmes(reader)
      return { command, commandStatus, sequenceNumber, messageId, unsuccessSmes, tlvs: answeredTlvs(reader) }
    }
    case 'data_sm':
      return {
        command,
        commandStatus,
        sequenceNumber,
        serviceType: readServiceType(reader),
        sourceAddrTon: reader.uint8(),
        sourceAddrNpi: reader.uint8(),
        sourceAddr: reader.cString(fieldSizes.dataAddress.read, CommandStatus.ESME_RINVSRCADR),
        destAddrTon: reader.uint8(),
        destAddrNpi: reader.uint8(),
        destinationAddr: reader.cString(fieldSizes.dataAddress.read, CommandStatus.ESME_RINVDSTADR),
        esmClass: reader.uint8(),
        registeredDelivery: reader.uint8(),
        dataCoding: reader.uint8(),
        tlvs: readTlvs(reader),
      }
    case 'query_sm':
      return {
        command,
        commandStatus,
        sequenceNumber,
        messageId: readMessageId(reader),
        sourceAddrTon: reader.uint8(),
        sourceAddrNpi: reader.uint8(),
        sourceAddr: readSource(reader),
      }
    case 'query_sm_resp':
      if (reader.left === 0 && commandStatus !== CommandStatus.ESME_ROK) {
        return { command, commandStatus, sequenceNumber, messageId: '', finalDate: '', messageState: 0, errorCode: 0 }
      }
      return {
        command,
        commandStatus,
        sequenceNumber,
        messageId: readMessageId(reader),
        finalDate: reader.cString(fieldSizes.time.read, CommandStatus.ESME_RINVCMDLEN),
        messageState: reader.uint8(),
        errorCode: reader.uint8(),
      }
    case 'cancel_sm':
      return {
        command,
        commandStatus,
        sequenceNumber,
        serviceType: readServiceType(reader),
        messageId: readMessageId(reader),
        sourceAddrTon: reader.uint8(),
        sourceAddrNpi: reader.uint8(),
        sourceAddr: readSource(reader),
        destAddrTon: reader.uint8(),
        destAddrNpi: reader.uint8(),
        destinationAddr: readDestination(reader),
      }
    case 'replace_sm':
      return {
        command,
        commandStatus,
        sequenceNumber,
        messageId: readMessageId(reader),
        sourceAddrTon: reader.uint8(),
        sourceAddrNpi: reader.uint8(),
        sourceAddr: readSource(reader),
        scheduleDeliveryTime: reader.cString(fieldSizes.time.read, CommandStatus.ESME_RINVSCHED),
        validityPeriod: reader.cString(fieldSizes.time.read, CommandStatus.ESME_RINVEXPIRY),
        registeredDelivery: reader.uint8(),
        smDefaultMsgId: reader.uint8(),
        shortMessage: reader.octets(reader.uint8(), CommandStatus.ESME_RINVMSGLEN),
      }
    case 'alert_notification':
      return {
        command,
        commandStatus,
        sequenceNumber,
        sourceAddrTon: reader.uint8(),
        sourceAddrNpi: reader.uint8(),
        sourceAddr: reader.cString(fieldSizes.dataAddress.read, CommandStatus.ESME_RINVSRCADR),
        esmeAddrTon: reader.uint8(),
        esmeAddrNpi: reader.uint8(),
        esmeAddr: reader.cString(fieldSizes.dataAddress.read, CommandStatus.ESME_RINVDSTADR),
        tlvs: readTlvs(reader),
      }
    case 'unbind':
    case 'unbind_resp':
    case 'enquire_link':
    case 'enquire_link_resp':
    case 'generic_nack':
    case 'cancel_sm_resp':
    case 'replace_sm_resp':
      // Some peers put a body behind these; nothing in it could change what they mean.
      return { command, commandStatus, sequenceNumber }
    default:
      return command satisfies never
  }
}

/**
 * SMSCs leave the body out of error responses (and of deliver_sm_resp altogether), or the NUL behind the id. A refused
 * response would leave a message in doubt that the SMSC took, so both are read.
 */
function answeredMessageId(reader: PduReader): string {
  return reader.cStringOrRest(fieldSizes.messageId.read, CommandStatus.ESME_RINVMSGID)
}

/** As above: what follows the id of a response is not worth losing the id for. */
function answeredTlvs(reader: PduReader): Tlvs {
  try {
    return readTlvs(reader)
  } catch (error) {
    if (error instanceof PduError) return NO_TLVS
    throw error
  }
}

function readServiceType(reader: PduReader): string {
  return reader.cString(fieldSizes.serviceType.read, CommandStatus.ESME_RINVSERTYP)
}

function readSource(reader: PduReader): string {
  return reader.cString(fieldSizes.address.read, CommandStatus.ESME_RINVSRCADR)
}

function readDestination(reader: PduReader): string {
  return reader.cString(fieldSizes.address.read, CommandStatus.ESME_RINVDSTADR)
}

function readMessageId(reader: PduReader): string {
  return reader.cString(fieldSizes.messageId.read, CommandStatus.ESME_RINVMSGID)
}

function readDestAddresses(reader: PduReader): DestAddress[] {
  const count = reader.uint8()
  if (count === 0) throw new PduError(CommandStatus.ESME_RINVNUMDESTS, 'submit_multi without a destination')
  return Array.from({ length: count }, () => readDestAddress(reader))
}

function readDestAddress(reader: PduReader): DestAddress {
  const destFlag = reader.uint8()
  if (destFlag === DEST_FLAG_SME) {
    return {
      kind: 'sme',
      destAddrTon: reader.uint8(),
      destAddrNpi: reader.uint8(),
      destinationAddr: readDestination(reader),
    }
  } else if (destFlag === DEST_FLAG_LIST) {
    return { kind: 'list', dlName: reader.cString(fieldSizes.dlName.read, CommandStatus.ESME_RINVDLNAME) }
  }
  throw new PduError(CommandStatus.ESME_RINVDESTFLAG, `dest_flag ${destFlag}`)
}

function readUnsuccessSmes(reader: PduReader): UnsuccessSme[] {
  return Array.from({ length: reader.uint8() }, () => ({
    destAddrTon: reader.uint8(),
    destAddrNpi: reader.uint8(),
    destinationAddr: readDestination(reader),
    errorStatusCode: reader.uint32(),
  }))
}
