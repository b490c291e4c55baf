import { endpointIdIn, type HeldDelivery } from './delivery.ts'
import { endpointGapMs, isSteady } from './ladder.ts'

export interface EndpointLimits {
  /** Calls open at once to one endpoint. */
  readonly endpointOpenMax: number
  /** What an endpoint that has not answered well yet starts with; each success adds one. */
  readonly endpointOpenStart: number
  /** Deliveries of one endpoint in memory; the others wait in the table. */
  readonly endpointQueueMax: number
  /** Failures in a row after which an endpoint is closed: one probe at a time until one succeeds. */
  readonly failuresMax: number
  /** Before the first probe; doubles with each that fails. */
  readonly probePauseMs: number
  readonly probePauseMsMax: number
}

/** What this process knows of one endpoint. It may be forgotten at any time: the deliveries are in the table. */
export class Endpoint {
  readonly key: string
  /** The account's endpoint that it is. */
  readonly endpointId: string | null // null: a URL that messages or numbers carry
  readonly #limits: EndpointLimits
  readonly #queue: HeldDelivery[] = []
  #head = 0
  /** Calls made and not yet finished. */
  open = 0
  /** Of these, calls made while it was not answering well. */
  unprovenOpen = 0
  /** Its last call succeeded. */
  proven = false
  #openMax: number
  #failuresInRow = 0
  #pauses = 0
  #pausedUntil = 0
  usedAt = 0
  /** The table has deliveries that could be due: fetch them when this queue runs low. */
  backlog = false
  /** It waits in the scheduler's list of endpoints to look at. */
  listed = false
  /** A delivery that prescribes the pace of its endpoint was called; from then on failures are counted for good. */
  steady = false

  constructor(key: string, limits: EndpointLimits) {
    this.key = key
    this.endpointId = endpointIdIn(key)
    this.#limits = limits
    this.#openMax = limits.endpointOpenStart
  }

  get queued(): number {
    return this.#queue.length - this.#head
  }

  get failuresInRow(): number {
    return this.#failuresInRow
  }

  get pausedUntil(): number {
    return this.#pausedUntil
  }

  /** It failed so often in a row that it is only probed. */
  get closed(): boolean {
    return this.#failuresInRow >= this.#limits.failuresMax
  }

  paused(now: number): boolean {
    return now < this.#pausedUntil
  }

  /** How many more deliveries may be in memory. */
  room(now: number): number {
    if (this.paused(now)) return 0
    if (this.closed) return this.open === 0 && this.queued === 0 ? 1 : 0
    return Math.max(0, this.#limits.endpointQueueMax - this.queued)
  }

  /** A queue that fast calls empty before the next look at the table. */
  get runsLow(): boolean {
    return this.queued <= 2 * this.#openMax
  }

  /** Enough to keep its calls going, and no more than can be given back cheaply should it fail. */
  get claimSize(): number {
    return this.closed ? 1 : CLAIM_PER_CALL * this.#openMax
  }

  /** Whether another call may be opened; `share` is its fair part of all calls. */
  mayOpen(now: number, share: number): boolean {
    if (this.queued === 0 || this.paused(now)) return false
    return this.open < (this.closed ? 1 : Math.min(this.#openMax, share))
  }

  push(delivery: HeldDelivery): void {
    if (isSteady(delivery.ladder)) this.steady = true
    this.#queue.push(delivery)
  }

  shift(): HeldDelivery | undefined {
    const delivery = this.#queue[this.#head]
    if (delivery === undefined) return undefined
    this.#head += 1
    if (this.#head === this.#queue.length) this.#clear()
    else if (this.#head >= COMPACT_AT) {
      this.#queue.splice(0, this.#head)
      this.#head = 0
    }
    return delivery
  }

  /** Empties the queue. */
  takeAll(): HeldDelivery[] {
    const deliveries = this.#queue.slice(this.#head)
    this.#clear()
    return deliveries
  }

  succeeded(): void {
    // After a time in which the table was not read for it there may be much.
    if (this.#failuresInRow > 0 || this.#pausedUntil > 0) this.backlog = true
    this.proven = true
    this.#failuresInRow = 0
    this.#pauses = 0
    this.#pausedUntil = 0
    this.#openMax = Math.min(this.#openMax + 1, this.#limits.endpointOpenMax)
  }

  /** `askedMs` is the receiver's Retry-After, 0 without; `random` is 0 up to 1. */
  failed(now: number, { askedMs, random }: { askedMs: number; random: number }): void {
    this.proven = false
    this.#failuresInRow += 1
    this.#openMax = Math.max(1, Math.floor(this.#openMax / 2))
    // Calls that were open when it closed fail after it; they are no probes and lengthen nothing.
    if (this.closed && !this.paused(now)) this.#pausedUntil = now + this.#probePauseMs(random)
    if (askedMs > 0) this.#pausedUntil = Math.max(this.#pausedUntil, now + askedMs)
  }

  /** What it was like before a restart. */
  restore({ failures, pausedUntil }: { failures: number; pausedUntil: number }): void {
    this.#failuresInRow = failures
    this.#pausedUntil = pausedUntil
    this.steady = true
  }

  /** Forgets its failures. */
  restart(): void {
    this.backlog = true
    this.#failuresInRow = 0
    this.#pauses = 0
    this.#pausedUntil = 0
  }

  #probePauseMs(random: number): number {
    const gapMs = this.steady ? endpointGapMs('inbound', this.#failuresInRow) : null
    if (gapMs !== null) return gapMs
    const { probePauseMs, probePauseMsMax } = this.#limits
    const pauseMs = Math.min(probePauseMs * 2 ** this.#pauses, probePauseMsMax)
    this.#pauses += 1
    return Math.round(pauseMs * (0.75 + random / 2))
  }

  #clear(): void {
    this.#queue.length = 0
    this.#head = 0
  }
}

const CLAIM_PER_CALL = 16
/** The queue's used-up front is cut off in pieces of this size. */
const COMPACT_AT = 256
