import type { Clock } from '../../clock.ts'
import type { Carrier, CarrierHealth, ChatCarrierEvents, ChatSubmission, Receipt, SubmitOutcome } from '../carrier.ts'

/** The one carrier of the echo channel: always up, it delivers everything to nobody and says so at once. */
export function createEcho(events: Pick<ChatCarrierEvents, 'room' | 'receipt'>, clock: Clock): Carrier<ChatSubmission> {
  return new EchoCarrier(events, clock)
}

export const ECHO_CARRIER = 'echo'

class EchoCarrier implements Carrier<ChatSubmission> {
  readonly id = ECHO_CARRIER
  /** Nothing leaves the process, so after a crash a message may well be taken again. */
  readonly onDoubt = 'resend'
  readonly #events: Pick<ChatCarrierEvents, 'room' | 'receipt'>
  readonly #clock: Clock
  #state: 'new' | 'up' | 'stopped' = 'new'
  /** Taken in this turn of the event loop, to be answered in the next. */
  #taken: Taken[] = []
  /** Taken, and the receipt not committed yet. */
  #open = 0
  readonly #cancelRetries = new Set<() => void>()
  #idle: (() => void)[] = []

  constructor(events: Pick<ChatCarrierEvents, 'room' | 'receipt'>, clock: Clock) {
    this.#events = events
    this.#clock = clock
  }

  room(): number {
    return this.#state === 'up' ? OPEN_MAX - this.#open : 0
  }

  health(): CarrierHealth {
    const up = this.#state === 'up'
    return { up, bindsUp: up ? 1 : 0, bindsWanted: 1, inFlight: this.#open, lastError: null }
  }

  submit(part: ChatSubmission, done: (outcome: SubmitOutcome) => void): void {
    if (this.room() === 0) {
      setImmediate(() => done({ kind: 'unsent', reason: 'no room' }))
      return
    }
    this.#open += 1
    if (this.#taken.push({ part, done }) === 1) setImmediate(() => this.#answer())
  }

  start(): void {
    if (this.#state !== 'new') return
    this.#state = 'up'
    setImmediate(() => this.#events.room(this.id))
  }

  /** Every submit is answered in any case; `drainMs` is how long their receipts may take to be committed. */
  async stop(drainMs: number): Promise<void> {
    this.#state = 'stopped'
    if (this.#taken.length > 0) await new Promise((resolve) => setImmediate(resolve))
    if (this.#open > 0 && drainMs > 0) await this.#drained(drainMs)
    for (const cancel of this.#cancelRetries) cancel()
    this.#cancelRetries.clear()
    this.#open = 0
  }

  /** Outcome and receipt in one turn, in this order, so that one commit holds both. */
  #answer(): void {
    const taken = this.#taken
    this.#taken = []
    for (const { part, done } of taken) {
      done({ kind: 'accepted', carrierMessageId: part.messageId })
      this.#report(part, this.#clock.now(), RETRY_MS_MIN)
    }
  }

  /** Until the receipt is committed the message keeps its place, so that what is to be repeated stays bounded. */
  #report(part: ChatSubmission, doneAt: number, retryMs: number): void {
    this.#events.receipt(receiptOf(part, doneAt), (committed) => {
      if (committed) this.#close()
      else this.#retry(part, doneAt, retryMs)
    })
  }

  #retry(part: ChatSubmission, doneAt: number, retryMs: number): void {
    // Past its validity the message ends without a receipt.
    if (this.#clock.now() >= part.expiresAt) {
      this.#close()
      return
    }
    if (this.#open === 0) return
    const cancel = this.#clock.after(retryMs, () => {
      this.#cancelRetries.delete(cancel)
      this.#report(part, doneAt, Math.min(2 * retryMs, RETRY_MS_MAX))
    })
    this.#cancelRetries.add(cancel)
  }

  #close(): void {
    if (this.#open === 0) return
    const wasFull = this.room() === 0
    this.#open -= 1
    if (this.#open === 0) for (const resolve of this.#idle.splice(0)) resolve()
    if (wasFull && this.#state === 'up') this.#events.room(this.id)
  }

  #drained(drainMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(drainMs, resolve)
      this.#idle.push(() => {
        cancel()
        resolve()
      })
    })
  }
}

interface Taken {
  readonly part: ChatSubmission
  readonly done: (outcome: SubmitOutcome) => void
}

/** The message's own id is the carrier's: it is one part, and a second try of it is the same message. */
function receiptOf({ messageId }: ChatSubmission, doneAt: number): Receipt {
  return {
    carrierId: ECHO_CARRIER,
    carrierMessageId: messageId,
    state: 'delivered',
    errorCode: '0000',
    doneAt,
  }
}

/** Messages whose receipts are not committed yet. */
const OPEN_MAX = 1_000
const RETRY_MS_MIN = 100
const RETRY_MS_MAX = 10_000
