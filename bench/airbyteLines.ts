/** Counts the messages of the protocol in a connector's output, as its bytes come; only states are parsed. */
export class AirbyteLines {
  records = 0
  states = 0
  stateBytesMax = 0
  /** What the states say, to be compared with `records`. */
  recordsInStates = 0
  /** `performance.now()` at the first record; null: none came yet. */
  firstRecordAt: number | null = null
  /** Bytes of a line whose end is still to come. */
  #rest: Buffer = Buffer.alloc(0)

  add(bytes: Buffer): void {
    let from = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      if (this.#rest.length === 0) this.#count(bytes, from, end)
      else this.#countJoined(bytes.subarray(0, end))
      from = end + 1
    }
    if (from < bytes.length) this.#rest = Buffer.concat([this.#rest, bytes.subarray(from)])
  }

  /** Whether the output ended with the end of a line. */
  get isWhole(): boolean {
    return this.#rest.length === 0
  }

  #countJoined(end: Buffer): void {
    const line = Buffer.concat([this.#rest, end])
    this.#rest = Buffer.alloc(0)
    this.#count(line, 0, line.length)
  }

  /** The first letter of the type tells it: `{"type":"RECORD"` or `{"type":"STATE"`. */
  #count(bytes: Buffer, from: number, end: number): void {
    const letter = bytes[from + TYPE_AT]
    if (letter === LETTER_R) {
      this.firstRecordAt ??= performance.now()
      this.records += 1
    } else if (letter === LETTER_S) {
      this.states += 1
      this.stateBytesMax = Math.max(this.stateBytesMax, end - from)
      this.recordsInStates += JSON.parse(bytes.toString('utf8', from, end)).state.sourceStats.recordCount
    }
  }
}

const LINE_FEED = 0x0a
const LETTER_R = 0x52
const LETTER_S = 0x53
const TYPE_AT = '{"type":"'.length
