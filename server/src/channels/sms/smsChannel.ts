import { type Segment, segmentText } from '@heliograph/text/segmentText'
import type { Carrier, SubmitOutcome } from '../../carriers/carrier.ts'
import type { Clock } from '../../clock.ts'
import { type Message, senderOf } from '../../messages/message.ts'
import type { ChannelEvents, SegmentOutcome, Submission } from '../channel.ts'
import { Fifo } from './fifo.ts'

export interface SmsChannelOptions {
  readonly carriers: ReadonlyMap<string, Carrier>
  /** The carriers for a message, best first; empty: no route. */
  readonly routesFor: (message: Message) => readonly string[]
  readonly clock: Clock
  /** False: another node may believe this one dead and take its messages, so none is handed over. */
  readonly mayHandOver: () => boolean
  readonly events: ChannelEvents
}

/**
 * Hands messages to carriers as fast as these take them. One queue in memory for each carrier, so that one that is
 * down or slow holds up nobody else; each message goes to the first of its carriers that is up.
 */
export class SmsChannel {
  readonly #options: SmsChannelOptions
  readonly #lanes = new Map<string, Lane>()
  #paused = false

  constructor(options: SmsChannelOptions) {
    this.#options = options
  }

  /** Messages waiting in memory for this carrier. */
  waiting(carrierId: string): number {
    return this.#lanes.get(carrierId)?.queue.length ?? 0
  }

  /** Queues submissions and hands over what the carriers have room for. */
  send(submissions: readonly Submission[]): void {
    const lanes = new Set<Lane>()
    for (const submission of submissions) {
      const lane = this.#laneFor(submission)
      if (lane === null) this.#options.events.outcome(submission, { kind: 'no route' })
      else {
        lane.queue.push(submission)
        lanes.add(lane)
      }
    }
    for (const lane of lanes) this.#pump(lane)
  }

  /** A carrier may have room again. */
  carrierHasRoom(carrierId: string): void {
    const lane = this.#lanes.get(carrierId)
    if (lane !== undefined) this.#pump(lane)
  }

  /** Moves what waits for a carrier that is down to one that is up, and drops what has expired meanwhile. */
  reconsider(): void {
    for (const lane of this.#lanes.values()) {
      if (lane.carrier.health().up) {
        this.#pump(lane)
        continue
      }
      if (lane.long !== null) this.#giveUpRest(lane, lane.long)
      if (lane.queue.length > 0) this.send(lane.queue.clear().filter(this.#notExpired))
    }
  }

  /** While paused nothing new is handed to a carrier. */
  pause(paused: boolean): void {
    this.#paused = paused
    if (!paused) for (const lane of this.#lanes.values()) this.#pump(lane)
  }

  /** Takes back all that no carrier has yet. */
  takeWaiting(): Submission[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.queue.clear())
  }

  #laneFor({ message }: Submission): Lane | null {
    let first: Lane | null = null
    for (const carrierId of this.#options.routesFor(message)) {
      const lane = this.#laneOf(carrierId)
      if (lane === null) continue
      if (lane.carrier.health().up) return lane
      first ??= lane
    }
    return first
  }

  #laneOf(carrierId: string): Lane | null {
    const known = this.#lanes.get(carrierId)
    if (known !== undefined) return known
    const carrier = this.#options.carriers.get(carrierId)
    if (carrier === undefined) return null
    const lane: Lane = { carrier, queue: new Fifo(), long: null, opening: 0 }
    this.#lanes.set(carrierId, lane)
    return lane
  }

  readonly #notExpired = (submission: Submission): boolean => {
    if (submission.message.expiresAt > this.#options.clock.now()) return true
    this.#options.events.outcome(submission, { kind: 'expired' })
    return false
  }

  #pump(lane: Lane): void {
    if (this.#paused || !this.#options.mayHandOver()) return
    while (lane.long !== null && lane.carrier.room() > lane.opening) this.#continueLong(lane, lane.long)
    if (lane.long !== null) return
    if (lane.carrier.onDoubt === 'hold') this.#open(lane)
    else while (lane.long === null && lane.carrier.room() > 0) if (!this.#submitNext(lane)) return
  }

  #submitNext(lane: Lane): boolean {
    const submission = lane.queue.shift()
    if (submission === undefined) return false
    if (this.#notExpired(submission)) this.#submit(lane, submission)
    return true
  }

  /** Marks as many messages as the carrier has room for, and submits them once the marks are on disk. */
  #open(lane: Lane): void {
    const opened: Submission[] = []
    while (lane.carrier.room() - lane.opening - opened.length > 0) {
      const submission = lane.queue.shift()
      if (submission === undefined) break
      if (this.#notExpired(submission)) opened.push(submission)
    }
    if (opened.length === 0) return
    lane.opening += opened.length
    this.#options.events.opening(
      opened.map(({ message }) => message),
      () => {
        lane.opening -= opened.length
        for (const submission of opened) {
          if (lane.long === null) this.#submit(lane, submission)
          else lane.queue.push(submission)
        }
        this.#pump(lane)
      },
      () => {
        lane.opening -= opened.length
        for (const submission of opened) lane.queue.push(submission)
      },
    )
  }

  #submit(lane: Lane, submission: Submission): void {
    const { message, partsWanted } = submission
    const segments = segmentText(message.body, message.encoding)
    const wanted = partsWanted === null ? segments : segments.filter(({ number }) => partsWanted.includes(number))
    const open: OpenSubmission = { submission, segments: wanted, next: 0, outcomes: [], at: this.#options.clock.now() }
    while (open.next < wanted.length && lane.carrier.room() > 0) this.#submitSegment(lane, open)
    if (open.next < wanted.length) lane.long = open
  }

  /** A text of more parts than the carrier had room for goes on where it stopped. */
  #continueLong(lane: Lane, open: OpenSubmission): void {
    this.#submitSegment(lane, open)
    if (open.next === open.segments.length) lane.long = null
  }

  /** The bind went away between two parts: the parts not handed over yet are for another try. */
  #giveUpRest(lane: Lane, open: OpenSubmission): void {
    lane.long = null
    for (; open.next < open.segments.length; open.next++) {
      const number = open.segments[open.next]?.number
      if (number !== undefined) this.#record(lane, open, { number, outcome: { kind: 'unsent', reason: 'bind lost' } })
    }
  }

  #record(lane: Lane, open: OpenSubmission, outcome: SegmentOutcome): void {
    open.outcomes.push(outcome)
    if (open.outcomes.length < open.segments.length) return
    const { submission, at, outcomes } = open
    this.#options.events.outcome(submission, { kind: 'tried', carrierId: lane.carrier.id, at, segments: outcomes })
  }

  #submitSegment(lane: Lane, open: OpenSubmission): void {
    const { message } = open.submission
    const segment = open.segments[open.next++]
    if (segment === undefined) return
    const done = (outcome: SubmitOutcome) => this.#record(lane, open, { number: segment.number, outcome })
    lane.carrier.submit(
      {
        messageId: message.id,
        from: senderOf(message),
        to: message.recipient,
        segment,
        reference: concatenationReference(message.id),
        flash: message.flash,
        expiresAt: message.expiresAt,
      },
      done,
    )
  }
}

/** What waits for one carrier. */
interface Lane {
  readonly carrier: Carrier
  readonly queue: Fifo<Submission>
  /** A submission whose parts are not all handed over yet. */
  long: OpenSubmission | null
  /** Messages being marked before they are handed over. */
  opening: number
}

interface OpenSubmission {
  readonly submission: Submission
  readonly segments: readonly Segment[]
  next: number
  readonly outcomes: SegmentOutcome[]
  readonly at: number
}

/** The last 16 bits of the id: random, and the same on every try, so that a resent part still joins the others. */
function concatenationReference(messageId: string): number {
  return Number.parseInt(messageId.slice(-4), 16)
}
