import type { Socket } from 'node:net'
import type { Origin } from './httpTarget.ts'
import { ResponseReader } from './responseReader.ts'
import type { CallResult } from './sender.ts'
import type { Connect } from './vettedConnector.ts'

/** A request and who waits for its answer. */
export interface Exchange {
  readonly origin: Origin
  /** Head and body as they go over the wire. */
  readonly request: string
  /** Set by the connection that carries it; a second one may take over from the first. */
  connection: HttpConnection | null
  /** Called once. When the connection can carry another exchange, it is free already. */
  ended(result: CallResult): void
}

/** Who looks after connections and is told how they fare. */
export interface ConnectionOwner {
  connected(connection: HttpConnection): void
  /** The answer is complete and the connection may carry another exchange. */
  freed(connection: HttpConnection): void
  closed(connection: HttpConnection): void
  /** The receiver closed a used connection before it answered; the exchange wants one that is new. */
  lost(exchange: Exchange): void
}

/** What is read from a connection at once; answers are short. */
const readBytesMax = 4_096

/** One connection, from opening it on. It carries one exchange at a time. */
export class HttpConnection {
  readonly origin: Origin
  /** When it was opened or last became free, in epoch milliseconds. */
  since: number
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #received = Buffer.allocUnsafeSlow(readBytesMax)
  readonly #reader = new ResponseReader()
  #exchange: Exchange | null // null: free, or closed
  #used = false
  #closed = false

  /** Opens it for this exchange. */
  constructor(connect: Connect, exchange: Exchange, { owner, now }: { owner: ConnectionOwner; now: number }) {
    this.origin = exchange.origin
    this.since = now
    this.#owner = owner
    this.#exchange = exchange
    exchange.connection = this
    const callback = (bytes: number) => this.#read(bytes)
    this.#socket = connect(this.origin, { buffer: this.#received, callback })
      .on(this.origin.secure ? 'secureConnect' : 'connect', () => this.#connected())
      .on('error', (error) => this.#lose(explain(error)))
      // Also how an answer without a length ends.
      .on('end', () => this.#lose('the connection was closed before an answer came'))
      .on('close', () => this.#lose('the connection was closed before an answer came'))
  }

  /** Carries another exchange; only when it is free. */
  carry(exchange: Exchange): void {
    this.#exchange = exchange
    exchange.connection = this
    this.#used = true
    this.#reader.reset()
    this.#write(exchange)
  }

  /**
   * Closes it. The exchange on it ends with the status if one came: it is the receiver's word, and a body that is
   * endless or broken off changes nothing. Otherwise `error` says why there is none; null: because we stopped.
   */
  close(error: string | null): void {
    if (this.#closed) return
    this.#closed = true
    this.#socket.destroy()
    this.#owner.closed(this)
    const exchange = this.#exchange
    this.#exchange = null
    if (exchange === null) return
    if (this.#reader.status !== 0) exchange.ended(answerIn(this.#reader))
    else exchange.ended(error === null ? { kind: 'aborted' } : { kind: 'failed', error })
  }

  #connected(): void {
    if (this.#closed || this.#exchange === null) return
    this.#owner.connected(this)
    this.#write(this.#exchange)
  }

  #write({ request }: Exchange): void {
    // One string is one system call.
    this.#socket.write(request, 'utf8')
  }

  #read(bytes: number): boolean {
    if (this.#closed) return false
    if (this.#exchange === null)
      this.close(null) // Nobody asked anything.
    else {
      const state = this.#reader.read(this.#received, bytes)
      if (state === 'complete') this.#complete(this.#exchange)
      else if (state === 'broken') this.close(this.#reader.problem)
    }
    return true
  }

  #complete(exchange: Exchange): void {
    // A receiver that answered before it had the whole request may never read the rest.
    if (!this.#reader.keepAlive || this.#socket.writableLength > 0) {
      this.close(null)
      return
    }
    this.#exchange = null
    const answer = answerIn(this.#reader)
    this.#owner.freed(this)
    exchange.ended(answer)
  }

  #lose(error: string): void {
    const exchange = this.#exchange
    if (!this.#closed && exchange !== null && this.#used && this.#reader.untouched) {
      this.#exchange = null
      this.close(null)
      this.#owner.lost(exchange)
    } else this.close(error)
  }
}

function answerIn({ status, retryAfter, responseStart }: ResponseReader): CallResult {
  return { kind: 'answered', status, retryAfter, responseStart }
}

function explain(error: Error): string {
  // A name with several addresses that all refuse comes as an AggregateError without a message.
  const cause = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error
  return cause.message === '' ? cause.name : cause.message
}
