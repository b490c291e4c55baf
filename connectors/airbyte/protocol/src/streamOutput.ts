import type { Clock } from './clock.ts'
import type { LineWriter } from './lineWriter.ts'
import {
  errorLine,
  type FailureText,
  rateLimitedLine,
  recordLine,
  recordLineStart,
  type StreamStatus,
  stateLine,
  streamStatusLine,
} from './messages.ts'
import type { RecordLines } from './recordLines.ts'
import { markRepeated } from './repeatedState.ts'

/**
 * What one stream says, in the order the protocol asks for: STARTED, RUNNING before the first record, states that
 * count their records, one of COMPLETE and INCOMPLETE, and then nothing more.
 */
export class StreamOutput {
  readonly #name: string
  readonly #writer: LineWriter
  readonly #clock: Clock
  readonly #recordStart: string
  #phase: 'started' | 'running' | 'rate limited' | 'ended' = 'started'
  #recordsSinceState = 0
  #recordsTotal = 0
  #lastStateJson: string | null = null // null: none was written
  #limitedUntilMs = 0

  constructor({ name, writer, clock }: { name: string; writer: LineWriter; clock: Clock }) {
    this.#name = name
    this.#writer = writer
    this.#clock = clock
    this.#recordStart = recordLineStart(name)
    this.#status('STARTED')
  }

  get recordsTotal(): number {
    return this.#recordsTotal
  }

  /** Returns false when the writer must be given `room` before the next record. */
  record(data: object): boolean {
    if (this.#phase === 'ended') return true
    this.#countRecords(1)
    return this.#writer.push(recordLine(this.#recordStart, data, this.#clock.now()))
  }

  /** As `record`, for records of this stream that are lines already. */
  recordLines({ bytes, count }: RecordLines): boolean {
    if (this.#phase === 'ended' || count === 0) return true
    this.#countRecords(count)
    return this.#writer.pushBytes(bytes)
  }

  /** Platforms fail a sync with two equal states in a row: the second is left out, its records count for the next. */
  state(state: object): void {
    const json = JSON.stringify(state)
    if (this.#phase !== 'ended' && json !== this.#lastStateJson) this.#writeState(json)
  }

  /** Says that the stream waits for the vendor; once for all requests that wait for the same moment. */
  rateLimited(untilMs: number | null): void {
    const now = this.#clock.now()
    const toldUntilMs = untilMs ?? now + UNKNOWN_LIMIT_MS
    if (this.#phase === 'ended' || (this.#phase === 'rate limited' && now < this.#limitedUntilMs)) return
    this.#phase = 'rate limited'
    this.#limitedUntilMs = toldUntilMs
    this.#writer.push(rateLimitedLine(this.#name, untilMs, now))
  }

  /** @param state that covers everything written. Where it was the last one written, it is only sent if records followed. */
  complete(state: object): void {
    if (this.#phase === 'ended') return
    const json = JSON.stringify(state)
    if (json !== this.#lastStateJson) this.#writeState(json)
    else if (this.#recordsSinceState > 0) this.#writeState(JSON.stringify(markRepeated(state)))
    this.#end('COMPLETE')
  }

  /** @param failure null: nothing is wrong, it was stopped. */
  incomplete(failure: FailureText | null): void {
    if (this.#phase === 'ended') return
    if (failure !== null) this.#writer.push(errorLine(failure, this.#name, this.#clock.now()))
    this.#end('INCOMPLETE')
  }

  #countRecords(count: number): void {
    if (this.#phase !== 'running') {
      this.#phase = 'running'
      this.#status('RUNNING')
    }
    this.#recordsSinceState += count
    this.#recordsTotal += count
  }

  #writeState(json: string): void {
    this.#writer.push(stateLine(this.#name, json, this.#recordsSinceState))
    this.#lastStateJson = json
    this.#recordsSinceState = 0
  }

  #end(status: 'COMPLETE' | 'INCOMPLETE'): void {
    this.#status(status)
    this.#phase = 'ended'
  }

  #status(status: StreamStatus): void {
    this.#writer.push(streamStatusLine(this.#name, status, this.#clock.now()))
  }
}

/** How long one word about a limit of unknown length does for all requests that meet it. */
const UNKNOWN_LIMIT_MS = 10_000
