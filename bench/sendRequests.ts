import { Histogram, type Latency } from './histogram.ts'
import { KeepAliveClient } from './keepAliveClient.ts'

export interface RequestPlan {
  readonly port: number
  readonly connections: number
  readonly requests: number
  /** The status of the answer that is wanted. */
  readonly acceptedStatus: number
  requestOf(sequence: number): string
  /** Gets the bodies of the answers that were wanted, if they are of use. */
  readonly keep?: (sequence: number, body: Buffer) => void
}

export interface LoadResult {
  readonly startedAt: number // epoch ms
  readonly durationMs: number
  /** Less than ordered when the time was over. */
  readonly sent: number
  readonly accepted: number
  /** All other answers, by status. */
  readonly refused: Readonly<Record<string, number>>
  /** From the writing of a request to the end of its answer. */
  readonly acceptMs: Latency
}

/**
 * Sends the requests of one run over a fixed number of connections, each of which sends the next as soon as its last
 * was answered. Rejects when a connection breaks, because then nobody knows what was accepted.
 */
export async function sendRequests(plan: RequestPlan): Promise<LoadResult> {
  const run = new LoadRun(plan)
  try {
    return await run.send()
  } finally {
    run.close()
  }
}

/** No new requests after this long; what is under way may still be answered until the run is given up. */
const SEND_MS_MAX = 60_000
const RUN_TIMEOUT_MS = 75_000

class LoadRun {
  readonly #plan: RequestPlan
  readonly #lanes: Lane[] = []
  readonly #finished = Promise.withResolvers<void>()
  readonly #histogram = new Histogram()
  readonly #refused: Record<string, number> = {}
  #startedAt = 0
  #sent = 0
  #accepted = 0
  #answers = 0

  constructor(plan: RequestPlan) {
    this.#plan = plan
  }

  async send(): Promise<LoadResult> {
    for (let count = 0; count < this.#plan.connections; count++) this.#lanes.push(await this.#openLane())
    const startedAt = Date.now()
    this.#startedAt = performance.now()
    for (const lane of this.#lanes) this.#sendNext(lane)
    await this.#untilFinished()
    return {
      startedAt,
      durationMs: performance.now() - this.#startedAt,
      sent: this.#sent,
      accepted: this.#accepted,
      refused: this.#refused,
      acceptMs: this.#histogram.latency(),
    }
  }

  close(): void {
    for (const { client } of this.#lanes) client.close()
  }

  async #openLane(): Promise<Lane> {
    const client = await KeepAliveClient.open(this.#plan.port, {
      answered: (status, body) => this.#takeAnswer(lane, status, body),
      broken: (reason) => this.#finished.reject(reason),
    })
    const lane: Lane = { client, sequence: 0, writtenAt: 0 }
    return lane
  }

  #sendNext(lane: Lane): void {
    const now = performance.now()
    if (this.#sent < this.#plan.requests && now - this.#startedAt < SEND_MS_MAX) {
      lane.writtenAt = now
      lane.sequence = this.#sent
      lane.client.send(this.#plan.requestOf(this.#sent))
      this.#sent += 1
    } else if (this.#answers === this.#sent) {
      this.#finished.resolve()
    }
  }

  #takeAnswer(lane: Lane, status: number, body: Buffer): void {
    this.#histogram.record(performance.now() - lane.writtenAt)
    this.#answers += 1
    if (status === this.#plan.acceptedStatus) {
      this.#accepted += 1
      this.#plan.keep?.(lane.sequence, body)
    } else {
      this.#refused[status] = (this.#refused[status] ?? 0) + 1
    }
    this.#sendNext(lane)
  }

  async #untilFinished(): Promise<void> {
    const late = () => this.#finished.reject(new Error(`${this.#sent - this.#answers} requests were not answered`))
    const timer = setTimeout(late, RUN_TIMEOUT_MS)
    await this.#finished.promise.finally(() => clearTimeout(timer))
  }
}

interface Lane {
  readonly client: KeepAliveClient
  /** Of its request under way, and when that was written. */
  sequence: number
  writtenAt: number
}
