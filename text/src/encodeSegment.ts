import { encodeGsm7 } from './gsm0338.ts'
import { SEGMENTS_MAX, type Segment } from './segmentText.ts'

export interface EncodedSegment {
  /** The text without the header: GSM-7 as one septet an octet (unpacked), UCS-2 as big endian. */
  readonly userData: Buffer
  /** The user data header with its own length octet; null: the message has one segment and needs none. */
  readonly header: Buffer | null
  /** SMPP data_coding: 0 the SMSC's default alphabet, 8 UCS-2. */
  readonly dataCoding: 0 | 8
}

/**
 * The octets of one segment. `reference` (0–65535) is the same in all segments of a message; only its low 16 bits are
 * used. Throws a RangeError for more segments than a header can count.
 */
export function encodeSegment(segment: Segment, reference: number): EncodedSegment {
  const header = segment.total > 1 ? encodeConcatenation(segment, reference) : null
  if (segment.encoding === 'gsm7') return { userData: encodeGsm7(segment.text), header, dataCoding: 0 }
  return { userData: Buffer.from(segment.text, 'utf16le').swap16(), header, dataCoding: 8 }
}

/** TS 23.040 §9.2.3.24.8: header length, element 0x08, its length, 16-bit reference, total, number. */
function encodeConcatenation({ total, number }: Segment, reference: number): Buffer {
  if (total > SEGMENTS_MAX) throw new RangeError(`A message cannot have ${total} segments`)
  const header = Buffer.allocUnsafe(7)
  header[0] = 6
  header[1] = 0x08
  header[2] = 4
  header[3] = (reference >> 8) & 0xff
  header[4] = reference & 0xff
  header[5] = total
  header[6] = number
  return header
}
