import type { Clock } from '../../clock.ts'
import type {
  CallSubmission,
  Carrier,
  CarrierEvents,
  CarrierHealth,
  OnDoubt,
  Receipt,
  SubmitOutcome,
} from '../carrier.ts'
import { type ApiAnswer, ApiClient } from '../http/apiClient.ts'
import { ProviderAccount } from '../http/providerAccount.ts'
import { resultOfCall, troubleOf } from './callOutcome.ts'
import { receiptOfCall, receiptOfCallback } from './callReceipt.ts'
import { CallWatch } from './callWatch.ts'
import type { TwilioCarrierConfig } from './config.ts'
import type { TwilioCarrierLogEvent } from './logEvent.ts'
import { OTHER } from './refusals.ts'
import { type TwilioSettings, twilioSettings } from './settings.ts'
import { isSigned, type SignedCallback } from './signature.ts'
import { sayTwice, twimlCharactersMax } from './twiml.ts'

export interface TwilioVoiceDependencies {
  readonly clock: Clock
  readonly events: Pick<CarrierEvents, 'room' | 'receipt'>
  /** Where the API is, over what the configuration says: the simulator's address is known once the server listens. */
  readonly baseUrl?: () => string
  /** Where status callbacks reach us. Null: nowhere, so calls are looked at instead. */
  readonly statusUrl: () => string | null
  log?(event: TwilioCarrierLogEvent): void
}

/** A carrier of calls that also takes the status callbacks of its provider. */
export interface TwilioVoice extends Carrier<CallSubmission> {
  /**
   * One status callback. 'taken': it is committed, or says nothing that we could use. 'try later': it could not be
   * committed.
   */
  receive(callback: SignedCallback): Promise<'taken' | 'bad signature' | 'try later'>
}

/** A carrier over Twilio's Calls API, or one that speaks it. Calls nobody before `start`. */
export function createTwilioVoice(config: TwilioCarrierConfig, dependencies: TwilioVoiceDependencies): TwilioVoice {
  return new TwilioCarrier(twilioSettings(config), dependencies)
}

type SubmitDone = (outcome: SubmitOutcome) => void

class TwilioCarrier implements TwilioVoice {
  readonly id: string
  readonly onDoubt: OnDoubt
  readonly #settings: TwilioSettings
  readonly #events: TwilioVoiceDependencies['events']
  readonly #baseUrl: () => string
  readonly #statusUrl: () => string | null
  readonly #log: (event: TwilioCarrierLogEvent) => void
  readonly #api: ApiClient
  readonly #account: ProviderAccount
  readonly #watch: CallWatch
  #stopped: Promise<void> | null = null

  constructor(settings: TwilioSettings, { clock, events, baseUrl, statusUrl, log }: TwilioVoiceDependencies) {
    this.id = settings.id
    this.onDoubt = settings.onDoubt
    this.#settings = settings
    this.#events = events
    this.#baseUrl = baseUrl ?? (() => settings.baseUrl)
    this.#statusUrl = statusUrl
    this.#log = log ?? (() => {})
    this.#api = new ApiClient({ clock, timeoutMs: settings.requestTimeoutMs, authorization: basicOf(settings) })
    this.#account = new ProviderAccount({
      id: settings.id,
      clock,
      settings,
      look: (done) => this.#get('.json', (answer) => done(troubleOf(answer))),
      roomCame: () => events.room(this.id),
      log: this.#log,
    })
    this.#watch = new CallWatch({
      clock,
      firstLookMs: () => (statusUrl() === null ? FIRST_LOOK_MS : settings.ringSeconds * 1_000 + CALLBACK_GRACE_MS),
      look: (callSid, done) => this.#look(callSid, done),
    })
  }

  room(): number {
    return this.#account.room()
  }

  submit(submission: CallSubmission, done: SubmitDone): void {
    const twiml = sayTwice(submission.text, this.#settings.voices(submission.language))
    if (twiml.length > twimlCharactersMax) {
      setImmediate(done, { kind: 'refused', ...OTHER, reason: 'the text is too long to be said' })
      return
    }
    if (!this.#account.enter(done)) return
    const url = `${this.#accountUrl()}/Calls.json`
    const body = { contentType: 'application/x-www-form-urlencoded', text: this.#formOf(submission, twiml) }
    this.#api.send({ method: 'POST', url, body }, (answer) => this.#end(answer, done))
  }

  health(): CarrierHealth {
    return this.#account.health()
  }

  start(): void {
    this.#account.start()
  }

  stop(drainMs: number): Promise<void> {
    this.#stopped ??= this.#stop(drainMs)
    return this.#stopped
  }

  receive(callback: SignedCallback): Promise<'taken' | 'bad signature' | 'try later'> {
    if (!isSigned(this.#settings.authToken, callback)) return Promise.resolve('bad signature')
    const receipt = receiptOfCallback(this.id, callback.form)
    if (receipt === null) {
      // Taken, because it would be as unreadable the next time.
      this.#log({ event: 'carrier.receipt_unreadable', carrierId: this.id })
      return Promise.resolve('taken')
    }
    return new Promise((resolve) => {
      this.#report(receipt, (taken) => resolve(taken ? 'taken' : 'try later'))
    })
  }

  async #stop(drainMs: number): Promise<void> {
    this.#watch.stop()
    await this.#account.stop(drainMs)
    this.#api.close()
  }

  #formOf({ to, caller }: CallSubmission, twiml: string): string {
    const form = new URLSearchParams({ To: to, From: caller ?? this.#settings.from, Twiml: twiml })
    form.set('Timeout', String(this.#settings.ringSeconds))
    const statusUrl = this.#statusUrl()
    if (statusUrl === null) return form.toString()
    form.set('StatusCallback', statusUrl)
    form.set('StatusCallbackMethod', 'POST')
    for (const event of ['initiated', 'ringing', 'answered', 'completed']) form.append('StatusCallbackEvent', event)
    return form.toString()
  }

  #end(answer: ApiAnswer, done: SubmitDone): void {
    const result = resultOfCall(answer)
    if (result.outcome.kind === 'accepted') this.#watch.watch(result.outcome.carrierMessageId)
    this.#account.end(result, answer, done)
  }

  /** Of everything that the account has. */
  #accountUrl(): string {
    return `${this.#baseUrl()}/2010-04-01/Accounts/${this.#settings.accountSid}`
  }

  #look(callSid: string, done: (settled: boolean) => void): void {
    this.#get(`/Calls/${callSid}.json`, (answer) => {
      const found = answer.kind === 'answered' && answer.status < 300
      const receipt = found ? receiptOfCall(this.id, callSid, answer.body) : null
      // Who knows nothing of the call now will not know more of it later.
      if (receipt === null) done(answer.kind === 'answered' && answer.status === 404)
      else this.#report(receipt, done)
    })
  }

  #report(receipt: Receipt, answer: (taken: boolean) => void): void {
    this.#events.receipt(receipt, (taken) => {
      if (taken && receipt.state !== 'enroute') this.#watch.forget(receipt.carrierMessageId)
      answer(taken)
    })
  }

  #get(path: string, done: (answer: ApiAnswer) => void): void {
    this.#api.send({ method: 'GET', url: this.#accountUrl() + path, body: null }, done)
  }
}

/** HTTP Basic. */
function basicOf({ accountSid, authToken }: TwilioSettings): string {
  return `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
}

/** Where no callback comes: a call that somebody answers at once is over by then. */
const FIRST_LOOK_MS = 15_000
/** Where callbacks come: for the text to be said twice, and for the last callback to arrive. */
const CALLBACK_GRACE_MS = 60_000
