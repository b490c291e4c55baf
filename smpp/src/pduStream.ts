import { PDU_OCTETS_MIN } from './decodePdu.ts'

/**
 * Cuts what a socket reads into PDUs. A PDU that lies within one chunk is not copied; one that spans chunks is
 * gathered in a buffer of its own. After `next()` said 'pdu' it stands in `buffer` from `start` to `end`.
 */
export class PduStream {
  buffer: Buffer = NOTHING
  start = 0
  end = 0
  readonly #pduBytesMax: number
  #chunk: Buffer = NOTHING
  #at = 0
  #prefix: Buffer = Buffer.alloc(LENGTH_OCTETS)
  #prefixLength = 0
  #gathered: Buffer | null = null // null: not inside a PDU that spans chunks
  #gatheredLength = 0

  constructor(pduBytesMax: number) {
    this.#pduBytesMax = pduBytesMax
  }

  /** The chunk must not be written to afterwards. What was not read of the chunk before stays in front of it. */
  push(chunk: Buffer): void {
    const unread = this.#chunk.length - this.#at
    this.#chunk = unread === 0 ? chunk : Buffer.concat([this.#chunk.subarray(this.#at), chunk])
    this.#at = 0
  }

  /** 'bad length': command_length makes no sense, so nothing behind it can be read either. */
  next(): 'pdu' | 'more' | 'bad length' {
    return this.#gathered === null ? this.#cut() : this.#gather(this.#gathered)
  }

  /** The sequence number of the PDU whose length is bad; 0 when its header is not there in one piece. */
  sequenceNumber(): number {
    const whole = this.#prefixLength === 0 && this.#chunk.length - this.#at >= PDU_OCTETS_MIN
    return whole ? this.#chunk.readUInt32BE(this.#at + PDU_OCTETS_MIN - 4) : 0
  }

  #cut(): 'pdu' | 'more' | 'bad length' {
    const left = this.#chunk.length - this.#at
    if (this.#prefixLength > 0 || left < LENGTH_OCTETS) return this.#gatherPrefix()
    const length = this.#chunk.readUInt32BE(this.#at)
    if (!this.#isPduLength(length)) return 'bad length'
    if (left < length) return this.#gather(this.#startGathering(length))
    this.buffer = this.#chunk
    this.start = this.#at
    this.end = this.#at + length
    this.#at = this.end
    return 'pdu'
  }

  #gatherPrefix(): 'pdu' | 'more' | 'bad length' {
    this.#prefixLength += this.#read(this.#prefix, this.#prefixLength)
    if (this.#prefixLength < LENGTH_OCTETS) return 'more'
    const length = this.#prefix.readUInt32BE(0)
    if (!this.#isPduLength(length)) return 'bad length'
    const gathered = this.#startGathering(length)
    this.#prefix.copy(gathered)
    this.#gatheredLength = LENGTH_OCTETS
    this.#prefixLength = 0
    return this.#gather(gathered)
  }

  #startGathering(length: number): Buffer {
    this.#gathered = Buffer.allocUnsafe(length)
    this.#gatheredLength = 0
    return this.#gathered
  }

  #gather(gathered: Buffer): 'pdu' | 'more' {
    this.#gatheredLength += this.#read(gathered, this.#gatheredLength)
    if (this.#gatheredLength < gathered.length) return 'more'
    this.buffer = gathered
    this.start = 0
    this.end = gathered.length
    this.#gathered = null
    return 'pdu'
  }

  /** Copies as much of the chunk as fits into `target` from `targetStart`; returns how much that was. */
  #read(target: Buffer, targetStart: number): number {
    const copied = this.#chunk.copy(target, targetStart, this.#at)
    this.#at += copied
    return copied
  }

  #isPduLength(length: number): boolean {
    return length >= PDU_OCTETS_MIN && length <= this.#pduBytesMax
  }
}

const LENGTH_OCTETS = 4
const NOTHING = Buffer.alloc(0)
