import type { RequestPdu } from '@heliograph/smpp/pdu'
import { encodeSegment } from '@heliograph/text/encodeSegment'
import { destinationTonNpi, tonNpi } from '../../numbers/parseSender.ts'
import type { SegmentSubmission } from '../carrier.ts'
import type { SmppSettings } from './settings.ts'
import { validityPeriod } from './validityPeriod.ts'

export type SubmitRequest = Extract<RequestPdu, { readonly command: 'submit_sm' }>

/** The submit_sm for one segment. */
export function writeSubmit(submission: SegmentSubmission, now: number, settings: SmppSettings): SubmitRequest {
  const { from, to, segment, reference, flash, expiresAt } = submission
  const { userData, header, dataCoding } = encodeSegment(segment, reference)
  const source = sourceTonNpi(from, settings)
  const destination = settings.addresses.destination ?? destinationTonNpi
  const withHeader = header !== null && settings.concatenation !== 'sar'
  const octets = withHeader ? Buffer.concat([header, userData]) : userData
  return {
    command: 'submit_sm',
    serviceType: settings.serviceType,
    sourceAddrTon: source.ton,
    sourceAddrNpi: source.npi,
    sourceAddr: from.kind === 'number' ? from.value.slice(1) : from.value,
    destAddrTon: destination.ton,
    destAddrNpi: destination.npi,
    destinationAddr: to.slice(1),
    esmClass: withHeader ? UDH_INDICATOR : 0,
    priorityFlag: settings.priority,
    validityPeriod: validityPeriod(expiresAt - now),
    registeredDelivery: RECEIPT_ON_FINAL_STATE,
    dataCoding: dataCodingOf(dataCoding, flash, settings),
    shortMessage: settings.concatenation === 'payload' ? NO_OCTETS : octets,
    tlvs: tlvsOf(submission, octets, settings),
  }
}

const NO_OCTETS = Buffer.alloc(0)
const NO_TLVS = {}

/** SMPP 3.4 §5.2.12 and §5.2.17. */
const UDH_INDICATOR = 0x40
const RECEIPT_ON_FINAL_STATE = 0x01

function sourceTonNpi(from: SegmentSubmission['from'], { addresses }: SmppSettings) {
  switch (from.kind) {
    case 'number':
      return addresses.number ?? tonNpi(from)
    case 'short code':
      return addresses.shortCode ?? tonNpi(from)
    case 'alphanumeric':
      return addresses.alphanumeric ?? tonNpi(from)
  }
}

/** Flash is message class 0 in the general coding group (TS 23.038 §4): 0x10 for GSM, 0x18 for UCS-2. */
function dataCodingOf(dataCoding: 0 | 8, flash: boolean, settings: SmppSettings): number {
  if (flash) return 0x10 | dataCoding
  return dataCoding === 0 ? settings.dataCodingGsm7 : dataCoding
}

function tlvsOf({ segment, reference }: SegmentSubmission, octets: Buffer, settings: SmppSettings) {
  switch (settings.concatenation) {
    case 'udh':
      return NO_TLVS
    case 'payload':
      return { messagePayload: octets }
    case 'sar':
      return segment.total === 1
        ? NO_TLVS
        : { sarMsgRefNum: reference, sarTotalSegments: segment.total, sarSegmentSeqnum: segment.number }
  }
}
