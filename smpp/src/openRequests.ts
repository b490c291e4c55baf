import type { CommandName } from './commands.ts'

/** One request that waits for its response. */
export interface OpenRequest<Done> {
  readonly command: CommandName
  readonly sentAt: number
  /** Which flush carried it; tells on close whether it left the process. */
  readonly flush: number
  readonly done: Done
}

/**
 * The requests that wait for a response, in a ring indexed by the low bits of the sequence number. The ring is larger
 * than the window and a sequence number whose place is still taken is skipped, so a response that never comes
 * holds up nobody.
 */
export class OpenRequests<Done> {
  readonly #ring: (OpenRequest<Done> | null)[]
  readonly #sequenceNumbers: Int32Array // 0: the place is free
  readonly #mask: number
  #sequenceNumber: number
  #size = 0

  /** `sequenceNumberLast` is the one before the first to be given out. */
  constructor(windowMax: number, sequenceNumberLast = 0) {
    const places = 2 ** Math.ceil(Math.log2(windowMax * PLACES_PER_REQUEST))
    this.#ring = new Array<OpenRequest<Done> | null>(places).fill(null)
    this.#sequenceNumbers = new Int32Array(places)
    this.#mask = places - 1
    this.#sequenceNumber = sequenceNumberLast
  }

  get size(): number {
    return this.#size
  }

  /** The next sequence number, 1 to 0x7fffffff and round again, section 3.2. */
  nextSequenceNumber(): number {
    do {
      this.#sequenceNumber = this.#sequenceNumber >= SEQUENCE_NUMBER_MAX ? 1 : this.#sequenceNumber + 1
      // Ends: the ring has more places than there may be open requests.
    } while (this.#sequenceNumbers[this.#sequenceNumber & this.#mask] !== 0)
    return this.#sequenceNumber
  }

  /** `sequenceNumber` comes from `nextSequenceNumber`. */
  add(sequenceNumber: number, request: OpenRequest<Done>): void {
    this.#ring[sequenceNumber & this.#mask] = request
    this.#sequenceNumbers[sequenceNumber & this.#mask] = sequenceNumber
    this.#size++
  }

  get(sequenceNumber: number): OpenRequest<Done> | null {
    const place = sequenceNumber & this.#mask
    if (sequenceNumber === 0 || this.#sequenceNumbers[place] !== sequenceNumber) return null
    return this.#ring[place] ?? null
  }

  remove(sequenceNumber: number): void {
    const place = sequenceNumber & this.#mask
    this.#ring[place] = null
    this.#sequenceNumbers[place] = 0
    this.#size--
  }

  /** Takes out and returns those that `isOver` picks, in the order they were sent, but for a wrap in between. */
  removeWhere(isOver: (request: OpenRequest<Done>) => boolean): OpenRequest<Done>[] {
    const over: { sequenceNumber: number; request: OpenRequest<Done> }[] = []
    for (const [place, request] of this.#ring.entries()) {
      if (request === null || !isOver(request)) continue
      const sequenceNumber = this.#sequenceNumbers[place] ?? 0
      over.push({ sequenceNumber, request })
      this.remove(sequenceNumber)
    }
    return over.sort((a, b) => a.sequenceNumber - b.sequenceNumber).map(({ request }) => request)
  }
}

const PLACES_PER_REQUEST = 4
const SEQUENCE_NUMBER_MAX = 0x7fffffff
