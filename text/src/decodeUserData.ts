import { decodeGsm7 } from './gsm0338.ts'

export type UserData =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly hex: string } // lower case

/**
 * What the user data of an inbound message says, without its header and with one septet an octet where it is GSM-7.
 * `dataCoding` is read as SMPP 3.4 §5.2.19 up to 0x0F and as TS 23.038 §4 (message classes, message waiting) above.
 * Join the parts of a long message before decoding: some senders cut inside a surrogate pair or an escape.
 * The text can be stored everywhere: lone surrogates and NUL become U+FFFD. Never throws.
 */
export function decodeUserData(octets: Uint8Array, dataCoding: number): UserData {
  const decode = decoderOf(dataCoding)
  return decode === null
    ? { kind: 'binary', hex: asBuffer(octets).toString('hex') }
    : { kind: 'text', text: clean(decode(octets)) }
}

type Decoder = (octets: Uint8Array) => string

function decoderOf(dataCoding: number): Decoder | null {
  if (dataCoding <= 0x0f) return SMPP_DECODERS[dataCoding] ?? null
  return dataCoding < 0x80 ? decoderOfAlphabetBits(dataCoding) : decoderOfHighGroup(dataCoding)
}

/** Groups 00xx and 01xx: bit 5 says compressed, bits 3–2 the alphabet, bits 1–0 the class (0: flash). */
function decoderOfAlphabetBits(dataCoding: number): Decoder | null {
  if ((dataCoding & 0x20) !== 0) return null
  switch ((dataCoding >> 2) & 3) {
    case 1:
      return null
    case 2:
      return decodeUcs2
    default:
      return decodeDefaultAlphabet // The reserved alphabet too: TS 23.038 §4 has receivers assume the default.
  }
}

/** Groups 10xx (reserved) to 1111: message waiting in GSM-7 or UCS-2, then message class with bit 2 for 8-bit data. */
function decoderOfHighGroup(dataCoding: number): Decoder | null {
  switch (dataCoding >> 4) {
    case 0xe:
      return decodeUcs2
    case 0xf:
      return (dataCoding & 4) === 0 ? decodeDefaultAlphabet : null
    default:
      return decodeDefaultAlphabet
  }
}

/** By data_coding; null: binary, or an encoding without a decoder here. */
const SMPP_DECODERS: readonly (Decoder | null)[] = [
  decodeDefaultAlphabet, // 0 SMSC default alphabet
  decodeLatin1, // 1 IA5, that is ASCII
  null, // 2 octets
  decodeLatin1, // 3
  null, // 4 octets
  null, // 5 JIS
  decoderFor('iso-8859-5'), // 6 Cyrillic
  decoderFor('iso-8859-8'), // 7 Hebrew
  decodeUcs2, // 8
  null, // 9 pictograms
  decoderFor('iso-2022-jp'), // 10 music codes
]

/** The default alphabet has no octet above 0x7F; carriers that send one mean Latin-1 throughout. */
function decodeDefaultAlphabet(octets: Uint8Array): string {
  return octets.some((octet) => octet > 0x7f) ? decodeLatin1(octets) : decodeGsm7(octets)
}

function decodeLatin1(octets: Uint8Array): string {
  return asBuffer(octets).toString('latin1')
}

/** Big endian; an odd last octet is half a character and becomes U+FFFD. */
function decodeUcs2(octets: Uint8Array): string {
  const whole = Buffer.from(octets.subarray(0, octets.length & ~1))
    .swap16()
    .toString('utf16le')
  return octets.length % 2 === 0 ? whole : `${whole}\ufffd`
}

function decoderFor(label: string): Decoder {
  return (octets) => new TextDecoder(label).decode(octets)
}

function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd')
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
}
