import assert from 'node:assert/strict'
import type { Clock } from '../clock.ts'
import { ConnectionPool } from './connectionPool.ts'
import { isPublicAddress } from './guard.ts'
import type { Exchange, HttpConnection } from './httpConnection.ts'
import { type HttpTarget, type Origin, parseHttpTarget } from './httpTarget.ts'
import { createResolve, type Resolve } from './resolveAll.ts'
import type { CallResult, EndpointCall, Sender } from './sender.ts'
import { vettedConnector } from './vettedConnector.ts'

export interface HttpSenderOptions {
  readonly clock: Clock
  readonly userAgent: string
  /** Turns the check of addresses off. */
  readonly allowPrivateNetworks: boolean
  readonly resolve?: Resolve
  readonly connectTimeoutMs?: number
  /** From `send` to the end of the answer. */
  readonly callTimeoutMs?: number
  /** Connections kept without a call on them, of all endpoints together. */
  readonly idleConnectionsMax?: number
}

export const connectTimeoutMsDefault = 5_000
export const callTimeoutMsDefault = 15_000
export const idleConnectionsMaxDefault = 1_024
/** A call may overrun its time by this much: one timer looks after all calls and connections. */
export const sweepMs = 250

/**
 * HTTP/1.1 with keep-alive connections, one call in flight on each, and nothing that a webhook does not need: it is
 * most of what a delivery costs, and this is half of what a general client takes. Redirects are answers like any
 * other: following one would escape the address check.
 */
export class HttpSender implements Sender {
  readonly #clock: Clock
  readonly #callTimeoutMs: number
  readonly #pool: ConnectionPool
  /** The headers that are the same in all requests. */
  readonly #fixedHeaders: string
  /** In the order of their deadlines. */
  readonly #calls = new Set<Call>()
  #sweeping = false
  #closed = false

  constructor(options: HttpSenderOptions) {
    assert(isHeaderText(options.userAgent))
    this.#clock = options.clock
    this.#callTimeoutMs = options.callTimeoutMs ?? callTimeoutMsDefault
    // HTTP/1.0 servers keep a connection only when they are asked to.
    this.#fixedHeaders = `connection: keep-alive\r\nuser-agent: ${options.userAgent}\r\n`
    this.#pool = new ConnectionPool({
      clock: options.clock,
      connectTimeoutMs: options.connectTimeoutMs ?? connectTimeoutMsDefault,
      idleConnectionsMax: options.idleConnectionsMax ?? idleConnectionsMaxDefault,
      connect: vettedConnector({
        isAllowed: options.allowPrivateNetworks ? () => true : isPublicAddress,
        resolve: options.resolve ?? createResolve(),
      }),
    })
  }

  send(call: EndpointCall, done: (result: CallResult) => void): void {
    const target = parseHttpTarget(call.url)
    if (this.#closed) process.nextTick(done, { kind: 'aborted' })
    else if (target === null) process.nextTick(done, { kind: 'failed', error: 'the URL is not one of http or https' })
    else if (!call.headers.every(isHeaderText)) process.nextTick(done, { kind: 'failed', error: 'a malformed header' })
    else this.#carry(target, call, done)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const call of this.#calls) call.connection?.close(null)
    this.#pool.close()
  }

  #carry(target: HttpTarget, endpointCall: EndpointCall, done: (result: CallResult) => void): void {
    const call = new Call(target.origin, requestText(target, endpointCall, this.#fixedHeaders), {
      calls: this.#calls,
      deadline: this.#clock.now() + this.#callTimeoutMs,
      done,
    })
    this.#calls.add(call)
    this.#pool.carry(call)
    this.#sweepLater()
  }

  #sweepLater(): void {
    if (this.#sweeping || (this.#calls.size === 0 && this.#pool.unattended === 0)) return
    this.#sweeping = true
    this.#clock.after(sweepMs, () => {
      this.#sweeping = false
      const now = this.#clock.now()
      this.#pool.sweep(now)
      for (const call of this.#calls) {
        if (call.deadline > now) break
        call.connection?.close(`no answer within ${this.#callTimeoutMs} ms`)
      }
      this.#sweepLater()
    })
  }
}

class Call implements Exchange {
  readonly origin: Origin
  readonly request: string
  readonly deadline: number
  connection: HttpConnection | null = null
  readonly #calls: Set<Call>
  readonly #done: (result: CallResult) => void

  constructor(
    origin: Origin,
    request: string,
    { calls, deadline, done }: { calls: Set<Call>; deadline: number; done: (result: CallResult) => void },
  ) {
    this.origin = origin
    this.request = request
    this.deadline = deadline
    this.#calls = calls
    this.#done = done
  }

  ended(result: CallResult): void {
    this.#calls.delete(this)
    this.#done(result)
  }
}

function requestText(
  { path, host }: HttpTarget,
  { method, body, headers }: EndpointCall,
  fixedHeaders: string,
): string {
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${fixedHeaders}`
  for (let i = 0; i + 1 < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`
  if (body !== null)
    text += `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  else text += method === 'POST' ? 'content-length: 0\r\n\r\n' : '\r\n'
  return text
}

/** Nothing that would end a header, or that receivers might read in two ways. */
function isHeaderText(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}
