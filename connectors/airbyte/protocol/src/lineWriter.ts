import type { ByteSink } from './byteSink.ts'

/**
 * Gathers lines and writes them in large pieces, one at a time. What waits is bounded as long as the caller awaits
 * `room` whenever `push` says that it is full, so a slow reader slows the source down instead of filling the memory.
 */
export class LineWriter {
  readonly #sink: ByteSink
  /** Gathered before `#text`. */
  #bytes: Uint8Array[] = []
  #text = ''
  #waitingLength = 0
  #writing: Promise<void> | null = null
  #isScheduled = false
  #loss: OutputLost | null = null

  constructor(sink: ByteSink) {
    this.#sink = sink
  }

  /** Takes whole lines. Returns false when `room` must be awaited before the next. */
  push(lines: string): boolean {
    this.#text += lines
    return this.#gathered(lines.length)
  }

  /** As `push`, for lines that are bytes already; they must not change any more. */
  pushBytes(lines: Uint8Array): boolean {
    this.#encodeText()
    this.#bytes.push(lines)
    return this.#gathered(lines.length)
  }

  /** Resolves when another piece may be gathered. @throws OutputLost once nobody reads any more. */
  async room(): Promise<void> {
    while (this.#waitingLength >= PIECE_LENGTH && this.#loss === null) await this.#start()
    if (this.#loss !== null) throw this.#loss
  }

  /** Resolves when everything pushed so far is written. @throws as `room`. */
  async flush(): Promise<void> {
    while (this.#waitingLength > 0 && this.#loss === null) await this.#start()
    await this.#writing
    if (this.#loss !== null) throw this.#loss
  }

  #gathered(length: number): boolean {
    this.#waitingLength += length
    if (this.#waitingLength < PIECE_LENGTH) this.#schedule()
    else this.#start()
    return this.#waitingLength < PIECE_LENGTH && this.#loss === null
  }

  #encodeText(): void {
    if (this.#text === '') return
    this.#bytes.push(Buffer.from(this.#text))
    this.#text = ''
  }

  /** A small remainder goes out as soon as the event loop has nothing better to do. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#start()
    })
  }

  #start(): Promise<void> {
    this.#writing ??= this.#writePiece().finally(() => {
      this.#writing = null
      if (this.#waitingLength > 0) this.#schedule()
    })
    return this.#writing
  }

  /** Never rejects: the loss is kept for those who ask for room, and what comes after it is dropped. */
  async #writePiece(): Promise<void> {
    this.#encodeText()
    const pieces = this.#bytes
    this.#bytes = []
    this.#waitingLength = 0
    if (this.#loss !== null) return
    try {
      for (const piece of pieces) await this.#sink.write(piece)
    } catch (error) {
      this.#loss = new OutputLost('The output can no longer be written', { cause: error })
    }
  }
}

/** The reader of our output has gone (EPIPE), or its disk is full. There is nobody left to tell. */
export class OutputLost extends Error {
  override readonly name = 'OutputLost'
}

/** Large enough that the system calls do not count, small enough not to. A page of 1,000 records is some 600,000. */
const PIECE_LENGTH = 262_144
