import { PduError } from './pduError.ts'
import { CommandStatus } from './status.ts'

/**
 * Output that grows: PDUs are appended, `take` hands out what has piled up. Memory handed out is never written again,
 * so a socket may keep it for as long as it likes.
 */
export class PduWriter {
  #buffer: Buffer
  #at = 0
  #taken = 0

  constructor(octets = SLAB_BYTES_MIN) {
    this.#buffer = Buffer.allocUnsafeSlow(octets)
  }

  /** Octets appended and not taken yet. */
  get length(): number {
    return this.#at - this.#taken
  }

  take(): Buffer {
    const out = this.#buffer.subarray(this.#taken, this.#at)
    this.#taken = this.#at
    return out
  }

  /** Starts a PDU; its length is filled in by `end`. Returns the mark for `end` and `rollBack`, valid until `take`. */
  begin(commandId: number, commandStatus: number, sequenceNumber: number): number {
    const mark = this.length
    this.uint32(0)
    this.uint32(commandId)
    this.uint32(commandStatus)
    this.uint32(sequenceNumber)
    return mark
  }

  end(mark: number): void {
    this.#buffer.writeUInt32BE(this.length - mark, this.#taken + mark)
  }

  /** Forgets everything since `mark`, for a PDU that turned out unencodable half-way. */
  rollBack(mark: number): void {
    this.#at = this.#taken + mark
  }

  uint8(value: number): void {
    if ((value & 0xff) !== value) throw numberError(value, 1)
    this.#reserve(1)
    this.#buffer[this.#at++] = value
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) throw numberError(value, 2)
    this.#reserve(2)
    this.#buffer[this.#at++] = value >>> 8
    this.#buffer[this.#at++] = value
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) throw numberError(value, 4)
    this.#reserve(4)
    this.#buffer[this.#at++] = value >>> 24
    this.#buffer[this.#at++] = value >>> 16
    this.#buffer[this.#at++] = value >>> 8
    this.#buffer[this.#at++] = value
  }

  /** `octetsMax` counts the NUL, as the specification's tables do. */
  cString(value: string, octetsMax: number, statusIfBad: number): void {
    const { length } = value
    if (length >= octetsMax)
      throw new PduError(statusIfBad, `a string of ${length} exceeds ${octetsMax - 1} characters`)
    this.#reserve(length + 1)
    const buffer = this.#buffer
    let at = this.#at
    // A loop beats the native write for strings as short as SMPP's, and it has to look at each character anyway.
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index)
      if (code === 0 || code > 0xff)
        throw new PduError(statusIfBad, `character ${code} cannot stand in a C-octet string`)
      buffer[at++] = code
    }
    buffer[at++] = 0
    this.#at = at
  }

  octets(value: Buffer): void {
    this.#reserve(value.length)
    this.#buffer.set(value, this.#at)
    this.#at += value.length
  }

  #reserve(octets: number): void {
    if (this.#at + octets <= this.#buffer.length) return
    const pending = this.#buffer.subarray(this.#taken, this.#at)
    const size = Math.max(SLAB_BYTES, 2 * (pending.length + octets))
    this.#buffer = Buffer.allocUnsafeSlow(size)
    this.#buffer.set(pending, 0)
    this.#at = pending.length
    this.#taken = 0
  }
}

/** An idle session holds no more than this; the first busy one moves on to full slabs. */
const SLAB_BYTES_MIN = 4096
const SLAB_BYTES = 65_536

function numberError(value: number, octets: number): PduError {
  return new PduError(CommandStatus.ESME_RSYSERR, `${value} is not an unsigned integer of ${octets} octets`)
}
