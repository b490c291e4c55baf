import type { AnsweredRequest, DataSm, DeliverSm } from '@heliograph/smpp/pdu'
import type { RequestResult, SmppSession } from '@heliograph/smpp/session'
import { CommandStatus } from '@heliograph/smpp/status'
import type { Clock } from '../../clock.ts'
import { TokenBucket } from '../../tokenBucket.ts'
import type { Carrier, CarrierEvents, CarrierHealth, OnDoubt, SegmentSubmission, SubmitOutcome } from '../carrier.ts'
import type { SmppCarrierConfig } from './config.ts'
import type { SmppCarrierLogEvent } from './logEvent.ts'
import { canonicalMessageId } from './messageId.ts'
import { readDeliver } from './readDeliver.ts'
import { createRefusals, type Refusal } from './refusals.ts'
import { type SmppSettings, smppSettings } from './settings.ts'
import { type BindType, SmppBind } from './smppBind.ts'
import { Throttle } from './throttle.ts'
import { writeSubmit } from './writeSubmit.ts'

export interface SmppCarrierDependencies {
  readonly clock: Clock
  readonly events: CarrierEvents
  log?(event: SmppCarrierLogEvent): void
}

/** A carrier over SMPP 3.4. Binds nothing before `start`; throws when the configuration contradicts itself. */
export function createSmppCarrier(config: SmppCarrierConfig, dependencies: SmppCarrierDependencies): Carrier {
  return new SmppCarrier(smppSettings(config), dependencies)
}

type SubmitDone = (outcome: SubmitOutcome) => void

class SmppCarrier implements Carrier {
  readonly id: string
  readonly onDoubt: OnDoubt
  readonly #settings: SmppSettings
  readonly #clock: Clock
  readonly #events: CarrierEvents
  readonly #log: (event: SmppCarrierLogEvent) => void
  readonly #refusalOf: (commandStatus: number) => Refusal
  readonly #binds: readonly SmppBind[]
  readonly #senders: readonly SmppBind[]
  readonly #throttle: Throttle
  readonly #bucket: TokenBucket | null // null: as fast as the window allows
  #open = 0
  #queueFullInARow = 0
  #stopped: Promise<void> | null = null
  #drained: () => void = () => {}
  /** `room()` was 0 since `events.room` was last called: somebody may be waiting for the event. */
  #roomAwaited = false
  #roomCheckScheduled = false
  #cancelRoomTimer: (() => void) | null = null

  constructor(settings: SmppSettings, { clock, events, log }: SmppCarrierDependencies) {
    this.id = settings.id
    this.onDoubt = settings.onDoubt
    this.#settings = settings
    this.#clock = clock
    this.#events = events
    this.#log = log ?? (() => {})
    this.#refusalOf = createRefusals(settings.errors)
    this.#throttle = new Throttle(clock)
    this.#bucket = settings.throughput === 0 ? null : new TokenBucket(clock, burstOf(settings.throughput))
    this.#binds = bindTypesOf(settings).map((bindType, number) => this.#createBind(bindType, number))
    this.#senders = this.#binds.filter(({ bindType }) => bindType !== 'receiver')
  }

  room(): number {
    const room = this.#countRoom()
    if (room === 0) this.#awaitRoom()
    return room
  }

  submit(submission: SegmentSubmission, done: SubmitDone): void {
    const session = this.#pickSession()
    if (session === null) {
      setImmediate(done, { kind: 'unsent', reason: this.#stopped ? 'the carrier is stopping' : 'no bind has room' })
      return
    }
    this.#bucket?.take()
    this.#open++
    session.request(writeSubmit(submission, this.#clock.now(), this.#settings), (result) => {
      this.#open--
      done(this.#outcomeOf(result))
      if (this.#roomAwaited) this.#checkRoomLater()
      if (this.#open === 0) this.#drained()
    })
    if (this.#countRoom() === 0) this.#awaitRoom()
  }

  health(): CarrierHealth {
    const bindsUp = this.#binds.filter(({ session }) => session !== null).length
    return {
      up: this.#stopped === null && this.#senders.some(({ session }) => session !== null),
      bindsUp,
      bindsWanted: this.#binds.length,
      inFlight: this.#open,
      lastError: this.#binds.find(({ lastError }) => lastError !== null)?.lastError ?? null,
    }
  }

  start(): void {
    for (const bind of this.#binds) bind.connect()
  }

  stop(drainMs: number): Promise<void> {
    this.#stopped ??= this.#stop(drainMs)
    return this.#stopped
  }

  async #stop(drainMs: number): Promise<void> {
    this.#cancelRoomTimer?.()
    for (const bind of this.#binds) bind.stopConnecting()
    if (this.#open > 0) await this.#openAnswered(drainMs)
    await Promise.all(this.#binds.map((bind) => bind.close()))
  }

  #openAnswered(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(withinMs, resolve)
      this.#drained = () => {
        cancel()
        resolve()
      }
    })
  }

  #createBind(bindType: BindType, number: number): SmppBind {
    return new SmppBind({
      settings: this.#settings,
      bindType,
      number,
      clock: this.#clock,
      log: this.#log,
      request: (pdu, session) => this.#take(pdu, session),
      changed: () => {
        if (this.#roomAwaited) this.#checkRoomLater()
      },
    })
  }

  /** The bind with the most room, so that a slow one gets less. */
  #pickSession(): SmppSession | null {
    if (this.#stopped !== null) return null
    let picked: SmppSession | null = null
    let roomMost = 0
    for (const { session } of this.#senders) {
      const room = session === null ? 0 : session.room()
      if (room <= roomMost) continue
      picked = session
      roomMost = room
    }
    return picked
  }

  #countRoom(): number {
    if (this.#stopped !== null) return 0
    let room = 0
    for (const { session } of this.#senders) {
      if (session !== null) room += session.room()
    }
    if (room === 0) return 0
    const allowed = Math.min(this.#throttle.openMax() - this.#open, this.#bucket?.available() ?? room)
    return Math.max(0, Math.min(room, allowed))
  }

  /** Room comes back by a response or a bind, which look for themselves, or by time alone: then a timer has to look. */
  #awaitRoom(): void {
    this.#roomAwaited = true
    if (this.#cancelRoomTimer !== null || this.#stopped !== null) return
    const waitMs = Math.max(this.#throttle.pausedMs(), this.#bucket?.msUntil(this.#tokensAwaited()) ?? 0)
    if (waitMs === 0) return
    this.#cancelRoomTimer = this.#clock.after(waitMs, () => {
      this.#cancelRoomTimer = null
      this.#checkRoom()
    })
  }

  /** Waking for a fifth of the burst at a time keeps the rate without a timer per segment. */
  #tokensAwaited(): number {
    return Math.max(1, Math.floor((this.#settings.throughput * BURST_MS) / 5_000))
  }

  /** All responses that came in one read are one event. */
  #checkRoomLater(): void {
    if (this.#roomCheckScheduled) return
    this.#roomCheckScheduled = true
    setImmediate(() => {
      this.#roomCheckScheduled = false
      this.#checkRoom()
    })
  }

  #checkRoom(): void {
    if (!this.#roomAwaited) return
    if (this.#countRoom() === 0) {
      this.#awaitRoom()
    } else {
      this.#roomAwaited = false
      this.#events.room(this.id)
    }
  }

  #outcomeOf(result: RequestResult): SubmitOutcome {
    switch (result.kind) {
      case 'response': {
        const { pdu } = result
        if (pdu.commandStatus === CommandStatus.ESME_ROK && pdu.command === 'submit_sm_resp') {
          return this.#accepted(pdu.messageId)
        }
        return this.#refused(pdu.commandStatus)
      }
      case 'timeout':
        return { kind: 'unknown', reason: 'timeout' }
      case 'closed':
        return { kind: 'unknown', reason: 'bind lost' }
      case 'unsent':
        // What SMPP's fields cannot hold stays so with every carrier.
        return result.reason === 'unencodable'
          ? { kind: 'refused', code: 0, reason: result.detail, retry: 'never' }
          : { kind: 'unsent', reason: result.detail }
    }
  }

  #accepted(messageId: string): SubmitOutcome {
    this.#queueFullInARow = 0
    this.#throttle.speedUp(this.#settings.binds * this.#settings.window)
    return { kind: 'accepted', carrierMessageId: canonicalMessageId(messageId, this.#settings.responseIdFormat) }
  }

  #refused(code: number): SubmitOutcome {
    const { reason, retry } = this.#refusalOf(code)
    if (code === CommandStatus.ESME_RTHROTTLED) this.#slowDown(reason)
    // Many SMSCs say so of one recipient's queue; only several in a row are about all of it.
    if (code === CommandStatus.ESME_RMSGQFUL && ++this.#queueFullInARow >= QUEUE_FULL_IN_A_ROW) this.#slowDown(reason)
    return { kind: 'refused', code, reason, retry }
  }

  #slowDown(reason: string): void {
    const wasPaused = this.#throttle.pausedMs() > 0
    this.#throttle.slowDown(this.#open)
    if (!wasPaused) {
      this.#log({ event: 'carrier.throttled', carrierId: this.id, reason, pauseMs: this.#throttle.pausedMs() })
    }
  }

  #take(pdu: AnsweredRequest, session: SmppSession): void {
    if (pdu.command !== 'deliver_sm' && pdu.command !== 'data_sm') {
      session.respond(pdu, CommandStatus.ESME_RINVBNDSTS)
      return
    }
    const delivered = readDeliver(pdu, this.#settings)
    const answer = answerOnce(pdu, session)
    switch (delivered.kind) {
      case 'receipt':
        this.#events.receipt(delivered.receipt, answer)
        return
      case 'inbound':
        this.#events.inbound(delivered.part, answer)
        return
      case 'unreadable receipt':
        // Taken, because it would be as unreadable the next time and block those behind it.
        this.#log({ event: 'carrier.receipt_unreadable', carrierId: this.id })
        answer(true)
    }
  }
}

/** The temporary error makes the SMSC send it again; a second answer would count for somebody else's request. */
function answerOnce(pdu: DeliverSm | DataSm, session: SmppSession): (taken: boolean) => void {
  let answered = false
  return (taken) => {
    if (answered) return
    answered = true
    session.respond(pdu, taken ? CommandStatus.ESME_ROK : CommandStatus.ESME_RX_T_APPN)
  }
}

/** What a token bucket may save up, in time: enough to bridge a busy event loop, too little to look like a burst. */
const BURST_MS = 50
const QUEUE_FULL_IN_A_ROW = 3

function burstOf(ratePerSecond: number) {
  return { ratePerSecond, burstTokensMax: Math.ceil((ratePerSecond * BURST_MS) / 1000) }
}

function bindTypesOf({ bindType, binds }: SmppSettings): BindType[] {
  const types: BindType[] = bindType === 'transceiver' ? ['transceiver'] : ['transmitter', 'receiver']
  return types.flatMap((type) => new Array<BindType>(binds).fill(type))
}
