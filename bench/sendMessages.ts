import { recipientOf, writeMark, writeText } from './benchMessage.ts'
import { Histogram, type Latency } from './histogram.ts'
import { KeepAliveClient } from './keepAliveClient.ts'

export interface LoadOrder {
  readonly run: number
  readonly port: number
  readonly apiKey: string
  readonly messages: number
  readonly connections: number
  /** Where receipts are called back; null: nobody asks for one and the simulator sends none. */
  readonly callbackPort: number | null
}

export interface LoadResult {
  readonly startedAt: number // epoch ms
  readonly durationMs: number
  /** Less than ordered when the time was over. */
  readonly sent: number
  readonly accepted: number
  /** Answers that were no 2xx, by status. */
  readonly refused: Readonly<Record<string, number>>
  /** From the writing of a request to the end of its answer. */
  readonly acceptMs: Latency
}

/**
 * Sends the messages of one run over a fixed number of connections, each of which sends the next as soon as its last
 * was answered. Rejects when a connection breaks, because then nobody knows what was accepted.
 */
export async function sendMessages(order: LoadOrder): Promise<LoadResult> {
  const run = new LoadRun(order)
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
  readonly #order: LoadOrder
  readonly #lanes: Lane[] = []
  readonly #finished = Promise.withResolvers<void>()
  readonly #histogram = new Histogram()
  readonly #refused: Record<string, number> = {}
  #startedAt = 0
  #sent = 0
  #accepted = 0
  #answers = 0

  constructor(order: LoadOrder) {
    this.#order = order
  }

  async send(): Promise<LoadResult> {
    for (let count = 0; count < this.#order.connections; count++) this.#lanes.push(await this.#openLane())
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
    const client = await KeepAliveClient.open(this.#order.port, {
      answered: (status) => this.#takeAnswer(lane, status),
      broken: (reason) => this.#finished.reject(reason),
    })
    const lane: Lane = { client, writtenAt: 0 }
    return lane
  }

  #sendNext(lane: Lane): void {
    const now = performance.now()
    if (this.#sent < this.#order.messages && now - this.#startedAt < SEND_MS_MAX) {
      lane.writtenAt = now
      lane.client.send(requestOf(this.#order, this.#sent))
      this.#sent += 1
    } else if (this.#answers === this.#sent) {
      this.#finished.resolve()
    }
  }

  #takeAnswer(lane: Lane, status: number): void {
    this.#histogram.record(performance.now() - lane.writtenAt)
    this.#answers += 1
    if (status >= 200 && status < 300) this.#accepted += 1
    else this.#refused[status] = (this.#refused[status] ?? 0) + 1
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
  /** When its request under way was written. */
  writtenAt: number
}

function requestOf({ run, port, apiKey, callbackPort }: LoadOrder, sequence: number): string {
  const mark = writeMark({ run, sequence, sentAt: Date.now() })
  const to = recipientOf(sequence, callbackPort !== null)
  const callback = callbackPort === null ? '' : `,"callbackUrl":"http://127.0.0.1:${callbackPort}/receipts?${mark}"`
  const body = `{"to":"${to}","from":"Heliograph","message":"${writeText(mark)}"${callback}}`
  const head = `POST /messaging/v1/sms HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\napikey: ${apiKey}\r\n`
  return `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
