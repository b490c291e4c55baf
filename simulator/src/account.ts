import type { Clock } from '@heliograph/smpp/clock'
import type { RequestPdu } from '@heliograph/smpp/pdu'
import type { RequestResult, SmppSession } from '@heliograph/smpp/session'
import { CommandStatus } from '@heliograph/smpp/status'
import { Fifo } from './fifo.ts'

export interface AccountOptions {
  readonly clock: Clock
  readonly deliveriesMax: number
  readonly resendMs: number
}

/**
 * Everybody bound under one system_id, and what waits for them: receipts and inbound messages. A delivery is held, and
 * sent again through any of the receivers in turn, until one of them answers ESME_ROK.
 */
export class Account {
  readonly systemId: string
  readonly #options: AccountOptions
  readonly #waiting: Fifo<RequestPdu>
  readonly #receivers: SmppSession[] = []
  #refused: RequestPdu[] = []
  #sent = 0
  #nextReceiver = 0
  #flushScheduled = false
  #cancelResend: (() => void) | null = null

  constructor(systemId: string, options: AccountOptions) {
    this.systemId = systemId
    this.#options = options
    this.#waiting = new Fifo(options.deliveriesMax)
  }

  /** Deliveries without a positive answer yet. */
  get undelivered(): number {
    return this.#waiting.length + this.#refused.length + this.#sent
  }

  /** How many more deliveries it takes. */
  get room(): number {
    return this.#options.deliveriesMax - this.undelivered
  }

  addReceiver(session: SmppSession): void {
    this.#receivers.push(session)
    this.#scheduleFlush()
  }

  removeReceiver(session: SmppSession): void {
    const index = this.#receivers.indexOf(session)
    if (index >= 0) this.#receivers.splice(index, 1)
  }

  /** False: too many wait already, this one was dropped. All deliveries of one turn of the event loop leave together. */
  deliver(pdu: RequestPdu): boolean {
    if (this.room <= 0) return false
    this.#waiting.push(pdu)
    this.#scheduleFlush()
    return true
  }

  close(): void {
    this.#cancelResend?.()
    this.#receivers.length = 0
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return
    this.#flushScheduled = true
    setImmediate(() => {
      this.#flushScheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    while (this.#waiting.length > 0) {
      const receiver = this.#takeTurn()
      if (!receiver) return
      const pdu = this.#waiting.shift()
      if (!pdu) return
      this.#sent += 1
      receiver.request(pdu, (result) => this.#settle(pdu, result))
    }
  }

  /** The next receiver in turn whose window has room. */
  #takeTurn(): SmppSession | undefined {
    for (let tries = this.#receivers.length; tries > 0; tries -= 1) {
      const receiver = this.#receivers[this.#nextReceiver % this.#receivers.length]
      this.#nextReceiver = (this.#nextReceiver + 1) % this.#receivers.length
      if (receiver && receiver.room() > 0) return receiver
    }
    return undefined
  }

  #settle(pdu: RequestPdu, result: RequestResult): void {
    this.#sent -= 1
    const taken = result.kind === 'response' && result.pdu.commandStatus === CommandStatus.ESME_ROK
    if (!taken) this.#resendLater(pdu)
    if (this.#waiting.length > 0) this.#scheduleFlush()
  }

  #resendLater(pdu: RequestPdu): void {
    this.#refused.push(pdu)
    this.#cancelResend ??= this.#options.clock.after(this.#options.resendMs, () => {
      this.#cancelResend = null
      const refused = this.#refused
      this.#refused = []
      for (const again of refused) this.#waiting.push(again)
      this.#scheduleFlush()
    })
  }
}
