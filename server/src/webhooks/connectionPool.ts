import type { Clock } from '../clock.ts'
import { type ConnectionOwner, type Exchange, HttpConnection } from './httpConnection.ts'
import type { Connect } from './vettedConnector.ts'

export interface ConnectionPoolOptions {
  readonly connect: Connect
  readonly clock: Clock
  /** For resolving, TCP and TLS together. */
  readonly connectTimeoutMs: number
  /** Free connections of all origins together; beyond it the one that is idle the longest goes. */
  readonly idleConnectionsMax: number
}

/** Shorter than the 5 s that many servers keep an idle connection, so that it is us who close it. */
export const idleConnectionMs = 4_000

/**
 * Keeps free connections for the next exchange with their origin and opens one more when none is free. How many are
 * open is therefore up to who brings the exchanges.
 */
export class ConnectionPool implements ConnectionOwner {
  readonly #connect: Connect
  readonly #clock: Clock
  readonly #connectTimeoutMs: number
  readonly #idleConnectionsMax: number
  /** In the order in which they were opened. */
  readonly #connecting = new Set<HttpConnection>()
  /** In the order in which they became free. */
  readonly #idle = new Set<HttpConnection>()
  /** The same by the name of their origin. */
  readonly #idleByOrigin = new Map<string, HttpConnection[]>()

  constructor({ connect, clock, connectTimeoutMs, idleConnectionsMax }: ConnectionPoolOptions) {
    this.#connect = connect
    this.#clock = clock
    this.#connectTimeoutMs = connectTimeoutMs
    this.#idleConnectionsMax = idleConnectionsMax
  }

  /** Connections that `sweep` has to look after. */
  get unattended(): number {
    return this.#connecting.size + this.#idle.size
  }

  carry(exchange: Exchange): void {
    // The one used last: those that are not needed get the time to grow old.
    const connection = this.#idleByOrigin.get(exchange.origin.name)?.pop()
    if (connection === undefined) this.#open(exchange)
    else {
      this.#idle.delete(connection)
      connection.carry(exchange)
    }
  }

  /** Closes connections that have been idle, or on their way, for too long. */
  sweep(now: number): void {
    for (const connection of this.#connecting) {
      if (connection.since + this.#connectTimeoutMs > now) break
      connection.close(`connect timeout: no connection within ${this.#connectTimeoutMs} ms`)
    }
    for (const connection of this.#idle) {
      if (connection.since + idleConnectionMs > now) break
      connection.close(null)
    }
  }

  /** Closes the free connections; the others end with their exchanges. */
  close(): void {
    for (const connection of this.#idle) connection.close(null)
  }

  connected(connection: HttpConnection): void {
    this.#connecting.delete(connection)
  }

  freed(connection: HttpConnection): void {
    connection.since = this.#clock.now()
    this.#idle.add(connection)
    const { name } = connection.origin
    const ofOrigin = this.#idleByOrigin.get(name)
    if (ofOrigin === undefined) this.#idleByOrigin.set(name, [connection])
    else ofOrigin.push(connection)
    if (this.#idle.size > this.#idleConnectionsMax) this.#closeOldest()
  }

  closed(connection: HttpConnection): void {
    this.#connecting.delete(connection)
    this.#idle.delete(connection)
    const { name } = connection.origin
    const others = this.#idleByOrigin.get(name)?.filter((other) => other !== connection)
    if (others === undefined) return
    if (others.length > 0) this.#idleByOrigin.set(name, others)
    else this.#idleByOrigin.delete(name)
  }

  lost(exchange: Exchange): void {
    this.#open(exchange)
  }

  #open(exchange: Exchange): void {
    const connection = new HttpConnection(this.#connect, exchange, { owner: this, now: this.#clock.now() })
    this.#connecting.add(connection)
  }

  #closeOldest(): void {
    const [oldest] = this.#idle
    oldest?.close(null)
  }
}
