import type { Clock } from '../../clock.ts'
import type { CarrierHealth, SubmitOutcome } from '../carrier.ts'
import { AccountProbe, type AccountProbeOptions } from './accountProbe.ts'
import type { ApiAnswer } from './apiClient.ts'
import type { HttpCarrierLogEvent } from './logEvent.ts'
import { RequestGate, type RequestGateOptions } from './requestGate.ts'

/** What became of a submit, and what it says of the account beyond that. */
export interface SubmitResult {
  readonly outcome: SubmitOutcome
  /** 'down': no other submit would fare better. 'pause': the provider wants fewer. */
  readonly effect: 'down' | 'pause' | 'none'
}

export interface ProviderAccountOptions {
  /** Of the carrier. */
  readonly id: string
  readonly clock: Clock
  readonly settings: Pick<RequestGateOptions, 'concurrency' | 'throughput'> &
    Pick<AccountProbeOptions, 'probeMs' | 'reconnectMsMin' | 'reconnectMsMax'>
  /** As of AccountProbe. */
  readonly look: AccountProbeOptions['look']
  /** Called when `room()` may have grown from 0. */
  readonly roomCame: () => void
  readonly log: (event: HttpCarrierLogEvent) => void
}

/** A carrier's account at its provider: whether it is up, and how many submits it takes now. Logs when that changes. */
export class ProviderAccount {
  readonly #id: string
  readonly #log: ProviderAccountOptions['log']
  readonly #probe: AccountProbe
  readonly #gate: RequestGate

  constructor({ id, clock, settings, look, roomCame, log }: ProviderAccountOptions) {
    this.#id = id
    this.#log = log
    this.#probe = new AccountProbe({ ...settings, clock, look, changed: (trouble) => this.#changed(trouble) })
    this.#gate = new RequestGate({ ...settings, clock, roomCame, isUp: () => this.#probe.up })
  }

  start(): void {
    this.#probe.start()
  }

  /** Takes nothing more, and resolves when no submit is open, or after `drainMs`. */
  stop(drainMs: number): Promise<void> {
    this.#probe.stop()
    return this.#gate.close(drainMs)
  }

  /** As `Carrier.room()`. */
  room(): number {
    return this.#gate.room()
  }

  /** Lets a submit in, which `end` must be called for; false: it was ended at once. */
  enter(done: (outcome: SubmitOutcome) => void): boolean {
    const closedBy = this.#gate.enter()
    if (closedBy !== null) setImmediate(done, { kind: 'unsent', reason: closedBy })
    return closedBy === null
  }

  /** @param answer to the submit; null: none was asked for. */
  end({ outcome, effect }: SubmitResult, answer: ApiAnswer | null, done: (outcome: SubmitOutcome) => void): void {
    if (outcome.kind === 'accepted') this.#gate.resetPause()
    else if (effect === 'down') this.#probe.suspect(outcome.reason)
    else if (effect === 'pause') this.#leaveAlone(outcome.reason, answer)
    done(outcome)
    this.#gate.leave()
  }

  health(): CarrierHealth {
    const { up, trouble } = this.#probe
    return { up, bindsUp: up ? 1 : 0, bindsWanted: 1, inFlight: this.#gate.open, lastError: trouble }
  }

  #leaveAlone(reason: string, answer: ApiAnswer | null): void {
    const pauseMs = this.#gate.pause(answer?.kind === 'answered' ? answer.retryAfter : null)
    if (pauseMs !== null) this.#log({ event: 'carrier.throttled', carrierId: this.#id, reason, pauseMs })
  }

  #changed(trouble: string | null): void {
    if (trouble === null) {
      this.#log({ event: 'carrier.up', carrierId: this.#id })
      this.#gate.look()
    } else this.#log({ event: 'carrier.down', carrierId: this.#id, reason: trouble })
  }
}
