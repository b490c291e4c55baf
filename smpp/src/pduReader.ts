import { PduError } from './pduError.ts'
import { CommandStatus } from './status.ts'

/** Reads the fields of one PDU in order and never past its end. What it hands out shares the memory of `buffer`. */
export class PduReader {
  readonly #buffer: Buffer
  readonly #end: number
  #at: number

  constructor(buffer: Buffer, start: number, end: number) {
    this.#buffer = buffer
    this.#at = start
    this.#end = end
  }

  get left(): number {
    return this.#end - this.#at
  }

  uint8(): number {
    return this.#buffer[this.#advance(1)] ?? 0
  }

  uint16(): number {
    return this.#buffer.readUInt16BE(this.#advance(2))
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#advance(4))
  }

  octets(length: number, statusIfBad: number = CommandStatus.ESME_RINVCMDLEN): Buffer {
    const at = this.#advance(length, statusIfBad)
    return this.#buffer.subarray(at, at + length)
  }

  /** `octetsMax` counts the NUL, as the specification's tables do. */
  cString(octetsMax: number, statusIfBad: number): string {
    const nul = this.#nulWithin(octetsMax)
    if (nul < 0) throw new PduError(statusIfBad, `no NUL within ${Math.min(this.left, octetsMax)} octets`)
    const start = this.#at
    this.#at = nul + 1
    return nul === start ? '' : this.#buffer.toString('latin1', start, nul)
  }

  /** A C-octet string that may end with the PDU instead of with its NUL. */
  cStringOrRest(octetsMax: number, statusIfBad: number): string {
    if (this.left >= octetsMax || this.#nulWithin(octetsMax) >= 0) return this.cString(octetsMax, statusIfBad)
    return this.octets(this.left).toString('latin1')
  }

  /** True when nothing but zeros is left, fewer than a TLV's header needs. */
  onlyPaddingLeft(): boolean {
    if (this.left > PADDING_OCTETS_MAX) return false
    for (let at = this.#at; at < this.#end; at++) if (this.#buffer[at] !== 0) return false
    return true
  }

  #nulWithin(octetsMax: number): number {
    const limit = Math.min(this.#end, this.#at + octetsMax)
    for (let at = this.#at; at < limit; at++) if (this.#buffer[at] === 0) return at
    return -1
  }

  #advance(octets: number, statusIfBad: number = CommandStatus.ESME_RINVCMDLEN): number {
    const at = this.#at
    if (at + octets > this.#end) throw new PduError(statusIfBad, `${octets} octets wanted, ${this.#end - at} left`)
    this.#at = at + octets
    return at
  }
}

const PADDING_OCTETS_MAX = 3
