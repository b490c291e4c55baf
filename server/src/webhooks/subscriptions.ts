import type { Clock } from '../clock.ts'
import { ChangeFollower } from '../db/changeFollower.ts'
import type { Database } from '../db/database.ts'
import type { Sealer } from '../sealer.ts'
import { configuredKey, type NewDelivery } from './delivery.ts'
import { type EndpointRecord, readChangedEndpoints } from './endpointRows.ts'
import type { LadderName } from './ladder.ts'
import { sealPlaces } from './sealPlaces.ts'
import { signingSecret } from './signCall.ts'
import { type EndpointFormat, type EventTraits, type Subscription, wants } from './subscription.ts'

export interface SubscriptionsOptions {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
  readonly sealer: Sealer
  /** Told of failures that waiting will not mend. */
  readonly trouble: (error: unknown) => void
}

/** Something that happened, to be told to whoever wants to hear of it. */
export interface Happening extends EventTraits {
  readonly accountId: string
  /** What `body` is for; left out: the account's own endpoints. */
  readonly format?: EndpointFormat
  readonly messageId: string | null // null: not about one message
  readonly ladder: LadderName
  /** The JSON text; asked for only when somebody listens. */
  readonly body: () => string
}

/**
 * All accounts' endpoints, in memory, so that announcing an event asks no table. What this node changes is known after
 * `refresh`; what another one does, a second later.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #byId = new Map<string, Subscription>()
  readonly #byAccount = new Map<string, readonly Subscription[]>()
  /** Their deliveries are given up. */
  readonly #deleted = new Set<string>()
  /** Not to be called, though the row that says so may not be committed yet. */
  readonly #held = new Set<string>()
  readonly #listeners: ((change: SubscriptionChange) => void)[] = []
  readonly #changes: ChangeFollower<Pick<EndpointRecord, 'updatedAt' | 'id'>, EndpointRecord>

  constructor(options: SubscriptionsOptions) {
    this.#options = options
    const { db, clock, trouble } = options
    this.#changes = new ChangeFollower({
      clock,
      trouble,
      placeAt: (updatedAt) => ({ updatedAt, id: '' }),
      readAfter: (place, limit) => readChangedEndpoints(db, place, limit),
      apply: (record) => this.#apply(record),
    })
  }

  /** The account's endpoints that want to be told, disabled ones too: what is for them waits. */
  subscribersOf(
    accountId: string,
    traits: EventTraits & { readonly format?: EndpointFormat },
  ): readonly Subscription[] {
    const all = this.#byAccount.get(accountId)
    if (all === undefined) return NOBODY
    const { format = 'own' } = traits
    return all.filter((subscription) => subscription.format === format && wants(subscription, traits))
  }

  /** One delivery for each endpoint that wants to be told, to be announced with the change itself. */
  deliveriesFor(happening: Happening): NewDelivery[] {
    const subscribers = this.subscribersOf(happening.accountId, happening)
    if (subscribers.length === 0) return []
    const { accountId, messageId, event, ladder } = happening
    const body = happening.body()
    return subscribers.map(({ id: endpointId, url, method }) => {
      return { id: this.#options.newId(), accountId, messageId, event, url, method, body, ladder, endpointId }
    })
  }

  find(id: string): Subscription | null {
    return this.#byId.get(id) ?? null
  }

  isCallable(id: string): boolean {
    return this.#byId.get(id)?.callable === true && !this.#held.has(id)
  }

  isDeleted(id: string): boolean {
    return this.#deleted.has(id)
  }

  /** Makes no more calls to it until its row was changed, or `release` is called because it was not. */
  hold({ id, accountId }: Subscription): void {
    this.#held.add(id)
    this.#tell({ key: configuredKey(accountId, id), restarted: false })
  }

  release(id: string): void {
    this.#held.delete(id)
  }

  onChange(listener: (change: SubscriptionChange) => void): void {
    this.#listeners.push(listener)
  }

  start(): Promise<void> {
    return this.#changes.start()
  }

  stop(): Promise<void> {
    return this.#changes.stop()
  }

  /** After it resolves, every change committed before the call is known here. */
  refresh(): Promise<void> {
    return this.#changes.refresh()
  }

  #apply(record: EndpointRecord): void {
    const { id, accountId, updatedAt } = record
    const known = this.#byId.get(id)
    if (known?.updatedAt === updatedAt || this.#deleted.has(id)) return
    const wasCallable = this.isCallable(id)
    this.#held.delete(id)
    const others = (this.#byAccount.get(accountId) ?? []).filter((other) => other.id !== id)
    if (record.deletedAt === null) {
      const subscription = this.#subscriptionOf(record)
      this.#byId.set(id, subscription)
      this.#byAccount.set(accountId, [...others, subscription])
    } else {
      this.#deleted.add(id)
      this.#byId.delete(id)
      if (others.length > 0) this.#byAccount.set(accountId, others)
      else this.#byAccount.delete(accountId)
    }
    const restarted = known !== undefined && (!wasCallable || known.url !== record.url)
    this.#tell({ key: configuredKey(accountId, id), restarted })
  }

  #subscriptionOf(record: EndpointRecord): Subscription {
    const { id, signatureMethod, previousSecretUntil } = record
    const secret = this.#open(record.secret, sealPlaces.secret(id))
    const previous = this.#open(record.previousSecret, sealPlaces.secret(id))
    const headerValue = this.#open(record.headerValue, sealPlaces.headerValue(id))
    const opened = [secret, previous, headerValue].every((text) => text !== UNREADABLE)
    if (!opened)
      this.#options.trouble(new Error(`the secrets of the webhook endpoint ${id} were sealed with another key`))
    return {
      id,
      accountId: record.accountId,
      format: record.format,
      url: record.url,
      method: record.method,
      events: setOf(record.events),
      channels: setOf(record.channels),
      numbers: setOf(record.numbers),
      ordered: record.ordered,
      // Without its secrets nobody could tell our calls from others; what is for it waits until they are set anew.
      callable: record.enabled && opened,
      updatedAt: record.updatedAt,
      signatureMethod,
      secret: typeof secret === 'string' ? signingSecret(secret) : null,
      previous:
        typeof previous === 'string' && previousSecretUntil !== null
          ? { secret: signingSecret(previous), untilMs: previousSecretUntil }
          : null,
      header:
        record.headerName !== null && typeof headerValue === 'string'
          ? { name: record.headerName, value: headerValue }
          : null,
    }
  }

  #open(sealed: string | null, place: string): string | null | typeof UNREADABLE {
    return sealed === null ? null : (this.#options.sealer.open(sealed, place) ?? UNREADABLE)
  }

  #tell(change: SubscriptionChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

/** An endpoint that may be called again, or not any more, or differently. */
export interface SubscriptionChange {
  readonly key: string
  /** Its account did something about it: what is known of failures no longer counts. */
  readonly restarted: boolean
}

const UNREADABLE = Symbol('sealed with another key')
const NOBODY: readonly Subscription[] = []

function setOf(list: readonly string[]): ReadonlySet<string> | null {
  return list.length === 0 ? null : new Set(list)
}
