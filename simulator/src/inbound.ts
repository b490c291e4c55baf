import type { RequestPdu } from '@heliograph/smpp/pdu'
import { encodeSegment } from '@heliograph/text/encodeSegment'
import { isGsm7 } from '@heliograph/text/gsm0338'
import { segmentText } from '@heliograph/text/segmentText'

/** An SMS that a handset writes. */
export interface Inbound {
  readonly from: string
  readonly to: string
  readonly text: string
  /** Left out or null: whoever bound as a receiver last. */
  readonly systemId?: string | null
  /** Which parts to send in which order, counted from 1. Left out or null: all of them, in order. */
  readonly order?: readonly number[] | null
  /** Joins the parts of a long text, 0 to 65535. Left out or null: one of its own for each text. */
  readonly reference?: number | null
}

export type InboundParts =
  | { readonly kind: 'parts'; readonly pdus: readonly RequestPdu[]; readonly parts: number }
  | { readonly kind: 'too long' | 'bad order'; readonly parts: number }

/** One deliver_sm for each part, joined by a user data header with `reference` when there are several. */
export function inboundParts(inbound: Inbound, reference: number): InboundParts {
  const segments = segmentText(inbound.text, isGsm7(inbound.text) ? 'gsm7' : 'ucs2')
  const parts = segments.length
  if (parts > PARTS_MAX) return { kind: 'too long', parts }
  const order = inbound.order ?? segments.map(({ number }) => number)
  const chosen = order.flatMap((number) => segments[number - 1] ?? [])
  if (chosen.length < order.length) return { kind: 'bad order', parts }
  const pdus = chosen.map((segment): RequestPdu => {
    const { userData, header, dataCoding } = encodeSegment(segment, inbound.reference ?? reference)
    const [sourceAddrTon, sourceAddrNpi, sourceAddr] = address(inbound.from)
    const [destAddrTon, destAddrNpi, destinationAddr] = address(inbound.to)
    return {
      command: 'deliver_sm',
      ...{ sourceAddrTon, sourceAddrNpi, sourceAddr, destAddrTon, destAddrNpi, destinationAddr },
      esmClass: header ? ESM_UDHI : 0,
      dataCoding,
      shortMessage: header ? Buffer.concat([header, userData]) : userData,
    }
  })
  return { kind: 'parts', pdus, parts }
}

/** The user data header counts parts in one octet. */
export const PARTS_MAX = 255
const ESM_UDHI = 0x40

/** TON, NPI and address (SMPP 3.4 sections 5.2.5 and 5.2.6): international, short code or alphanumeric. */
function address(text: string): [ton: number, npi: number, address: string] {
  const digits = text.replace(/^\+/, '')
  if (!/^\d+$/.test(digits)) return [5, 0, text]
  return text.startsWith('+') || digits.length > SHORT_CODE_DIGITS_MAX ? [1, 1, digits] : [3, 0, digits]
}

const SHORT_CODE_DIGITS_MAX = 8
