import type { DataSm, DeliverSm } from '@heliograph/smpp/pdu'
import { splitUserDataHeader } from '@heliograph/text/userDataHeader'
import type { InboundPart, Receipt } from '../carrier.ts'
import { canonicalMessageId } from './messageId.ts'
import {
  errorCodeOfErr,
  fourHexDigits,
  NO_ERROR,
  type ReceiptState,
  stateOfMessageState,
  stateOfStat,
  timeOfReceiptDate,
} from './receiptFields.ts'
import { parseReceiptText, type ReceiptText } from './receiptText.ts'
import type { SmppSettings } from './settings.ts'
import { isGsm7Coding, unpackUserData } from './unpackUserData.ts'

/** What a deliver_sm or data_sm of the SMSC brought. */
export type Delivered =
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  | { readonly kind: 'inbound'; readonly part: InboundPart }
  /** Marked as a receipt but without a message id: nothing it could be matched with. */
  | { readonly kind: 'unreadable receipt' }

/** Never throws, whatever the SMSC sends. Buffers of an inbound part are copies. */
export function readDeliver(pdu: DeliverSm | DataSm, settings: SmppSettings): Delivered {
  const octets = octetsOf(pdu)
  const { userData, concat } =
    pdu.esmClass & UDH_INDICATOR ? splitUserDataHeader(octets) : { userData: octets, concat: null }
  if (isMarkedAsReceipt(pdu)) {
    return readReceipt(pdu, parseReceiptText(textOfReceipt(userData, pdu.dataCoding)), settings)
  }
  if (settings.unmarkedReceipts && (pdu.esmClass & (MESSAGE_TYPE | UDH_INDICATOR)) === 0) {
    const text = parseReceiptText(textOfReceipt(userData, pdu.dataCoding))
    if (text.complete && stateOfStat(text.stat ?? '') !== null) return readReceipt(pdu, text, settings)
  }
  return {
    kind: 'inbound',
    part: {
      carrierId: settings.id,
      from: addressOf(pdu.sourceAddr, pdu.sourceAddrTon),
      to: addressOf(pdu.destinationAddr, pdu.destAddrTon),
      payload: payloadOf(pdu, { octets, userData }, settings),
      dataCoding: pdu.dataCoding,
      concat: concat ?? concatOfTlvs(pdu),
    },
  }
}

/** SMPP 3.4 §5.2.12. */
const MESSAGE_TYPE = 0x3c
const DELIVERY_RECEIPT = 0x04
const INTERMEDIATE_NOTIFICATION = 0x20
const UDH_INDICATOR = 0x40

function octetsOf(pdu: DeliverSm | DataSm): Buffer {
  const payload = pdu.tlvs.messagePayload
  if (pdu.command === 'data_sm') return payload ?? NO_OCTETS
  return pdu.shortMessage.length === 0 && payload !== undefined ? payload : pdu.shortMessage
}

const NO_OCTETS = Buffer.alloc(0)

/** User data that outlives the PDU, with one septet an octet where it is in the GSM alphabet. */
function payloadOf(
  { dataCoding }: DeliverSm | DataSm,
  { octets, userData }: { octets: Buffer; userData: Buffer },
  { inboundGsm7 }: SmppSettings,
): Buffer {
  return inboundGsm7 === 'packed' && isGsm7Coding(dataCoding)
    ? unpackUserData(userData, octets.length - userData.length)
    : Buffer.from(userData)
}

/** A handset cannot set TLVs, so a receipted_message_id marks a receipt as surely as esm_class does. */
function isMarkedAsReceipt(pdu: DeliverSm | DataSm): boolean {
  const type = pdu.esmClass & MESSAGE_TYPE
  if (type === DELIVERY_RECEIPT || type === INTERMEDIATE_NOTIFICATION) return true
  return type === 0 && pdu.tlvs.receiptedMessageId !== undefined
}

/** Some SMSCs keep the message's data_coding on its receipt but write ASCII all the same; UCS-2 Latin begins with 0. */
function textOfReceipt(octets: Buffer, dataCoding: number): string {
  const isUcs2 = dataCoding === 8 && octets[0] === 0 && octets.length % 2 === 0
  return isUcs2 ? Buffer.from(octets).swap16().toString('utf16le') : octets.toString('latin1')
}

function readReceipt(pdu: DeliverSm | DataSm, text: ReceiptText, settings: SmppSettings): Delivered {
  const carrierMessageId = idOf(pdu.tlvs.receiptedMessageId, text.id, settings)
  if (carrierMessageId === '') return { kind: 'unreadable receipt' }
  const state = stateOf(pdu, text)
  return {
    kind: 'receipt',
    receipt: {
      carrierId: settings.id,
      carrierMessageId,
      state,
      errorCode: state === 'delivered' ? NO_ERROR : errorCodeOf(pdu, text),
      doneAt: text.doneDate === null ? null : timeOfReceiptDate(text.doneDate, settings.receiptUtcOffsetMs),
    },
  }
}

/**
 * The TLV repeats the id of submit_sm_resp (SMPP 3.4 §5.3.2.12), in that one's format therefore; where it repeats the
 * text's id instead, it is in the text's format.
 */
function idOf(tlv: string | undefined, text: string | null, settings: SmppSettings): string {
  if (tlv !== undefined && tlv !== '' && tlv !== text) return canonicalMessageId(tlv, settings.responseIdFormat)
  return text === null ? '' : canonicalMessageId(text, settings.receiptIdFormat)
}

function stateOf(pdu: DeliverSm | DataSm, text: ReceiptText): ReceiptState {
  const { messageState } = pdu.tlvs
  const state =
    (messageState === undefined ? null : stateOfMessageState(messageState)) ??
    (text.stat === null ? null : stateOfStat(text.stat))
  if (state !== null) return state
  return (pdu.esmClass & MESSAGE_TYPE) === INTERMEDIATE_NOTIFICATION ? 'enroute' : 'unknown'
}

function errorCodeOf(pdu: DeliverSm | DataSm, text: ReceiptText): string {
  const network = pdu.tlvs.networkErrorCode
  if (network !== undefined && network.errorCode !== 0) return fourHexDigits(network.errorCode)
  return text.err === null ? NO_ERROR : errorCodeOfErr(text.err)
}

/** An international address comes without its +, which is what tells it from a short code or a national number. */
function addressOf(address: string, ton: number): string {
  return ton === TON_INTERNATIONAL && /^\d+$/.test(address) ? `+${address}` : address
}

const TON_INTERNATIONAL = 1

function concatOfTlvs({ tlvs }: DeliverSm | DataSm): InboundPart['concat'] {
  const { sarMsgRefNum: reference, sarTotalSegments: total, sarSegmentSeqnum: number } = tlvs
  if (reference === undefined || total === undefined || number === undefined) return null
  if (total < 2 || number < 1 || number > total) return null
  return { reference, referenceBits: 16, total, number }
}
