import { unpackSeptets } from '@heliograph/text/gsm0338'

/**
 * Septets of packed user data (TS 23.038 §6.1.2.1), one an octet. `headerOctets` is the size of the header before
 * them, whose end the septets are aligned to by fill bits. SMPP has no count of septets, so where a whole septet of
 * zeros is left in the last octet, padding is assumed and not an `@`.
 */
export function unpackUserData(packed: Buffer, headerOctets: number): Buffer {
  const fillBits = (SEPTET - ((headerOctets * OCTET) % SEPTET)) % SEPTET
  const bits = packed.length * OCTET - fillBits
  if (bits <= 0) return Buffer.alloc(0)
  const septets = unpackSeptets(packed, Math.floor(bits / SEPTET), fillBits)
  const padded = bits % SEPTET === 0 && septets.at(-1) === 0
  return padded ? septets.subarray(0, -1) : septets
}

const SEPTET = 7
const OCTET = 8

/** The codings that mean the default alphabet (SMPP 3.4 §5.2.19, TS 23.038 §4), apart from reserved ones. */
export function isGsm7Coding(dataCoding: number): boolean {
  const isGeneral = dataCoding >= 0x10 && dataCoding < 0x80
  if (isGeneral) return (dataCoding & (COMPRESSED | ALPHABET)) === 0
  return dataCoding === 0 || (dataCoding & 0xf4) === 0xf0 || (dataCoding & 0xe0) === 0xc0
}

const COMPRESSED = 0x20
const ALPHABET = 0x0c
