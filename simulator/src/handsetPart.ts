import type { SubmitSm } from '@heliograph/smpp/pdu'
import { decodeUserData } from '@heliograph/text/decodeUserData'
import { splitUserDataHeader } from '@heliograph/text/userDataHeader'
import type { HandsetMessage } from './handsets.ts'

export interface HandsetPart {
  readonly userData: Buffer
  readonly concat: { readonly reference: number; readonly total: number; readonly number: number } | null // null: alone
}

/** What a submission carries to the handset: its user data, and its place when it is one part of several. */
export function handsetPart({
  esmClass,
  shortMessage,
  tlvs,
}: Pick<SubmitSm, 'esmClass' | 'shortMessage' | 'tlvs'>): HandsetPart {
  const payload = tlvs.messagePayload ?? shortMessage
  if (esmClass & ESM_UDHI) {
    const { userData, concat } = splitUserDataHeader(payload)
    return { userData, concat: concat && isPlace(concat) ? concat : null }
  }
  const { sarMsgRefNum: reference, sarTotalSegments: total, sarSegmentSeqnum: number } = tlvs
  if (reference === undefined || total === undefined || number === undefined) return { userData: payload, concat: null }
  const concat = { reference, total, number }
  return { userData: payload, concat: isPlace(concat) ? concat : null }
}

/** SMPP 3.4 section 5.2.12: the payload starts with a user data header. */
const ESM_UDHI = 0x40

function isPlace({ total, number }: { readonly total: number; readonly number: number }): boolean {
  return total > 1 && number >= 1 && number <= total
}

/** What the reader sees of user data that is complete. */
export function decodeHandsetText(userData: Buffer, dataCoding: number): Pick<HandsetMessage, 'text' | 'encoding'> {
  const decoded = decodeUserData(userData, dataCoding)
  if (decoded.kind === 'binary') return { text: decoded.hex, encoding: 'binary' }
  return { text: decoded.text, encoding: encodingOf(dataCoding) }
}

function encodingOf(dataCoding: number): HandsetMessage['encoding'] {
  if (dataCoding === LATIN_1) return 'latin1'
  const general = dataCoding < 0x80
  return general && (dataCoding & ALPHABET_BITS) === UCS_2 ? 'ucs2' : 'gsm7'
}

/** SMPP 3.4 section 5.2.19; from 0x10 on these are the coding groups of TS 23.038 section 4. */
const LATIN_1 = 0x03
const ALPHABET_BITS = 0x0c
const UCS_2 = 0x08

/** Message class 0, or a display as the addressed part of the device (SMPP 3.4 section 5.3.2.1). */
export function isFlash({ dataCoding, tlvs }: Pick<SubmitSm, 'dataCoding' | 'tlvs'>): boolean {
  const group = dataCoding & 0xf0
  const hasClass = group === 0x10 || group === 0xf0
  return (hasClass && (dataCoding & 0x03) === 0) || tlvs.destAddrSubunit === 1
}
