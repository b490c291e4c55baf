/**
 * The septets `text` takes in the GSM 7-bit default alphabet with its extension table (3GPP TS 23.038 §6.2.1), or null
 * when a character is in neither. A character of the extension table takes two. One table look-up per UTF-16 unit and
 * no allocation: this runs for every message.
 */
export function measureGsm7(text: string): number | null {
  let septets = 0
  for (let i = 0; i < text.length; i++) {
    const width = widthOfUnit(text.charCodeAt(i))
    if (width === 0) return null
    septets += width
  }
  return septets
}

/** Septets of one UTF-16 unit: 1, 2 (behind an escape), or 0 when it is not in GSM-7. */
export function widthOfUnit(unit: number): number {
  return WIDTH_OF_UNIT[unit] ?? 0
}

export function isGsm7(text: string): boolean {
  return measureGsm7(text) !== null
}

/** As `measureGsm7`, for text that is known to be GSM-7. Throws a RangeError when it is not. */
export function countSeptets(text: string): number {
  const septets = measureGsm7(text)
  if (septets === null) throw new RangeError('The text has characters outside the GSM 7-bit alphabet')
  return septets
}

/** One septet an octet (unpacked, as SMPP carries it), escapes included. Throws a RangeError when text is not GSM-7. */
export function encodeGsm7(text: string): Buffer {
  const octets = Buffer.allocUnsafe(countSeptets(text))
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (WIDTH_OF_UNIT[unit] === 2) octets[at++] = ESCAPE
    octets[at++] = SEPTET_OF_UNIT[unit] ?? 0
  }
  return octets
}

/**
 * Text from unpacked septets, one an octet. As TS 23.038 §6.2.1.1 asks of a receiver, a code missing from the extension
 * table shows as the same code of the default alphabet, and an escape with nothing (or a second escape) behind it as a
 * space. An octet above 0x7F is no septet and becomes U+FFFD. Join the parts of a long message before decoding: another
 * sender may have cut between an escape and its character.
 */
export function decodeGsm7(octets: Uint8Array): string {
  let text = ''
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i] ?? 0
    if (octet !== ESCAPE) {
      text += DEFAULT_ALPHABET[octet] ?? '\ufffd'
    } else {
      const extended = octets[++i]
      text += extended === undefined || extended === ESCAPE ? ' ' : decodeExtended(extended)
    }
  }
  return text
}

/**
 * Septets put together without gaps, lowest bit first (TS 23.038 §6.1.2.1), as on the air interface.
 * `fillBits` (0–6) empty bits come first: they align the text behind a user data header.
 */
export function packSeptets(septets: Uint8Array, fillBits = 0): Buffer {
  const octets = Buffer.alloc(Math.ceil((fillBits + septets.length * 7) / 8))
  let bit = fillBits
  for (const septet of septets) {
    const at = bit >> 3
    const shifted = (septet & 0x7f) << (bit & 7)
    octets[at] = (octets[at] ?? 0) | (shifted & 0xff)
    if (shifted > 0xff) octets[at + 1] = shifted >> 8
    bit += 7
  }
  return octets
}

/** The reverse of `packSeptets`. Only the count says whether seven last zero bits are an `@` or padding. */
export function unpackSeptets(octets: Uint8Array, septetCount: number, fillBits = 0): Buffer {
  const bits = fillBits + septetCount * 7
  if (bits > octets.length * 8) throw new RangeError(`${septetCount} septets do not fit in ${octets.length} octets`)
  const septets = Buffer.allocUnsafe(septetCount)
  for (let i = 0; i < septetCount; i++) {
    const bit = fillBits + i * 7
    const at = bit >> 3
    septets[i] = ((((octets[at + 1] ?? 0) << 8) | (octets[at] ?? 0)) >> (bit & 7)) & 0x7f
  }
  return septets
}

function decodeExtended(octet: number): string {
  return EXTENSION_TABLE.get(octet) ?? DEFAULT_ALPHABET[octet] ?? '\ufffd'
}

const ESCAPE = 0x1b

/** By septet. 0x1B is the escape to the extension table and stands for no character. */
const DEFAULT_ALPHABET: readonly string[] = [
  '@£$¥èéùìòÇ\nØø\rÅå',
  'Δ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ',
  ' !"#¤%&\'()*+,-./',
  '0123456789:;<=>?',
  '¡ABCDEFGHIJKLMNO',
  'PQRSTUVWXYZÄÖÑÜ§',
  '¿abcdefghijklmno',
  'pqrstuvwxyzäöñüà',
].flatMap((row) => [...row])

const EXTENSION_TABLE: ReadonlyMap<number, string> = new Map([
  [0x0a, '\f'],
  [0x14, '^'],
  [0x28, '{'],
  [0x29, '}'],
  [0x2f, '\\'],
  [0x3c, '['],
  [0x3d, '~'],
  [0x3e, ']'],
  [0x40, '|'],
  [0x65, '€'],
])

/** By UTF-16 unit: 0 not in GSM-7, 1 in the default alphabet, 2 in the extension table. */
const WIDTH_OF_UNIT = new Uint8Array(0x10000)
/** By UTF-16 unit: its code in the table that its width names. */
const SEPTET_OF_UNIT = new Uint8Array(0x10000)

for (const [septet, character] of DEFAULT_ALPHABET.entries()) {
  if (septet !== ESCAPE) enterCharacter(character, septet, 1)
}
for (const [septet, character] of EXTENSION_TABLE) enterCharacter(character, septet, 2)

function enterCharacter(character: string, septet: number, width: 1 | 2): void {
  const unit = character.charCodeAt(0)
  WIDTH_OF_UNIT[unit] = width
  SEPTET_OF_UNIT[unit] = septet
}
