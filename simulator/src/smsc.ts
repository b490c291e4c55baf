import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type Clock, systemClock } from '@heliograph/smpp/clock'
import type { BindPdu } from '@heliograph/smpp/pdu'
import { CommandStatus } from '@heliograph/smpp/status'
import { Account } from './account.ts'
import { Esme } from './esme.ts'
import { Handsets } from './handsets.ts'
import { type Inbound, inboundParts } from './inbound.ts'
import { MessageCentre } from './messageCentre.ts'
import { OutcomeTable } from './outcomeTable.ts'

export interface SmscOptions {
  readonly host: string
  readonly port: number // 0: any free one
  readonly systemId?: string // left out: any is accepted
  readonly password?: string // left out: any is accepted
  readonly clock?: Clock
  /** 0 to 1,000,000. With the same seed every run gives out the same message ids and concatenation references. */
  readonly seed?: number
  /** deliver_sm without a response on one bind. */
  readonly windowMax?: number
  readonly responseTimeoutMs?: number
  /** How long a delivery that nobody took waits to be sent again. */
  readonly resendMs?: number
  readonly enquireLinkMs?: number
  /** Receipts and inbound parts that wait for one system_id. Full: submissions are answered ESME_RMSGQFUL. */
  readonly deliveriesMax?: number
}

export interface Smsc {
  readonly host: string
  readonly port: number
  readonly outcomes: OutcomeTable
  readonly handsets: Handsets
  /** Queues an SMS from a handset for whoever is, or was, bound as a receiver. */
  sendInbound(inbound: Inbound): SentInbound
  /** Receipts and inbound parts of a system_id that have not been taken yet. */
  undelivered(systemId: string): number
  /** Drops all connections and forgets everything. */
  close(): Promise<void>
}

export type SentInbound =
  | { readonly kind: 'sent'; readonly systemId: string; readonly parts: number }
  | { readonly kind: 'too long' | 'bad order'; readonly parts: number }
  | { readonly kind: 'no receiver' | 'queue full' }

/** Starts an SMSC with handsets behind it. Rejects when the address cannot be listened on. */
export async function startSmsc(options: SmscOptions): Promise<Smsc> {
  const smsc = new RunningSmsc(options)
  await smsc.listen()
  return smsc
}

class RunningSmsc implements Smsc {
  readonly host: string
  readonly outcomes = new OutcomeTable()
  readonly handsets = new Handsets()
  readonly #options: SmscOptions
  readonly #clock: Clock
  readonly #server: Server
  readonly #centre: MessageCentre
  readonly #accounts = new Map<string, Account>()
  readonly #esmes = new Set<Esme>()
  #lastReceiver: Account | null = null // null: nobody has bound as one yet
  #reference: number
  #port = 0

  constructor(options: SmscOptions) {
    const { host, clock = systemClock, seed } = options
    this.host = host
    this.#options = options
    this.#clock = clock
    this.#reference = seed ?? randomInt(REFERENCES)
    const firstId =
      FIRST_ID + (seed === undefined ? (clock.now() - ID_EPOCH) * 1000 + randomInt(1000) : seed * 1_000_000_000)
    this.#centre = new MessageCentre({ clock, outcomes: this.outcomes, handsets: this.handsets, firstId })
    this.#server = createServer((socket) => this.#welcome(socket))
    this.#server.maxConnections = CONNECTIONS_MAX
  }

  get port(): number {
    return this.#port
  }

  async listen(): Promise<void> {
    this.#server.listen({ host: this.#options.host, port: this.#options.port })
    await once(this.#server, 'listening')
    // A connection that could not be accepted, for want of file descriptors: the others go on, that client comes again.
    this.#server.on('error', () => {})
    const address = this.#server.address()
    if (address !== null && typeof address === 'object') this.#port = address.port
  }

  sendInbound(inbound: Inbound): SentInbound {
    const { systemId = null } = inbound
    const account = systemId === null ? this.#lastReceiver : this.#accounts.get(systemId)
    if (!account) return { kind: 'no receiver' }
    const parts = inboundParts(inbound, this.#nextReference())
    if (parts.kind !== 'parts') return parts
    if (account.room < parts.pdus.length) return { kind: 'queue full' }
    for (const pdu of parts.pdus) account.deliver(pdu)
    return { kind: 'sent', systemId: account.systemId, parts: parts.parts }
  }

  undelivered(systemId: string): number {
    return this.#accounts.get(systemId)?.undelivered ?? 0
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#centre.close()
    for (const account of this.#accounts.values()) account.close()
    for (const esme of this.#esmes) esme.destroy('the SMSC is closing')
    await closed
  }

  #welcome(socket: Socket): void {
    const { windowMax = 1000, responseTimeoutMs = 10_000, enquireLinkMs = 30_000 } = this.#options
    const cancel = this.#clock.after(BIND_TIMEOUT_MS, () => {
      if (!esme.bound) esme.destroy('no bind')
    })
    const esme = new Esme(socket, {
      centre: this.#centre,
      session: { windowMax, responseTimeoutMs, enquireLinkMs, requestsOpenMax: REQUESTS_OPEN_MAX, clock: this.#clock },
      admit: (bind) => this.#admit(bind),
      closed: () => {
        cancel()
        this.#esmes.delete(esme)
      },
    })
    this.#esmes.add(esme)
  }

  #admit(bind: BindPdu): Account | number {
    const { systemId, password } = this.#options
    if (systemId !== undefined && bind.systemId !== systemId) return CommandStatus.ESME_RINVSYSID
    if (password !== undefined && bind.password !== password) return CommandStatus.ESME_RINVPASWD
    const account = this.#accounts.get(bind.systemId) ?? this.#openAccount(bind.systemId)
    if (!account) return CommandStatus.ESME_RBINDFAIL
    if (bind.command !== 'bind_transmitter') this.#lastReceiver = account
    return account
  }

  #openAccount(systemId: string): Account | null {
    if (this.#accounts.size >= ACCOUNTS_MAX) return null
    const { deliveriesMax = 1_000_000, resendMs = 1000 } = this.#options
    const account = new Account(systemId, { clock: this.#clock, deliveriesMax, resendMs })
    this.#accounts.set(systemId, account)
    return account
  }

  #nextReference(): number {
    this.#reference = (this.#reference + 1) % REFERENCES
    return this.#reference
  }
}

/**
 * Above the ids of earlier runs, unless one gave out a million a second for all its time. In hexadecimal they start with
 * a letter, so that nobody takes one for decimal (until the year 2070).
 */
const FIRST_ID = 0xa000000000000
const ID_EPOCH = Date.UTC(2020, 0, 1)

const BIND_TIMEOUT_MS = 30_000
const CONNECTIONS_MAX = 1_000
const ACCOUNTS_MAX = 1_000
/** High, because an outcome may leave any number of submissions without a response. */
const REQUESTS_OPEN_MAX = 100_000
/** The concatenation reference has 16 bits. */
const REFERENCES = 65_536
