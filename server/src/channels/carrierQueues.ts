import type { Carrier } from '../carriers/carrier.ts'
import type { Clock } from '../clock.ts'
import type { Message } from '../messages/message.ts'
import type { Channel, ChannelEvents, SegmentOutcome, Submission } from './channel.ts'
import { Fifo } from './fifo.ts'

export interface CarrierQueuesOptions<Part> {
  readonly carriers: ReadonlyMap<string, Carrier<Part>>
  /** A message in the pieces that carriers take, in order; null: its text does not open. */
  readonly partsOf: (message: Message) => readonly NumberedPart<Part>[] | null
  /** The carriers for a message, best first; empty: no route. */
  readonly routesFor: (message: Message) => readonly string[]
  readonly clock: Clock
  /** False: another node may believe this one dead and take its messages, so none is handed over. */
  readonly mayHandOver: () => boolean
  readonly events: ChannelEvents
}

/**
 * Hands messages to carriers as fast as these take them. One queue in memory for each carrier, so that one that is
 * down or slow holds up nobody else; each message goes to the carrier it is planned for, or the next of its own that is
 * up.
 */
export class CarrierQueues<Part> implements Channel {
  readonly #options: CarrierQueuesOptions<Part>
  readonly #lanes = new Map<string, Lane<Part>>()
  readonly #waiting = new Map<string, number>()
  #paused = false

  constructor(options: CarrierQueuesOptions<Part>) {
    this.#options = options
  }

  /**
   * Messages planned for this carrier that wait in memory, be it in the queue of another one while it is down: so a slow
   * stand-in is not flooded with all that the table has for the carrier it stands in for.
   */
  waiting(carrierId: string): number {
    return this.#waiting.get(carrierId) ?? 0
  }

  /** Queues submissions and hands over what the carriers have room for. */
  send(submissions: readonly Submission[]): void {
    const lanes = new Set<Lane<Part>>()
    for (const submission of submissions) {
      const lane = this.#laneFor(submission)
      if (lane === null) this.#options.events.outcome(submission, { kind: 'no route' })
      else {
        this.#enqueue(lane, submission)
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
        if (lane.carrier.room() === 0) this.#dropExpired(lane)
        this.#pump(lane)
        continue
      }
      if (lane.long !== null) this.#giveUpRest(lane, lane.long)
      if (lane.queue.length > 0) this.send(this.#clear(lane).filter(this.#notExpired))
    }
  }

  /** Behind a full window as well, a message ends when its validity does: the next channel of a chain may wait for it. */
  #dropExpired(lane: Lane<Part>): void {
    for (const submission of this.#clear(lane)) if (this.#notExpired(submission)) this.#enqueue(lane, submission)
  }

  /** While paused nothing new is handed to a carrier. */
  pause(paused: boolean): void {
    this.#paused = paused
    if (!paused) for (const lane of this.#lanes.values()) this.#pump(lane)
  }

  /** Takes back all that no carrier has yet. Long messages that were handed over in part end here, too. */
  takeWaiting(): Submission[] {
    const lanes = [...this.#lanes.values()]
    for (const lane of lanes) if (lane.long !== null) this.#giveUpRest(lane, lane.long)
    return lanes.flatMap((lane) => {
      const waiting = [...this.#clear(lane), ...lane.opening]
      lane.opening.clear()
      return waiting
    })
  }

  #enqueue(lane: Lane<Part>, submission: Submission): void {
    lane.queue.push(submission)
    const { carrierId } = submission.message
    this.#waiting.set(carrierId, this.waiting(carrierId) + 1)
  }

  #dequeue(lane: Lane<Part>): Submission | undefined {
    const submission = lane.queue.shift()
    if (submission !== undefined) this.#leave(submission)
    return submission
  }

  #clear(lane: Lane<Part>): Submission[] {
    const submissions = lane.queue.clear()
    for (const submission of submissions) this.#leave(submission)
    return submissions
  }

  #leave({ message: { carrierId } }: Submission): void {
    this.#waiting.set(carrierId, this.waiting(carrierId) - 1)
  }

  /** Of its carriers, from the planned one on and around, the first that is up; where none is, the first of them. */
  #laneFor({ message }: Submission): Lane<Part> | null {
    const carriers = this.#options.routesFor(message)
    const planned = Math.max(0, carriers.indexOf(message.carrierId))
    let first: Lane<Part> | null = null
    for (let index = 0; index < carriers.length; index++) {
      const lane = this.#laneOf(carriers[(planned + index) % carriers.length] ?? '')
      if (lane === null) continue
      if (lane.carrier.health().up) return lane
      first ??= lane
    }
    return first
  }

  #laneOf(carrierId: string): Lane<Part> | null {
    const known = this.#lanes.get(carrierId)
    if (known !== undefined) return known
    const carrier = this.#options.carriers.get(carrierId)
    if (carrier === undefined) return null
    const lane: Lane<Part> = { carrier, queue: new Fifo(), long: null, opening: new Set() }
    this.#lanes.set(carrierId, lane)
    return lane
  }

  readonly #notExpired = (submission: Submission): boolean => {
    if (submission.message.expiresAt > this.#options.clock.now()) return true
    this.#options.events.outcome(submission, { kind: 'expired' })
    return false
  }

  #pump(lane: Lane<Part>): void {
    if (this.#paused || !this.#options.mayHandOver()) return
    while (lane.long !== null && lane.carrier.room() > lane.opening.size) this.#continueLong(lane, lane.long)
    if (lane.long !== null) return
    if (lane.carrier.onDoubt === 'hold') this.#open(lane)
    else while (lane.long === null && lane.carrier.room() > 0) if (!this.#submitNext(lane)) return
  }

  #submitNext(lane: Lane<Part>): boolean {
    const submission = this.#dequeue(lane)
    if (submission === undefined) return false
    if (this.#notExpired(submission)) this.#submit(lane, submission)
    return true
  }

  /** Marks as many messages as the carrier has room for, and submits them once the marks are on disk. */
  #open(lane: Lane<Part>): void {
    const opened: Submission[] = []
    while (lane.carrier.room() - lane.opening.size > 0) {
      const submission = this.#dequeue(lane)
      if (submission === undefined) break
      if (!this.#notExpired(submission)) continue
      opened.push(submission)
      lane.opening.add(submission)
    }
    if (opened.length === 0) return
    // Those that were taken back meanwhile are not in the set any more.
    const close = () => opened.filter((submission) => lane.opening.delete(submission))
    this.#options.events.opening(
      opened.map(({ message }) => ({ ...message, carrierId: lane.carrier.id })),
      () => {
        for (const submission of close()) {
          if (lane.long === null) this.#submit(lane, submission)
          else this.#enqueue(lane, submission)
        }
        this.#pump(lane)
      },
      () => {
        for (const submission of close()) this.#enqueue(lane, submission)
      },
    )
  }

  #submit(lane: Lane<Part>, submission: Submission): void {
    const { message, partsWanted } = submission
    const parts = this.#options.partsOf(message)
    if (parts === null) {
      this.#options.events.outcome(submission, { kind: 'unreadable' })
      return
    }
    const wanted = partsWanted === null ? parts : parts.filter(({ number }) => partsWanted.includes(number))
    const open: OpenSubmission<Part> = {
      submission,
      parts: wanted,
      next: 0,
      outcomes: [],
      at: this.#options.clock.now(),
    }
    // Another node may have brought every part to a carrier: then there is nothing left but to wait for receipts.
    if (wanted.length === 0) this.#end(lane, open)
    while (open.next < wanted.length && lane.carrier.room() > 0) this.#submitPart(lane, open)
    if (open.next < wanted.length) lane.long = open
  }

  /** A text of more parts than the carrier had room for goes on where it stopped. */
  #continueLong(lane: Lane<Part>, open: OpenSubmission<Part>): void {
    this.#submitPart(lane, open)
    if (open.next === open.parts.length) lane.long = null
  }

  /** The bind went away between two parts: the parts not handed over yet are for another try. */
  #giveUpRest(lane: Lane<Part>, open: OpenSubmission<Part>): void {
    lane.long = null
    for (; open.next < open.parts.length; open.next++) {
      const number = open.parts[open.next]?.number
      if (number !== undefined) this.#record(lane, open, { number, outcome: { kind: 'unsent', reason: 'bind lost' } })
    }
  }

  #record(lane: Lane<Part>, open: OpenSubmission<Part>, outcome: SegmentOutcome): void {
    open.outcomes.push(outcome)
    if (open.outcomes.length === open.parts.length) this.#end(lane, open)
  }

  #end(lane: Lane<Part>, { submission, at, outcomes }: OpenSubmission<Part>): void {
    this.#options.events.outcome(submission, { kind: 'tried', carrierId: lane.carrier.id, at, segments: outcomes })
  }

  #submitPart(lane: Lane<Part>, open: OpenSubmission<Part>): void {
    const next = open.parts[open.next++]
    if (next === undefined) return
    lane.carrier.submit(next.part, (outcome) => this.#record(lane, open, { number: next.number, outcome }))
  }
}

/** A piece of a message, 1 for the first. */
export interface NumberedPart<Part> {
  readonly number: number
  readonly part: Part
}

/** What waits for one carrier. */
interface Lane<Part> {
  readonly carrier: Carrier<Part>
  readonly queue: Fifo<Submission>
  /** A submission whose parts are not all handed over yet. */
  long: OpenSubmission<Part> | null
  /** Messages being marked before they are handed over. */
  readonly opening: Set<Submission>
}

interface OpenSubmission<Part> {
  readonly submission: Submission
  readonly parts: readonly NumberedPart<Part>[]
  next: number
  readonly outcomes: SegmentOutcome[]
  readonly at: number
}
