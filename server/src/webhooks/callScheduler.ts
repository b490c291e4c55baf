import type { Clock } from '../clock.ts'
import { deliveryKey, type HeldDelivery } from './delivery.ts'
import { Endpoint, type EndpointLimits } from './endpoint.ts'
import type { EndpointState } from './endpointStates.ts'

export interface SchedulerLimits extends EndpointLimits {
  /** Calls open at once to all endpoints together. */
  readonly openMax: number
  /** Of these, calls to endpoints whose last call did not succeed: the rest is for those that work. */
  readonly unprovenOpenMax: number
  /** Of these, probes of closed endpoints: the rest is for those of which nothing bad is known. */
  readonly probesOpenMax: number
  /** Deliveries in memory, called or waiting. */
  readonly heldMax: number
  /** Endpoints remembered. */
  readonly endpointsMax: number
}

export const schedulerLimitsDefault: SchedulerLimits = {
  endpointOpenMax: 32,
  endpointOpenStart: 4,
  endpointQueueMax: 1_000,
  failuresMax: 5,
  probePauseMs: 5_000,
  probePauseMsMax: 60_000,
  openMax: 1_024,
  unprovenOpenMax: 768,
  probesOpenMax: 256,
  heldMax: 20_000,
  endpointsMax: 20_000,
}

export interface SchedulerEvents {
  /** Make this call now. Each is ended by `succeeded`, `failed` or `aborted`, never while `start` runs. */
  start(delivery: HeldDelivery, endpoint: Endpoint): void
  /** These will not be called from memory; their endpoint is paused. */
  returned(deliveries: readonly HeldDelivery[]): void
  /** The endpoint's queue runs low while the table has more for it. */
  wanted(endpoint: Endpoint): void
}

/** What accounts say of their endpoints, by id. */
export interface EndpointRules {
  isOrdered(endpointId: string): boolean
  /** False: what is for it waits in the table. */
  isCallable(endpointId: string): boolean
}

/**
 * Decides which call comes next. Each endpoint has its own queue, starts with few calls at once, earns more by
 * answering, and gets at most an eighth of the calls still free: the fuller the house, the smaller the share. Part of
 * all calls is kept for endpoints that answer, so that those which hang together cannot take the last one from them.
 */
export class CallScheduler {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #limits: SchedulerLimits
  readonly #events: SchedulerEvents
  readonly #rules: EndpointRules
  readonly #endpoints = new Map<string, Endpoint>()
  /** Endpoints with nothing to do, the longest unused first: those that work, and those that are closed. */
  readonly #idle = new Set<Endpoint>()
  readonly #idleClosed = new Set<Endpoint>()
  /** Endpoints that may have become able to open a call. */
  #listed: Endpoint[] = []
  #pumping = false
  readonly #probing = new Set<Endpoint>()
  #open = 0
  #unprovenOpen = 0
  #queued = 0
  #stopped = false

  constructor(options: {
    clock: Clock
    random: () => number
    limits: SchedulerLimits
    events: SchedulerEvents
    rules: EndpointRules
  }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#limits = options.limits
    this.#events = options.events
    this.#rules = options.rules
  }

  get open(): number {
    return this.#open
  }

  get queued(): number {
    return this.#queued
  }

  /** Endpoints that are only probed now. */
  get closedEndpoints(): number {
    let closed = 0
    for (const endpoint of this.#endpoints.values()) if (endpoint.closed) closed += 1
    return closed
  }

  /** Takes a delivery to be called soon. False: its endpoint has no room, it has to wait in the table. */
  add(delivery: HeldDelivery): boolean {
    const endpoint = this.#endpoint(deliveryKey(delivery))
    if (endpoint === null) return false
    const now = this.#clock.now()
    if (this.#stopped || this.#room(endpoint, now) === 0) {
      endpoint.backlog = true
      return false
    }
    endpoint.usedAt = now
    endpoint.push(delivery)
    this.#unidle(endpoint)
    this.#queued += 1
    this.#list(endpoint)
    return true
  }

  /** How many deliveries of this endpoint may be fetched from the table now, at most `heldRoom`. */
  claimRoom(key: string, heldRoom: number): number {
    const endpoint = this.#endpoint(key)
    if (endpoint === null || this.#stopped) return 0
    return Math.min(this.#room(endpoint, this.#clock.now()), endpoint.claimSize, heldRoom)
  }

  /** Whether the table has more of this endpoint than was just fetched. */
  claimed(key: string, more: boolean): void {
    const endpoint = this.#endpoint(key)
    if (endpoint !== null) endpoint.backlog = more
  }

  succeeded(endpoint: Endpoint): void {
    endpoint.succeeded()
    this.#finished(endpoint)
  }

  /** `askedMs`: how long the receiver asked to be left alone, 0 when it did not. */
  failed(endpoint: Endpoint, askedMs: number): void {
    const now = this.#clock.now()
    endpoint.failed(now, { askedMs, random: this.#random() })
    // Behind the one that failed nothing of an ordered endpoint may be called.
    if (endpoint.paused(now) || this.#isOrdered(endpoint)) this.#giveBack(endpoint)
    this.#finished(endpoint)
  }

  /** The account changed its endpoint; `restarted`: what it failed before no longer counts. */
  changed(key: string, restarted: boolean): void {
    const endpoint = this.#endpoints.get(key)
    if (endpoint === undefined) return
    if (restarted) endpoint.restart()
    if (!this.#mayCall(endpoint)) this.#giveBack(endpoint)
    this.#settle(endpoint)
  }

  /** Asks for more of an ordered endpoint once nothing of it is left here. */
  recorded(key: string): void {
    const endpoint = this.#endpoints.get(key)
    if (endpoint !== undefined && endpoint.open === 0 && endpoint.queued === 0) this.#events.wanted(endpoint)
  }

  /** What was known of endpoints before a restart. */
  restore(states: readonly EndpointState[]): void {
    for (const state of states) {
      const endpoint = this.#endpoint(state.key)
      if (endpoint === null) return
      endpoint.restore(state)
      this.#settle(endpoint)
    }
  }

  aborted(endpoint: Endpoint): void {
    this.#finished(endpoint)
  }

  /** Opens no more calls and forgets what waits; those that are open stay open. */
  stop(): void {
    this.#stopped = true
    for (const endpoint of this.#endpoints.values()) this.#queued -= endpoint.takeAll().length
  }

  /** Drops what is known of endpoints that had nothing to do since `unusedSince`. */
  forget(unusedSince: number): void {
    for (const idle of [this.#idle, this.#idleClosed]) {
      for (const endpoint of idle) {
        if (endpoint.usedAt >= unusedSince) break
        this.#drop(endpoint)
      }
    }
  }

  #endpoint(key: string): Endpoint | null {
    const known = this.#endpoints.get(key)
    if (known !== undefined) return known
    if (this.#endpoints.size >= this.#limits.endpointsMax && !this.#makeRoom()) return null
    const endpoint = new Endpoint(key, this.#limits)
    endpoint.usedAt = this.#clock.now()
    this.#endpoints.set(key, endpoint)
    this.#idle.add(endpoint)
    return endpoint
  }

  /**
   * Forgets the endpoint that had nothing to do for the longest time. One that is closed only when there is no other:
   * it will be learnt anew at the price of a few calls, and whoever is new must not wait for that.
   */
  #makeRoom(): boolean {
    for (const idle of [this.#idle, this.#idleClosed]) {
      for (const endpoint of idle) {
        this.#drop(endpoint)
        return true
      }
    }
    return false
  }

  #drop(endpoint: Endpoint): void {
    this.#unidle(endpoint)
    this.#endpoints.delete(endpoint.key)
  }

  #unidle(endpoint: Endpoint): void {
    if (!this.#idle.delete(endpoint)) this.#idleClosed.delete(endpoint)
  }

  /** Puts it behind those that are unused for longer, if it has nothing to do. */
  #settle(endpoint: Endpoint): void {
    if (endpoint.open > 0 || endpoint.queued > 0) return
    this.#unidle(endpoint)
    if (endpoint.closed) this.#idleClosed.add(endpoint)
    else this.#idle.add(endpoint)
  }

  #room(endpoint: Endpoint, now: number): number {
    return this.#mayCall(endpoint) ? endpoint.room(now) : 0
  }

  #mayCall({ endpointId }: Endpoint): boolean {
    return endpointId === null || this.#rules.isCallable(endpointId)
  }

  #isOrdered({ endpointId }: Endpoint): boolean {
    return endpointId !== null && this.#rules.isOrdered(endpointId)
  }

  #giveBack(endpoint: Endpoint): void {
    const deliveries = endpoint.takeAll()
    if (deliveries.length === 0) return
    this.#queued -= deliveries.length
    endpoint.backlog = true
    this.#events.returned(deliveries)
  }

  #finished(endpoint: Endpoint): void {
    endpoint.open -= 1
    this.#open -= 1
    this.#probing.delete(endpoint)
    if (endpoint.unprovenOpen > 0) {
      endpoint.unprovenOpen -= 1
      this.#unprovenOpen -= 1
    }
    endpoint.usedAt = this.#clock.now()
    this.#settle(endpoint)
    this.#list(endpoint)
  }

  /** Calls begin on a later turn, once for all that happened in this one: never inside the end of another call. */
  #list(endpoint: Endpoint): void {
    if (!endpoint.listed) {
      endpoint.listed = true
      this.#listed.push(endpoint)
    }
    if (this.#pumping) return
    this.#pumping = true
    setImmediate(() => this.#pump())
  }

  #pump(): void {
    this.#pumping = false
    const listed = this.#listed
    this.#listed = []
    for (const [index, endpoint] of listed.entries()) {
      if (this.#open >= this.#limits.openMax) {
        // Those in front were served; the end of any call goes on here.
        this.#listed = [...listed.slice(index), ...this.#listed]
        return
      }
      endpoint.listed = false
      this.#openCalls(endpoint)
    }
  }

  #openCalls(endpoint: Endpoint): void {
    const now = this.#clock.now()
    const ordered = this.#isOrdered(endpoint)
    while (endpoint.mayOpen(now, ordered ? 1 : this.#share())) {
      if (this.#full(endpoint)) {
        // The end of any call looks at this endpoint again.
        endpoint.listed = true
        this.#listed.push(endpoint)
        return
      }
      const delivery = endpoint.shift()
      if (delivery === undefined) return
      this.#queued -= 1
      this.#count(endpoint)
      this.#events.start(delivery, endpoint)
    }
    // Of an ordered endpoint there is nothing to fetch before what is here was recorded.
    if (endpoint.backlog && !ordered && endpoint.runsLow && this.#room(endpoint, now) > 0) this.#events.wanted(endpoint)
  }

  #share(): number {
    return Math.max(1, Math.floor((this.#limits.openMax - this.#open) / SHARE))
  }

  #full(endpoint: Endpoint): boolean {
    const { openMax, unprovenOpenMax, probesOpenMax } = this.#limits
    if (this.#open >= openMax) return true
    if (endpoint.proven) return false
    return this.#unprovenOpen >= unprovenOpenMax || (endpoint.closed && this.#probing.size >= probesOpenMax)
  }

  #count(endpoint: Endpoint): void {
    this.#open += 1
    endpoint.open += 1
    if (endpoint.closed) this.#probing.add(endpoint)
    if (endpoint.proven) return
    this.#unprovenOpen += 1
    endpoint.unprovenOpen += 1
  }
}

/** One endpoint's part of the calls that are still free, as a divisor. */
const SHARE = 8
