import { Agent, type Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import { isPublicAddress } from './guard.ts'
import { createResolve, type Resolve } from './resolveAll.ts'
import type { CallResult, EndpointCall, Sender } from './sender.ts'
import { vettedConnector } from './vettedConnector.ts'

export interface UndiciSenderOptions {
  readonly clock: Clock
  readonly userAgent: string
  /** Turns the check of addresses off. */
  readonly allowPrivateNetworks: boolean
  readonly resolve?: Resolve
  readonly connectTimeoutMs?: number
  /** From `send` to the end of the answer. */
  readonly callTimeoutMs?: number
}

export const connectTimeoutMsDefault = 5_000
export const callTimeoutMsDefault = 15_000
/** A call may overrun its time by this much: one timer looks after all calls. */
export const sweepMs = 250
/** What is kept of an answer. */
export const responseStartBytesMax = 2_048
/** An answer longer than this ends with its connection. */
export const responseBytesMax = 65_536
const responseHeadersBytesMax = 16_384
const idleConnectionMs = 4_000

/**
 * Keep-alive connections, one call in flight on each. How many are open is the engine's decision; undici only opens
 * another one when all are busy. Redirects are answers like any other: following one would escape the address check.
 */
export class UndiciSender implements Sender {
  readonly #agent: Agent
  readonly #clock: Clock
  readonly #userAgent: string
  readonly #callTimeoutMs: number
  /** In the order of their deadlines. */
  readonly #calls = new Set<Call>()
  #sweeping = false

  constructor(options: UndiciSenderOptions) {
    this.#clock = options.clock
    this.#userAgent = options.userAgent
    this.#callTimeoutMs = options.callTimeoutMs ?? callTimeoutMsDefault
    this.#agent = new Agent({
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: responseHeadersBytesMax,
      keepAliveTimeout: idleConnectionMs,
      // The deadline of the whole call covers these, without a timer for each.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: vettedConnector({
        isAllowed: options.allowPrivateNetworks ? () => true : isPublicAddress,
        resolve: options.resolve ?? createResolve(),
        connectTimeoutMs: options.connectTimeoutMs ?? connectTimeoutMsDefault,
      }),
    })
  }

  send({ url, method, body, headers }: EndpointCall, done: (result: CallResult) => void): void {
    const target = URL.parse(url)
    if (target === null) {
      done({ kind: 'failed', error: 'the URL cannot be parsed' })
      return
    }
    const call = new Call(this.#calls, this.#clock.now() + this.#callTimeoutMs, done)
    const allHeaders = ['user-agent', this.#userAgent, ...headers]
    if (body !== null) allHeaders.push('content-type', 'application/json')
    const path = target.pathname + target.search
    this.#agent.dispatch({ origin: target.origin, path, method, body, headers: allHeaders }, call)
    this.#sweepLater()
  }

  async close(): Promise<void> {
    for (const call of this.#calls) call.abort()
    await this.#agent.destroy()
  }

  #sweepLater(): void {
    if (this.#sweeping || this.#calls.size === 0) return
    this.#sweeping = true
    this.#clock.after(sweepMs, () => {
      this.#sweeping = false
      const now = this.#clock.now()
      for (const call of this.#calls) {
        if (call.deadline > now) break
        call.expire(this.#callTimeoutMs)
      }
      this.#sweepLater()
    })
  }
}

class Call implements Dispatcher.DispatchHandler {
  readonly deadline: number
  readonly #calls: Set<Call>
  readonly #done: (result: CallResult) => void
  #controller: Dispatcher.DispatchController | null = null // null: not on a connection yet
  #status = 0 // 0: no status line yet
  #retryAfter: string | null = null
  readonly #start: Buffer[] = []
  #bytes = 0

  constructor(calls: Set<Call>, deadline: number, done: (result: CallResult) => void) {
    this.deadline = deadline
    this.#calls = calls
    this.#done = done
    calls.add(this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#calls.has(this)) this.#controller = controller
    else controller.abort(stopped) // It ran out of time while connecting.
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return
    this.#status = status
    const retryAfter = headers['retry-after']
    this.#retryAfter = typeof retryAfter === 'string' ? retryAfter : null
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = responseStartBytesMax - this.#bytes
    if (room > 0) this.#start.push(Buffer.from(chunk.subarray(0, room)))
    this.#bytes += chunk.length
    if (this.#bytes > responseBytesMax) controller.abort(stopped)
  }

  onResponseEnd(): void {
    // undici frees the connection a turn later. Were the next call made now, it would open another one.
    setImmediate(finishAnswered, this)
  }

  finishAnswered(): void {
    this.#finish('')
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#finish(explain(error))
  }

  expire(callTimeoutMs: number): void {
    this.#finish(`no answer within ${callTimeoutMs} ms`)
    this.#controller?.abort(stopped)
  }

  abort(): void {
    this.#finish(null)
    this.#controller?.abort(stopped)
  }

  /**
   * The status line is the receiver's word: once it came, a body that is endless or broken off changes nothing.
   * `error` says why there is none; null: because we stopped.
   */
  #finish(error: string | null): void {
    if (!this.#calls.delete(this)) return
    if (this.#status === 0) this.#done(error === null ? { kind: 'aborted' } : { kind: 'failed', error })
    else {
      const responseStart = Buffer.concat(this.#start).toString('utf8')
      this.#done({ kind: 'answered', status: this.#status, retryAfter: this.#retryAfter, responseStart })
    }
  }
}

const stopped = new Error('stopped by us')

function finishAnswered(call: Call): void {
  call.finishAnswered()
}

function explain(error: Error): string {
  // A name with several addresses that all refuse comes as an AggregateError without a message.
  const cause = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error
  return cause.message === '' ? cause.name : cause.message
}
