import type { CarrierState, OnDoubt } from '../carriers/carrier.ts'
import type { Channel, ChannelEvents, Submission, SubmissionOutcome } from '../channels/channel.ts'
import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable } from '../db/database.ts'
import type { BatchQueue } from '../db/groupCommit.ts'
import { purgeIdempotencyKeys } from '../messages/idempotency.ts'
import type { Lifetimes } from '../messages/lifetimes.ts'
import type { Message } from '../messages/message.ts'
import type { RecentSubmissions } from '../messages/recentSubmissions.ts'
import { carriersWithRows, claimMessages, freeLeases, freeStrays, handBack, leasedMessages } from './leases.ts'
import type { OpeningMark } from './markOpenings.ts'
import { partsWithoutCarrier } from './partsWithoutCarrier.ts'
import { giveUpWaiting, planNext } from './planNext.ts'
import { purgeMessages } from './purgeMessages.ts'
import type { RecordedPlan } from './recordOutcomes.ts'

export interface DispatcherOptions {
  readonly db: Database
  readonly clock: Clock
  readonly nodeId: string
  /** Those of all channels. */
  readonly carriers: ReadonlyMap<string, CarrierState>
  /** What brings messages to people; it tells the engine what became of them. */
  readonly channel: (events: ChannelEvents) => Channel
  readonly routesFor: (message: Message) => readonly string[]
  readonly lifetimes: Lifetimes
  readonly recent: RecentSubmissions
  readonly random: () => number
  readonly observe: (event: DispatchEvent) => void
}

export type DispatchEvent =
  | {
      readonly kind: 'outcome'
      readonly carrierId: string
      readonly outcome: 'accepted' | 'refused' | 'unknown' | 'unsent'
    }
  | { readonly kind: 'in doubt'; readonly carrierId: string; readonly messages: number }
  | { readonly kind: 'trouble'; readonly error: unknown }

/**
 * The engine: due messages → submission → outcome → next step or final state. Work comes from memory (accepted a
 * moment ago, leased at insert) or, when scheduled, retried, overflowed or left by a dead node, from the table.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #channel: Channel
  #outcomes: BatchQueue<RecordedPlan> | null = null
  #openings: BatchQueue<OpeningMark> | null = null
  /** Outcomes not on disk yet. While there are many of them nothing new is handed over: a crash would double it. */
  #unrecorded = 0
  #unrecordable: RecordedPlan[] = []
  #paused = false
  /** Ids of messages this process holds the lease of: queued, handed over, or waiting for their record's commit. */
  readonly #held = new Set<string>()
  /** A commit failed and may have happened all the same: rows may be leased to this node without its knowing. */
  #strays = false
  #straysSince = 0
  readonly #backlogged = new Set<string>()
  #rowCarriers = new Set<string>()
  #claiming: Promise<void> | null = null
  #purging = false
  #purgeAt = 0
  #stopped = true
  #cancelTick = () => {}

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#channel = options.channel({
      outcome: (submission, outcome) => this.#record(submission, outcome),
      opening: (messages, opened, failed) => this.#open({ messages, opened, failed }),
    })
  }

  /** The queues that app.ts made of the steps below; given before start(). */
  connect(queues: { outcomes: BatchQueue<RecordedPlan>; openings: BatchQueue<OpeningMark> }): void {
    this.#outcomes = queues.outcomes
    this.#openings = queues.openings
  }

  /** Frees what this node held when it last stopped, and begins to claim. Call before carriers start. */
  async start(): Promise<void> {
    this.#stopped = false
    this.#rowCarriers = new Set(await carriersWithRows(this.#options.db))
    await this.freeLeasesOf([this.#options.nodeId])
    this.#tick()
  }

  /**
   * Hands nothing more over and gives back what waits in memory. Call after carriers have stopped, and let what it still
   * records be committed. Where the store cannot take it, the next start finds the leases.
   */
  async stop(): Promise<void> {
    this.pause()
    this.#cancelTick()
    await this.#claiming
    this.#recordAgain()
    try {
      await this.letGo()
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error
    }
  }

  /**
   * Gives back what waits in memory, as far as it is still leased to this node; whoever comes first claims it. What the
   * store does not take back is found as a stray.
   */
  async letGo(): Promise<void> {
    const { db, nodeId } = this.#options
    const messages = this.#channel.takeWaiting().map(({ message }) => message)
    if (messages.length === 0) return
    for (const { id } of messages) this.#held.delete(id)
    this.suspectStrays()
    await db.write((tx) => handBack(tx, { nodeId, messages }))
  }

  /** Stops handing over, at once; open submissions may still come back. */
  pause(): void {
    this.#stopped = true
    this.#channel.pause(true)
  }

  /** Whether a message accepted now may be leased to this node and sent from memory. */
  hasRoomFor(carrierId: string): boolean {
    return (
      !this.#stopped && this.#channel.waiting(carrierId) < WAITING_PER_CARRIER_MAX && !this.#backlogged.has(carrierId)
    )
  }

  /** A message for this carrier was left in the table although it is due. */
  leftInTable(carrierId: string): void {
    this.#backlogged.add(carrierId)
    this.#rowCarriers.add(carrierId)
  }

  /** Messages that are on disk and leased to this node. */
  dispatch(messages: readonly Message[]): void {
    for (const { id } of messages) this.#held.add(id)
    this.#channel.send(
      messages.map((message) => ({
        message,
        number: message.submissions + 1,
        partsWanted: null,
        doubtHeld: false,
      })),
    )
  }

  carrierHasRoom(carrierId: string): void {
    this.#channel.carrierHasRoom(carrierId)
    if (this.#backlogged.has(carrierId) && this.#channel.waiting(carrierId) < CLAIM_BELOW) void this.#claim()
  }

  waiting(carrierId: string): number {
    return this.#channel.waiting(carrierId)
  }

  /** Frees the messages of nodes that are gone. */
  async freeLeasesOf(nodeIds: readonly string[]): Promise<void> {
    const now = this.#options.clock.now()
    for (const carrierId of this.#allCarriers()) {
      const onDoubt = this.#onDoubt(carrierId)
      const messages = await this.#options.db.write((tx) => freeLeases(tx, { carrierId, onDoubt, nodeIds, now }))
      if (messages > 0) this.#options.observe({ kind: 'in doubt', carrierId, messages })
      this.#backlogged.add(carrierId)
    }
  }

  /** Outcomes whose commit failed: tried again until the store takes them, while nothing new is handed over. */
  keepOutcomes(plans: readonly RecordedPlan[], error: unknown): void {
    if (!(error instanceof DatabaseUnavailable)) this.#options.observe({ kind: 'trouble', error })
    for (const { segments } of plans) for (const segment of segments) this.#options.recent.forget(segment)
    this.#unrecordable.push(...plans)
    this.#pause()
  }

  /** A commit that leases messages to this node failed, or its answer was lost. */
  suspectStrays(): void {
    this.#strays = true
    this.#straysSince = this.#options.clock.now()
  }

  #tick(): void {
    if (this.#stopped) return
    this.#cancelTick = this.#options.clock.after(TICK_MS, () => this.#tick())
    this.#recordAgain()
    this.#channel.reconsider()
    void this.#claim().then(() => this.#purge())
  }

  #recordAgain(): void {
    const plans = this.#unrecordable
    if (plans.length === 0) return
    this.#unrecordable = []
    // Readers of changes have gone past the time at which these should have been recorded.
    const updatedAt = this.#options.clock.now()
    for (const plan of plans) this.#offer({ ...plan, message: { ...plan.message, updatedAt } })
  }

  #record(submission: Submission, outcome: SubmissionOutcome): void {
    const { clock, random, lifetimes, routesFor, observe } = this.#options
    const onDoubt = this.#onDoubt
    if (outcome.kind === 'tried') {
      for (const segment of outcome.segments) {
        observe({ kind: 'outcome', carrierId: outcome.carrierId, outcome: segment.outcome.kind })
      }
      const unsent = outcome.segments.filter((segment) => segment.outcome.kind === 'unsent').length
      if (unsent > 0 && unsent === outcome.segments.length) {
        // Nothing left this process, so nothing needs to be recorded: the message goes back to the queue.
        this.#channel.send([submission])
        return
      }
      const doubts = outcome.segments.some((segment) => segment.outcome.kind === 'unknown')
      if (doubts) observe({ kind: 'in doubt', carrierId: outcome.carrierId, messages: 1 })
    }
    const plan = planNext(submission, outcome, { now: clock.now(), random: random(), lifetimes, onDoubt, routesFor })
    this.#push({ ...plan, recorded: () => this.#recorded(plan.message) })
  }

  readonly #onDoubt = (carrierId: string): OnDoubt => this.#options.carriers.get(carrierId)?.onDoubt ?? 'resend'

  #push(plan: RecordedPlan): void {
    this.#unrecorded++
    if (this.#unrecorded >= UNRECORDED_MAX) this.#pause()
    // Not one that is offered again: its commit may have happened, and its receipt been recorded since.
    if (this.#offer(plan)) for (const segment of plan.segments) this.#options.recent.remember(plan.message, segment)
  }

  #offer(plan: RecordedPlan): boolean {
    const taken = this.#outcomes?.push(plan) === true
    if (!taken) this.#unrecordable.push(plan)
    return taken
  }

  #recorded(message: Message): void {
    this.#unrecorded--
    this.#held.delete(message.id)
    if (message.status === 'queued') this.#rowCarriers.add(message.carrierId)
    if (!this.#paused || this.#stopped || this.#unrecorded > UNRECORDED_RESUME || this.#unrecordable.length > 0) return
    this.#paused = false
    this.#channel.pause(false)
  }

  #pause(): void {
    this.#paused = true
    this.#channel.pause(true)
  }

  #open(mark: OpeningMark): void {
    if (this.#openings?.push(mark) !== true) mark.failed()
  }

  /** One claim at a time. */
  async #claim(): Promise<void> {
    if (this.#claiming !== null || this.#stopped) return
    this.#claiming = this.#claimForAll()
    await this.#claiming
    this.#claiming = null
  }

  async #claimForAll(): Promise<void> {
    try {
      for (const carrierId of this.#allCarriers()) await this.#claimFor(carrierId)
      if (this.#strays) await this.#findStrays()
    } catch (error) {
      this.suspectStrays()
      if (!(error instanceof DatabaseUnavailable)) this.#options.observe({ kind: 'trouble', error })
    }
  }

  async #findStrays(): Promise<void> {
    const { db, nodeId, clock } = this.#options
    this.#strays = false
    for (const carrierId of this.#allCarriers()) {
      const leased = await leasedMessages(db, { carrierId, nodeId, dueBefore: clock.now() - STRAY_AFTER_MS })
      const strays = leased.filter((id) => !this.#held.has(id))
      if (strays.length > 0) await db.write((tx) => freeStrays(tx, strays))
    }
    // Rows younger than STRAY_AFTER_MS are looked at in a later round.
    this.#strays = clock.now() < this.#straysSince + 2 * STRAY_AFTER_MS
  }

  /** One purge at a time; while there is more to delete, one at each tick. */
  async #purge(): Promise<void> {
    const { db, clock, observe } = this.#options
    const now = clock.now()
    if (now < this.#purgeAt || this.#purging || this.#stopped) return
    this.#purgeAt = now + PURGE_EVERY_MS
    this.#purging = true
    try {
      const wereAllMessages = await purgeMessages(db, { carrierIds: [...this.#allCarriers(), NO_CARRIER], now })
      const wereAllKeys = await purgeIdempotencyKeys(db, now)
      if (!wereAllMessages || !wereAllKeys) this.#purgeAt = now
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) observe({ kind: 'trouble', error })
    }
    this.#purging = false
  }

  #allCarriers(): Set<string> {
    return new Set([...this.#options.carriers.keys(), ...this.#rowCarriers])
  }

  async #claimFor(carrierId: string): Promise<void> {
    const { db, clock, nodeId, lifetimes } = this.#options
    const limit = Math.min(WAITING_PER_CARRIER_MAX - this.#channel.waiting(carrierId), CLAIM_MAX)
    if (limit <= 0 || this.#stopped) return
    const now = clock.now()
    const claimed = await claimMessages(db, { carrierId, nodeId, now, limit })
    if (claimed.length < limit) this.#backlogged.delete(carrierId)
    else this.#backlogged.add(carrierId)
    for (const message of claimed) {
      if (message.status !== 'submitted') continue
      this.#held.add(message.id)
      const plan = { message: giveUpWaiting(message, { now, lifetimes }), segments: [] }
      this.#push({ ...plan, recorded: () => this.#recorded(plan.message) })
    }
    const open = claimed.filter(({ status }) => status !== 'submitted')
    if (open.length === 0) return
    const submissions = await partsWithoutCarrier(db, open, this.#onDoubt)
    // Not before: were they held while the store failed to answer, nobody would look after them.
    for (const { id } of open) this.#held.add(id)
    this.#channel.send(submissions)
  }
}

const TICK_MS = 1_000
/** What a message without a route names; it is only ever purged. */
const NO_CARRIER = ''
/** Messages held in memory for one carrier; more wait in the table. */
const WAITING_PER_CARRIER_MAX = 10_000
const CLAIM_MAX = 1_000
const CLAIM_BELOW = 500
const PURGE_EVERY_MS = 60_000
const STRAY_AFTER_MS = 5_000
const UNRECORDED_MAX = 10_000
const UNRECORDED_RESUME = 1_000
