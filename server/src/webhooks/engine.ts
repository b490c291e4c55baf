import { randomInt } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable } from '../db/database.ts'
import type { BatchQueue, GroupCommit } from '../db/groupCommit.ts'
import { plainCall, type SignCall, subscribedCall } from './callRequest.ts'
import { CallScheduler, type SchedulerLimits, schedulerLimitsDefault } from './callScheduler.ts'
import { deliveryKey, type HeldDelivery, type NewDelivery } from './delivery.ts'
import { disableEndpointsStep } from './disableEndpoints.ts'
import type { Endpoint } from './endpoint.ts'
import { type EndpointState, readStates, recordStatesStep } from './endpointStates.ts'
import { isGone, judgeCall } from './judgeCall.ts'
import { expiresAt } from './ladder.ts'
import { releaseLeases, returnLeasesStep } from './leases.ts'
import { type AttemptRecord, recordAttemptsStep } from './recordAttempts.ts'
import type { CallResult, EndpointCall, Sender } from './sender.ts'
import type { Subscriptions } from './subscriptions.ts'
import { TableReader } from './tableReader.ts'

export interface WebhookEngineOptions {
  readonly db: Database
  readonly commits: GroupCommit
  readonly clock: Clock
  /** The name that this node's leases carry; the same after a restart. */
  readonly nodeId: string
  /** The accounts' endpoints; started before the engine, stopped after it. */
  readonly subscriptions: Subscriptions
  /** The engine closes it when it stops. */
  readonly sender: Sender
  /** For deliveries with a signer; left out: there are none. */
  readonly sign?: SignCall
  /** 0 up to but not including 1. */
  readonly random?: () => number
  readonly limits?: Partial<SchedulerLimits>
  /** How long a finished delivery can be looked up. */
  readonly retentionMs?: number
  readonly observe?: WebhookObserver
  readonly log?: WebhookLog
}

export interface WebhookObserver {
  /** One finished HTTP call. */
  attempt?(attempt: {
    readonly event: string
    readonly outcome: 'delivered' | 'retry' | 'failed'
    readonly httpStatus: number | null // null: no answer came
    readonly durationMs: number
  }): void
  /** Deliveries given up because their time ran out while they waited. */
  expired?(count: number): void
  /** Every few seconds. `waiting` counts the unfinished deliveries that no node holds, up to `waitingCountMax`. */
  backlog?(backlog: WebhookBacklog): void
}

export interface WebhookBacklog {
  readonly waiting: number
  readonly queued: number
  readonly open: number
  readonly unrecorded: number
  readonly closedEndpoints: number
}

/** The part of a pino logger that is needed. */
export interface WebhookLog {
  warn(fields: object, event: string): void
}

const retentionMsDefault = 30 * 86_400_000
/** Retrying to record attempts that could not be committed. */
const recordAgainMs = 1_000
/** For the last commits when stopping. */
const stopCommitMsMax = 5_000

/**
 * Calls customers: from memory right after the commit that announced a delivery, otherwise from the table. At least
 * once: a delivery leaves memory only when what became of it is committed, and its lease outlives the process.
 */
export class WebhookEngine {
  readonly #options: WebhookEngineOptions
  readonly #clock: Clock
  readonly #random: () => number
  readonly #retentionMs: number
  readonly #heldMax: number
  readonly #scheduler: CallScheduler
  readonly #table: TableReader
  readonly #attempts: BatchQueue<AttemptRecord>
  readonly #returns: BatchQueue<string>
  readonly #states: BatchQueue<EndpointState>
  readonly #gone: BatchQueue<string>
  readonly #subscriptions: Subscriptions
  /**
   * Deliveries whose lease this process uses, by id: queued, being called, or waiting for their record's commit. For
   * those of ordered endpoints with the key, because the next one can only be fetched when this one is recorded.
   */
  readonly #held = new Map<string, string | null>()
  /** Records whose commit failed. Bounded, because what is held is. */
  #unrecorded: AttemptRecord[] = []
  #recordingAgain = false
  #state: 'new' | 'running' | 'stopped' = 'new'
  #idle: (() => void) | null = null // null: nobody waits for the last call

  /** Adds its steps to `commits`: for attempts, leases, states of endpoints, and endpoints that are gone. */
  constructor(options: WebhookEngineOptions) {
    this.#options = options
    this.#subscriptions = options.subscriptions
    this.#clock = options.clock
    this.#random = options.random ?? (() => randomInt(RANDOM_STEPS) / RANDOM_STEPS)
    this.#retentionMs = options.retentionMs ?? retentionMsDefault
    const limits = { ...schedulerLimitsDefault, ...options.limits }
    this.#heldMax = limits.heldMax
    this.#attempts = options.commits.add(
      recordAttemptsStep({
        recorded: (records) => {
          for (const record of records) this.#recorded(record.deliveryId)
        },
        failed: (records, error) => this.#keepUnrecorded(records, error),
      }),
    )
    this.#returns = options.commits.add(returnLeasesStep(options.nodeId))
    this.#states = options.commits.add(recordStatesStep(this.#clock.now))
    this.#gone = options.commits.add(
      disableEndpointsStep({
        subscriptions: this.#subscriptions,
        nodeId: options.nodeId,
        now: this.#clock.now,
        announced: (deliveries) => this.offer(deliveries),
        failed: (error) => options.log?.warn({ err: error }, 'webhook.disable_failed'),
      }),
    )
    const isOrdered = (endpointId: string) => this.#subscriptions.find(endpointId)?.ordered === true
    this.#scheduler = new CallScheduler({
      clock: this.#clock,
      random: this.#random,
      limits,
      events: {
        start: (delivery, endpoint) => this.#call(delivery, endpoint),
        returned: (deliveries) => {
          for (const delivery of deliveries) this.#giveBack(delivery.id)
        },
        wanted: (endpoint) => this.#table.want(endpoint.key),
      },
      // What is for a deleted endpoint is fetched to be given up.
      rules: { isOrdered, isCallable: (id) => this.#subscriptions.isCallable(id) || this.#subscriptions.isDeleted(id) },
    })
    this.#table = new TableReader({
      db: options.db,
      clock: this.#clock,
      nodeId: options.nodeId,
      retentionMs: this.#retentionMs,
      scheduler: this.#scheduler,
      isOrdered,
      heldRoom: () => this.#heldMax - this.#held.size,
      holds: (deliveryId) => this.#held.has(deliveryId),
      claimed: (delivery) => this.#hold(delivery),
      expired: (deliveries) => {
        options.observe?.expired?.(deliveries.length)
        for (const delivery of deliveries) options.log?.warn(delivery, 'webhook.expired')
      },
      waiting: (waiting) => options.observe?.backlog?.({ waiting, ...this.backlog() }),
      failed: (error) => options.log?.warn({ err: error }, 'webhook.round_failed'),
    })
    this.#subscriptions.onChange(({ key, restarted }) => {
      this.#scheduler.changed(key, restarted)
      this.#table.want(key)
    })
  }

  /** Takes back what this node held when it last ran, then works on what is due. */
  async start(): Promise<void> {
    const { db, nodeId } = this.#options
    await db.write((tx) => releaseLeases(tx, [nodeId]))
    const states = await readStates(db, statesRestoredMax)
    this.#scheduler.restore(states)
    this.#state = 'running'
    this.#table.start()
    for (const { key, pausedUntil } of states) this.#table.wantAt(key, pausedUntil)
  }

  /**
   * Takes over deliveries that `announce` wrote, once they are committed. What has no room now is given back to the
   * table and called from there; so is what has a sequence, which only the table knows.
   */
  offer(deliveries: readonly NewDelivery[]): void {
    const now = this.#clock.now()
    for (const delivery of deliveries) {
      if (this.#state !== 'running' || this.#held.size >= this.#heldMax) this.#giveBack(delivery.id)
      else if (this.#isOrdered(delivery)) this.#table.want(deliveryKey(delivery))
      else {
        const expires = expiresAt(delivery.ladder, now)
        this.#hold({ ...delivery, attempts: 0, attemptsBefore: 0, expiresAt: expires, sequence: null })
      }
    }
  }

  /** Calls and queues of this process at this moment. */
  backlog(): Omit<WebhookBacklog, 'waiting'> {
    return {
      queued: this.#scheduler.queued,
      open: this.#scheduler.open,
      unrecorded: this.#unrecorded.length,
      closedEndpoints: this.#scheduler.closedEndpoints,
    }
  }

  /** Opens no more calls, waits up to `drainMs` for those that are open, records them and frees its leases. */
  async stop(drainMs: number): Promise<void> {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#scheduler.stop()
    await this.#table.stop()
    if (this.#scheduler.open > 0 && drainMs > 0) await this.#lastCall(drainMs)
    await this.#options.sender.close()
    this.#recordAgain()
    await this.#within(stopCommitMsMax, this.#options.commits.drain())
    try {
      await this.#options.db.write((tx) => releaseLeases(tx, [this.#options.nodeId]))
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error
      // The next start finds them, or another node once this one counts as dead.
      this.#options.log?.warn({ err: error }, 'webhook.leases_kept')
    }
  }

  #hold(delivery: HeldDelivery): void {
    this.#held.set(delivery.id, this.#isOrdered(delivery) ? deliveryKey(delivery) : null)
    if (delivery.endpointId !== undefined && this.#subscriptions.isDeleted(delivery.endpointId)) this.#giveUp(delivery)
    else if (!this.#scheduler.add(delivery)) this.#giveBack(delivery.id)
  }

  #isOrdered({ endpointId }: NewDelivery): boolean {
    return endpointId !== undefined && this.#subscriptions.find(endpointId)?.ordered === true
  }

  #recorded(deliveryId: string): void {
    const orderedKey = this.#held.get(deliveryId) ?? null
    this.#held.delete(deliveryId)
    if (orderedKey !== null) this.#scheduler.recorded(orderedKey)
  }

  /** Its endpoint was deleted. */
  #giveUp(delivery: HeldDelivery): void {
    const now = this.#clock.now()
    const record: AttemptRecord = {
      deliveryId: delivery.id,
      number: delivery.attempts + 1,
      startedAt: now,
      durationMs: 0,
      httpStatus: null,
      responseStart: null,
      error: 'the endpoint was deleted',
      status: 'failed',
      dueAt: now + this.#retentionMs,
    }
    this.#record([record])
    this.#tell(delivery, record)
  }

  #giveBack(deliveryId: string): void {
    this.#held.delete(deliveryId)
    // Not taken when the store is behind; then it is a stray, and found.
    this.#returns.push(deliveryId)
  }

  #call(delivery: HeldDelivery, endpoint: Endpoint): void {
    const startedAt = this.#clock.now()
    const done = (result: CallResult) => this.#called(delivery, endpoint, startedAt, result)
    const call = this.#callOf(delivery, startedAt)
    if (call === 'not callable') {
      setImmediate(() => {
        this.#giveBack(delivery.id)
        this.#scheduler.aborted(endpoint)
      })
    } else if (call === 'unsigned') setImmediate(() => done(UNSIGNED))
    else this.#options.sender.send(call, done)
  }

  /** 'not callable': its endpoint was deleted or disabled a moment ago. 'unsigned': it has a signer who cannot sign. */
  #callOf(delivery: HeldDelivery, nowMs: number): EndpointCall | 'not callable' | 'unsigned' {
    const { accountId, endpointId, signer, body } = delivery
    if (endpointId !== undefined) {
      const subscription = this.#subscriptions.find(endpointId)
      return subscription !== null && this.#subscriptions.isCallable(subscription.id)
        ? subscribedCall(delivery, subscription, nowMs)
        : 'not callable'
    }
    if (signer === undefined) return plainCall(delivery, nowMs, [])
    const signed = this.#options.sign?.({ accountId, signer, nowMs, body: body ?? '' }) ?? null
    return signed === null ? 'unsigned' : plainCall(delivery, nowMs, signed)
  }

  #called(delivery: HeldDelivery, endpoint: Endpoint, startedAt: number, result: CallResult): void {
    if (result.kind === 'aborted') this.#scheduler.aborted(endpoint)
    else {
      const { record, pauseMs } = judgeCall(delivery, result, {
        startedAt,
        now: this.#clock.now(),
        random: this.#random(),
        retentionMs: this.#retentionMs,
        failuresInRow: endpoint.failuresInRow + 1,
      })
      const failedBefore = endpoint.failuresInRow
      if (record.status === 'delivered') this.#scheduler.succeeded(endpoint)
      else this.#scheduler.failed(endpoint, pauseMs)
      if (endpoint.steady && failedBefore !== endpoint.failuresInRow) this.#keepPace(endpoint, record)
      this.#disableIfGone(delivery, result)
      this.#record([record])
      this.#tell(delivery, record)
    }
    if (this.#scheduler.open === 0) this.#idle?.()
  }

  /** Failures are counted across restarts, and the next call comes at its instant, not at the next look at the table. */
  #keepPace(endpoint: Endpoint, record: AttemptRecord): void {
    const { key, failuresInRow: failures, pausedUntil } = endpoint
    this.#states.push({ key, failures, pausedUntil })
    if (failures === 0) return
    this.#table.wantAt(key, endpoint.closed || record.status !== 'pending' ? pausedUntil : record.dueAt)
  }

  #disableIfGone({ endpointId }: HeldDelivery, result: CallResult): void {
    const subscription = endpointId === undefined ? null : this.#subscriptions.find(endpointId)
    if (subscription === null || !isGone(result, subscription.format)) return
    if (!this.#subscriptions.isCallable(subscription.id)) return
    this.#subscriptions.hold(subscription)
    this.#options.log?.warn({ accountId: subscription.accountId, endpointId }, 'webhook.endpoint_gone')
    // Not taken when the store is behind: then it will answer the same again.
    if (!this.#gone.push(subscription.id)) this.#subscriptions.release(subscription.id)
  }

  #tell(delivery: HeldDelivery, { status, httpStatus, durationMs, number, error }: AttemptRecord): void {
    const { id, accountId, event } = delivery
    const outcome = status === 'pending' ? 'retry' : status
    this.#options.observe?.attempt?.({ event, outcome, httpStatus, durationMs })
    if (outcome === 'failed') {
      this.#options.log?.warn({ id, accountId, event, attempts: number, httpStatus, error }, 'webhook.failed')
    }
  }

  #keepUnrecorded(records: readonly AttemptRecord[], error: unknown): void {
    this.#options.log?.warn({ err: error, records: records.length }, 'webhook.attempts_unrecorded')
    // Bad data fails again for ever; it keeps its lease, so that nobody is called twice a minute because of it.
    if (!(error instanceof DatabaseUnavailable)) return
    this.#unrecorded = this.#unrecorded.concat(records)
    this.#recordLater()
  }

  #record(records: readonly AttemptRecord[]): void {
    for (const record of records) if (!this.#attempts.push(record)) this.#unrecorded.push(record)
    this.#recordLater()
  }

  #recordLater(): void {
    // A stopped engine has had its last try; the calls are made again by whoever takes its leases.
    if (this.#recordingAgain || this.#unrecorded.length === 0 || this.#state === 'stopped') return
    this.#recordingAgain = true
    this.#clock.after(recordAgainMs, () => {
      this.#recordingAgain = false
      this.#recordAgain()
    })
  }

  #recordAgain(): void {
    const records = this.#unrecorded
    this.#unrecorded = []
    this.#record(records)
  }

  #lastCall(drainMs: number): Promise<void> {
    return this.#within(drainMs, new Promise((resolve) => (this.#idle = resolve)))
  }

  #within(timeoutMs: number, promise: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(timeoutMs, resolve)
      promise.finally(cancel).then(resolve, reject)
    })
  }
}

/** States of failing endpoints that a start reads. */
const statesRestoredMax = 10_000
const RANDOM_STEPS = 2 ** 32
/** Tried again like any other failure: without the signature nobody could tell our call from others. */
const UNSIGNED: CallResult = { kind: 'failed', error: 'the secret that signs cannot be read' }
