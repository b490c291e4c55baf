import type { Socket } from 'node:net'
import type { Clock } from './clock.ts'
import { writePdu } from './encodePdu.ts'
import type { BodyToSend } from './pdu.ts'
import { PduError } from './pduError.ts'
import { PduWriter } from './pduWriter.ts'
import { CommandStatus } from './status.ts'

/** What a session sends: PDUs pile up during one turn of the event loop and leave in one write at its end. */
export class PduOutput {
  readonly #socket: Socket
  readonly #clock: Clock
  readonly #pduBytesMax: number
  readonly #writer = new PduWriter()
  #scheduled = false
  #flushes = 0
  #turnAt = 0

  constructor(socket: Socket, clock: Clock, pduBytesMax: number) {
    this.#socket = socket
    this.#clock = clock
    this.#pduBytesMax = pduBytesMax
  }

  /** Octets that have not reached the kernel yet. */
  get waiting(): number {
    return this.#socket.writableLength + this.#writer.length
  }

  /** Counts the writes to the socket; what was appended under the present number has not left yet. */
  get flushes(): number {
    return this.#flushes
  }

  /** When the present turn's output began: one look at the clock serves all of its PDUs. */
  get turnAt(): number {
    return this.#turnAt
  }

  /** Throws PduError and appends nothing when the PDU cannot be encoded. */
  append(pdu: BodyToSend, sequenceNumber: number): void {
    const mark = this.#writer.length
    writePdu(this.#writer, pdu, sequenceNumber)
    if (this.#writer.length - mark > this.#pduBytesMax) {
      this.#writer.rollBack(mark)
      throw new PduError(CommandStatus.ESME_RINVCMDLEN, `the PDU exceeds ${this.#pduBytesMax} octets`)
    }
    if (this.#scheduled) return
    this.#scheduled = true
    this.#turnAt = this.#clock.now()
    setImmediate(this.#flushTurn)
  }

  flush(): void {
    if (this.#writer.length === 0 || !this.#socket.writable) return
    this.#flushes++
    this.#socket.write(this.#writer.take())
  }

  #flushTurn = (): void => {
    this.#scheduled = false
    this.flush()
  }
}
