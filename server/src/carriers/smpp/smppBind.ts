import { bindEsme } from '@heliograph/smpp/connect'
import type { AnsweredRequest } from '@heliograph/smpp/pdu'
import type { SmppSession } from '@heliograph/smpp/session'
import type { Clock } from '../../clock.ts'
import { Backoff } from '../backoff.ts'
import type { SmppCarrierLogEvent } from './logEvent.ts'
import type { SmppSettings } from './settings.ts'
import { readTlsFiles } from './tlsFiles.ts'

export type BindType = 'transceiver' | 'transmitter' | 'receiver'

export interface SmppBindOptions {
  readonly settings: SmppSettings
  readonly bindType: BindType
  /** Which bind of the carrier it is, for logs. */
  readonly number: number
  readonly clock: Clock
  log(event: SmppCarrierLogEvent): void
  request(pdu: AnsweredRequest, session: SmppSession): void
  /** It is up, or was up and is not any more. */
  changed(): void
}

/** A place for one bind: connects, and connects again when the bind fails or goes away, until it is closed. */
export class SmppBind {
  readonly bindType: BindType
  readonly #options: SmppBindOptions
  readonly #backoff: Backoff
  readonly #abort = new AbortController()
  #session: SmppSession | null = null
  #attempt: Promise<void> | null = null
  #cancelRetry: () => void = () => {}
  #boundAt = 0
  #lastError: string | null = null

  constructor(options: SmppBindOptions) {
    this.#options = options
    this.bindType = options.bindType
    const { reconnectMsMin, reconnectMsMax } = options.settings
    this.#backoff = new Backoff({ msMin: reconnectMsMin, msMax: reconnectMsMax })
  }

  get session(): SmppSession | null {
    return this.#session
  }

  /** Why the bind is not there, or why the one before was lost; null: nothing went wrong since the last bind. */
  get lastError(): string | null {
    return this.#lastError
  }

  /** Begins to connect unless it does already. */
  connect(): void {
    if (this.#abort.signal.aborted || this.#attempt !== null || this.#session !== null) return
    this.#attempt = this.#bind().finally(() => {
      this.#attempt = null
    })
  }

  /** No more tries; an open bind stays until `close`. */
  stopConnecting(): void {
    this.#cancelRetry()
    this.#abort.abort()
  }

  /** Unbinds and resolves when the connection is gone. Open requests end as 'closed'. */
  async close(): Promise<void> {
    this.stopConnecting()
    await this.#attempt
    await this.#session?.unbind(UNBIND_TIMEOUT_MS)
  }

  async #bind(): Promise<void> {
    const { settings, bindType, clock, request } = this.#options
    let goneBecause: string | null = null
    try {
      const session = await bindEsme(
        {
          host: settings.host,
          port: settings.port,
          tls: settings.tls !== false && (await readTlsFiles(settings)),
          bindType,
          systemId: settings.systemId,
          password: settings.password,
          systemType: settings.systemType,
          addressRange: settings.addressRange,
          bindTimeoutMs: settings.bindTimeoutMs,
          signal: this.#abort.signal,
          session: {
            windowMax: settings.window,
            responseTimeoutMs: settings.responseTimeoutMs,
            enquireLinkMs: settings.enquireLinkMs,
            clock,
          },
        },
        {
          request,
          closed: (reason) => {
            goneBecause = reason
            if (this.#session !== null) this.#lost(reason)
          },
        },
      )
      // An unbind in the same packet as the answer to the bind closes the session before anybody holds it.
      if (session.isOpen) this.#bound(session)
      else this.#retryLater('carrier.bind_lost', goneBecause ?? 'closed at once')
    } catch (error) {
      this.#retryLater('carrier.bind_failed', error instanceof Error ? error.message : String(error))
    }
  }

  #bound(session: SmppSession): void {
    const { settings, number, clock, log, changed } = this.#options
    this.#session = session
    this.#boundAt = clock.now()
    this.#lastError = null
    log({ event: 'carrier.bound', carrierId: settings.id, bind: number, bindType: this.bindType })
    changed()
  }

  #lost(reason: string): void {
    this.#session = null
    // An SMSC that takes binds only to drop them must not be bound at full speed for ever.
    if (this.#options.clock.now() - this.#boundAt >= STEADY_MS) this.#backoff.reset()
    this.#retryLater('carrier.bind_lost', reason)
    this.#options.changed()
  }

  #retryLater(event: 'carrier.bind_failed' | 'carrier.bind_lost', reason: string): void {
    if (this.#abort.signal.aborted) return
    this.#lastError = reason
    const { settings, number, clock, log } = this.#options
    const retryInMs = this.#backoff.nextMs()
    this.#cancelRetry = clock.after(retryInMs, () => this.connect())
    log({ event, carrierId: settings.id, bind: number, reason, retryInMs })
  }
}

/** A bind that held this long was a good one. */
const STEADY_MS = 10_000
const UNBIND_TIMEOUT_MS = 2_000
