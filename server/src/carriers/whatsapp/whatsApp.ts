import type { Clock } from '../../clock.ts'
import type { Carrier, CarrierHealth, ChatCarrierEvents, ChatSubmission, OnDoubt, SubmitOutcome } from '../carrier.ts'
import { type ApiAnswer, ApiClient } from '../http/apiClient.ts'
import { ProviderAccount, type SubmitResult } from '../http/providerAccount.ts'
import type { WhatsAppCarrierConfig } from './config.ts'
import type { WhatsAppLogEvent } from './logEvent.ts'
import type { FetchedMedia, OwnMedia } from './media.ts'
import { MediaDownloads } from './mediaDownloads.ts'
import { MediaUploads } from './mediaUploads.ts'
import { messageBody } from './messageBody.ts'
import { readWebhook, type WebhookUpdate } from './readWebhook.ts'
import { resultOfSend, troubleOfProbe } from './sendOutcome.ts'
import { type WhatsAppSettings, whatsAppSettings } from './settings.ts'
import { isSame, isSigned } from './signature.ts'

export interface WhatsAppDependencies {
  readonly clock: Clock
  readonly events: ChatCarrierEvents
  readonly media: OwnMedia
  /** Where the API is, over what the configuration says: the simulator's address is known once the server listens. */
  readonly baseUrl?: () => string
  log?(event: WhatsAppLogEvent): void
}

/** One WhatsApp number: what is sent from it, what is sent to it, and what Meta says of both. */
export interface WhatsApp extends Carrier<ChatSubmission> {
  /** Whether this is the token that Meta was given to show when it first calls. */
  verifies(token: string): boolean
  /**
   * One webhook, as it came. 'taken': what it says of this number is committed. 'try later': some of it could not be;
   * what could be may come again.
   */
  receive(webhook: SignedWebhook): Promise<'taken' | 'bad signature' | 'try later'>
  /** A file that a person sent. Never fails; the stream of what is found may. */
  fetchMedia(remoteId: string): Promise<FetchedMedia>
}

export interface SignedWebhook {
  readonly body: Buffer
  /** The header X-Hub-Signature-256. */
  readonly signature: string | undefined
}

/** A carrier over the WhatsApp Cloud API of Meta. Asks nobody before `start`. */
export function createWhatsApp(config: WhatsAppCarrierConfig, dependencies: WhatsAppDependencies): WhatsApp {
  return new WhatsAppCarrier(whatsAppSettings(config), dependencies)
}

type SubmitDone = (outcome: SubmitOutcome) => void

class WhatsAppCarrier implements WhatsApp {
  readonly id: string
  readonly onDoubt: OnDoubt
  readonly #settings: WhatsAppSettings
  readonly #clock: Clock
  readonly #events: ChatCarrierEvents
  readonly #baseUrl: () => string
  readonly #log: (event: WhatsAppLogEvent) => void
  readonly #api: ApiClient
  readonly #account: ProviderAccount
  readonly #uploads: MediaUploads
  readonly #downloads: MediaDownloads
  #stopped: Promise<void> | null = null

  constructor(settings: WhatsAppSettings, { clock, events, media, baseUrl, log }: WhatsAppDependencies) {
    this.id = settings.id
    this.onDoubt = settings.onDoubt
    this.#settings = settings
    this.#clock = clock
    this.#events = events
    this.#baseUrl = baseUrl ?? (() => settings.baseUrl)
    this.#log = log ?? (() => {})
    const authorization = `Bearer ${settings.accessToken}`
    this.#api = new ApiClient({ clock, timeoutMs: settings.requestTimeoutMs, authorization })
    this.#account = new ProviderAccount({
      id: settings.id,
      clock,
      settings,
      look: (done) => this.#get(`${settings.phoneNumberId}?fields=id`, (answer) => done(troubleOfProbe(answer))),
      roomCame: () => events.room(this.id),
      log: this.#log,
    })
    this.#uploads = new MediaUploads({
      clock,
      media,
      timeoutMs: settings.mediaTimeoutMs,
      url: () => this.#url(`${settings.phoneNumberId}/media`),
      send: (request, done) => this.#api.send(request, done),
    })
    this.#downloads = new MediaDownloads({
      clock,
      authorization,
      timeoutMs: settings.mediaTimeoutMs,
      bytesMax: settings.mediaBytesMax,
      hosts: settings.mediaHosts,
      baseUrl: this.#baseUrl,
      look: (remoteId, done) => this.#get(`${remoteId}?phone_number_id=${settings.phoneNumberId}`, done),
    })
  }

  room(): number {
    return this.#account.room()
  }

  submit(submission: ChatSubmission, done: SubmitDone): void {
    if (!this.#account.enter(done)) return
    const { content } = submission
    if (content.kind === 'media' && content.mediaId !== null) this.#sendFile(submission, content.mediaId, done)
    else this.#send(submission, null, (result, answer) => this.#account.end(result, answer, done))
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

  verifies(token: string): boolean {
    return isSame(this.#settings.verifyToken, token)
  }

  async receive({ body, signature }: SignedWebhook): Promise<'taken' | 'bad signature' | 'try later'> {
    const { appSecret, phoneNumberId, number } = this.#settings
    if (!isSigned(appSecret, body, signature)) return 'bad signature'
    const { updates, unreadable } = readWebhook(body, { carrierId: this.id, phoneNumberId, number: number.slice(1) })
    if (unreadable > 0) {
      // Taken, because it would be as unreadable the next time.
      this.#log({ event: 'carrier.webhook_unreadable', carrierId: this.id, count: unreadable })
    }
    const taken = await Promise.all(updates.map((update) => this.#report(update)))
    return taken.every(Boolean) ? 'taken' : 'try later'
  }

  fetchMedia(remoteId: string): Promise<FetchedMedia> {
    return this.#downloads.fetch(remoteId)
  }

  async #stop(drainMs: number): Promise<void> {
    this.#downloads.stop()
    await this.#account.stop(drainMs)
    this.#api.close()
  }

  async #sendFile(submission: ChatSubmission, mediaId: string, done: SubmitDone): Promise<void> {
    const { accountId } = submission
    const upload = await this.#uploads.upload(accountId, mediaId)
    if (upload.kind === 'failed') {
      setImmediate(() => this.#account.end(upload, null, done))
      return
    }
    this.#send(submission, upload.id, (result, answer) => {
      // It may be Meta's copy that is wrong by now: the next message brings the file again.
      if (result.outcome.kind === 'refused' && result.outcome.retry === 'never')
        this.#uploads.forget(accountId, mediaId)
      this.#account.end(result, answer, done)
    })
  }

  #send(
    submission: ChatSubmission,
    uploadedId: string | null,
    done: (result: SubmitResult, answer: ApiAnswer) => void,
  ): void {
    const { templateLanguage, phoneNumberId } = this.#settings
    const text = messageBody(submission, { uploadedId, templateLanguage })
    const url = this.#url(`${phoneNumberId}/messages`)
    this.#api.send({ method: 'POST', url, body: { contentType: 'application/json', text } }, (answer) =>
      done(resultOfSend(answer), answer),
    )
  }

  async #report(update: Exclude<WebhookUpdate, { kind: 'idle' }>): Promise<boolean> {
    switch (update.kind) {
      case 'receipt':
        return this.#answered((answer) => this.#events.receipt(update.receipt, answer))
      case 'seen':
        return (
          (await this.#answered((answer) => this.#events.receipt(update.receipt, answer))) &&
          this.#answered((answer) => this.#events.seen(update.seen, answer))
        )
      case 'inbound':
        return this.#answered((answer) => this.#events.inboundChat(update.message, answer))
      default:
        return update satisfies never
    }
  }

  #answered(report: (answer: (taken: boolean) => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const cancelTimeout = this.#clock.after(COMMIT_MS_MAX, () => resolve(false))
      report((taken) => {
        cancelTimeout()
        resolve(taken)
      })
    })
  }

  #get(path: string, done: (answer: ApiAnswer) => void): void {
    this.#api.send({ method: 'GET', url: this.#url(path), body: null }, done)
  }

  #url(path: string): string {
    return `${this.#baseUrl()}/${this.#settings.apiVersion}/${path}`
  }
}

/** Meta hangs up on a webhook after some ten or twenty seconds, and brings it again. */
const COMMIT_MS_MAX = 10_000
