/** Which part of which long message this is (TS 23.040 §9.2.3.24.1 and .8). */
export interface Concatenation {
  readonly reference: number
  /** 8 and 16 bit references of one sender are different messages even with the same number. */
  readonly referenceBits: 8 | 16
  /** 1–255 */
  readonly total: number
  /** 1–total */
  readonly number: number
}

export interface SplitUserData {
  readonly concat: Concatenation | null // null: a message of its own, or one whose header says nothing usable
  /** A view on the octets given, not a copy. */
  readonly userData: Buffer
}

/**
 * Takes the user data header (its length octet first) off the user data of an SMPP short_message whose esm_class says
 * that there is one. Elements other than concatenation are skipped; of several the last counts, and one with a total or
 * number out of range is ignored (TS 23.040 §9.2.3.24). A header that does not fit its octets is no header: everything
 * is user data then. Never throws.
 */
export function splitUserDataHeader(octets: Uint8Array): SplitUserData {
  const all = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
  const end = 1 + (all[0] ?? all.length)
  if (end > all.length) return { concat: null, userData: all }
  let concat: Concatenation | null = null
  for (let at = 1; at < end; ) {
    const elementEnd = at + 2 + (all[at + 1] ?? 0)
    if (at + 1 >= end || elementEnd > end) return { concat: null, userData: all }
    concat = readConcatenation(all.subarray(at, elementEnd)) ?? concat
    at = elementEnd
  }
  return { concat, userData: all.subarray(end) }
}

function readConcatenation(element: Buffer): Concatenation | null {
  if (element[0] === 0x00 && element.length === 5) return checkConcatenation(element, 8, element.readUInt8(2))
  if (element[0] === 0x08 && element.length === 6) return checkConcatenation(element, 16, element.readUInt16BE(2))
  return null
}

/** Total and number are the last two octets in both forms. */
function checkConcatenation(element: Buffer, referenceBits: 8 | 16, reference: number): Concatenation | null {
  const total = element.readUInt8(element.length - 2)
  const number = element.readUInt8(element.length - 1)
  return number === 0 || number > total ? null : { reference, referenceBits, total, number }
}
