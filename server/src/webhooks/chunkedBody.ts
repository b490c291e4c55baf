import type { BodyStart } from './bodyStart.ts'

/** Size lines, extensions and trailers of one body together: more would make an endless answer of empty words. */
export const chunkFramingBytesMax = 16_384

/**
 * Takes a chunked body apart, wherever the network cut it (RFC 9112, section 7.1). Extensions and trailers are skipped:
 * none can change what an answer means to us.
 */
export class ChunkedBody {
  readonly #body: BodyStart
  #expects: Part = 'size'
  #left = 0
  #framingBytes = 0

  constructor(body: BodyStart) {
    this.#body = body
  }

  reset(): void {
    this.#expects = 'size'
    this.#left = 0
    this.#framingBytes = 0
  }

  get complete(): boolean {
    return this.#expects === 'nothing'
  }

  /** Reads from `at` to `end` or to the end of the body; returns where it stopped, or -1 at what is no chunked body. */
  read(source: Buffer, at: number, end: number): number {
    let position = at
    while (position < end && this.#expects !== 'nothing') {
      if (this.#expects === 'data') position = this.#data(source, position, end)
      else {
        const next = this.#after(source[position++] ?? 0)
        if (next === null || ++this.#framingBytes > chunkFramingBytesMax) return -1
        this.#expects = next
      }
    }
    return position
  }

  #data(source: Buffer, at: number, end: number): number {
    const stop = Math.min(end, at + this.#left)
    this.#body.add(source, at, stop)
    this.#left -= stop - at
    if (this.#left === 0) this.#expects = 'data CR'
    return stop
  }

  /** What comes after this octet of framing; null: it does not belong here. */
  #after(octet: number): Part | null {
    switch (this.#expects) {
      case 'size':
        return this.#digit(octet) ? 'more size' : null
      case 'more size':
        if (this.#digit(octet)) return 'more size'
        return octet === CR ? 'size LF' : octet === SEMICOLON || octet === SPACE || octet === TAB ? 'extension' : null
      case 'extension':
        return octet === CR ? 'size LF' : octet === LF ? null : 'extension'
      case 'size LF':
        return octet === LF ? (this.#left > 0 ? 'data' : 'trailer start') : null
      case 'data CR':
        return octet === CR ? 'data LF' : null
      case 'data LF':
        return octet === LF ? 'size' : null
      case 'trailer start':
        return octet === CR ? 'last LF' : octet === LF ? null : 'trailer'
      case 'trailer':
        return octet === CR ? 'trailer LF' : octet === LF ? null : 'trailer'
      case 'trailer LF':
        return octet === LF ? 'trailer start' : null
      case 'last LF':
        return octet === LF ? 'nothing' : null
      case 'data':
      case 'nothing':
        return null
      default:
        return this.#expects satisfies never
    }
  }

  #digit(octet: number): boolean {
    const value = hexValue(octet)
    if (value === -1) return false
    // Sizes beyond any that is read to its end only have to stay large; they may lose their last digits.
    this.#left = this.#left * 16 + value
    return true
  }
}

type Part =
  | 'size'
  | 'more size'
  | 'extension'
  | 'size LF'
  | 'data'
  | 'data CR'
  | 'data LF'
  | 'trailer start'
  | 'trailer'
  | 'trailer LF'
  | 'last LF'
  | 'nothing'

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const SEMICOLON = 0x3b

function hexValue(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30
  const lower = octet | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
