import { randomInt } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable } from '../db/database.ts'
import type { BatchQueue, GroupCommit } from '../db/groupCommit.ts'
import { CallScheduler, type SchedulerLimits, schedulerLimitsDefault } from './callScheduler.ts'
import type { HeldDelivery, NewDelivery } from './delivery.ts'
import type { Endpoint } from './endpoint.ts'
import { judgeCall } from './judgeCall.ts'
import { releaseLeases, returnLeasesStep } from './leases.ts'
import { type AttemptRecord, recordAttemptsStep } from './recordAttempts.ts'
import type { CallResult, Sender } from './sender.ts'
import { TableReader } from './tableReader.ts'

export interface WebhookEngineOptions {
  readonly db: Database
  readonly commits: GroupCommit
  readonly clock: Clock
  /** The name that this node's leases carry; the same after a restart. */
  readonly nodeId: string
  /** The engine closes it when it stops. */
  readonly sender: Sender
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
  /** Ids of deliveries whose lease this process uses: queued, being called, or waiting for their record's commit. */
  readonly #held = new Set<string>()
  /** Records whose commit failed. Bounded, because what is held is. */
  #unrecorded: AttemptRecord[] = []
  #recordingAgain = false
  #state: 'new' | 'running' | 'stopped' = 'new'
  #idle: (() => void) | null = null // null: nobody waits for the last call

  /** Adds its steps to `commits`: one for attempts, then one for leases. */
  constructor(options: WebhookEngineOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#random = options.random ?? (() => randomInt(RANDOM_STEPS) / RANDOM_STEPS)
    this.#retentionMs = options.retentionMs ?? retentionMsDefault
    const limits = { ...schedulerLimitsDefault, ...options.limits }
    this.#heldMax = limits.heldMax
    this.#attempts = options.commits.add(
      recordAttemptsStep({
        recorded: (records) => {
          for (const record of records) this.#held.delete(record.deliveryId)
        },
        failed: (records, error) => this.#keepUnrecorded(records, error),
      }),
    )
    this.#returns = options.commits.add(returnLeasesStep(options.nodeId))
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
    })
    this.#table = new TableReader({
      db: options.db,
      clock: this.#clock,
      nodeId: options.nodeId,
      retentionMs: this.#retentionMs,
      scheduler: this.#scheduler,
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
  }

  /** Takes back what this node held when it last ran, then works on what is due. */
  async start(): Promise<void> {
    await this.#options.db.write((tx) => releaseLeases(tx, [this.#options.nodeId]))
    this.#state = 'running'
    this.#table.start()
  }

  /**
   * Takes over deliveries that `announce` wrote, once they are committed. What has no room now is given back to the
   * table and called from there.
   */
  offer(deliveries: readonly NewDelivery[]): void {
    const createdAt = this.#clock.now()
    for (const delivery of deliveries) {
      if (this.#state !== 'running' || this.#held.size >= this.#heldMax) this.#giveBack(delivery.id)
      else this.#hold({ ...delivery, attempts: 0, createdAt })
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
    this.#held.add(delivery.id)
    if (!this.#scheduler.add(delivery)) this.#giveBack(delivery.id)
  }

  #giveBack(deliveryId: string): void {
    this.#held.delete(deliveryId)
    // Not taken when the store is behind; then it is a stray, and found.
    this.#returns.push(deliveryId)
  }

  #call(delivery: HeldDelivery, endpoint: Endpoint): void {
    const startedAt = this.#clock.now()
    const { url, method, body } = delivery
    const headers = [
      'webhook-id',
      delivery.id,
      'webhook-timestamp',
      String(Math.floor(startedAt / 1_000)),
      'webhook-attempt',
      String(delivery.attempts + 1),
    ]
    this.#options.sender.send({ url, method, body, headers }, (result) =>
      this.#called(delivery, endpoint, startedAt, result),
    )
  }

  #called(delivery: HeldDelivery, endpoint: Endpoint, startedAt: number, result: CallResult): void {
    if (result.kind === 'aborted') this.#scheduler.aborted(endpoint)
    else {
      const { record, pauseMs } = judgeCall(delivery, result, {
        startedAt,
        now: this.#clock.now(),
        random: this.#random(),
        retentionMs: this.#retentionMs,
      })
      if (record.status === 'delivered') this.#scheduler.succeeded(endpoint)
      else this.#scheduler.failed(endpoint, pauseMs)
      this.#record([record])
      this.#tell(delivery, record)
    }
    if (this.#scheduler.open === 0) this.#idle?.()
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

const RANDOM_STEPS = 2 ** 32
