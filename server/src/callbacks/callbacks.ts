import type { NotifyOfChats } from '../chat/chatHappening.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db/database.ts'
import type { AfterCommit } from '../db/groupCommit.ts'
import type { AnnounceInbound } from '../inbound/inboundMessage.ts'
import type { Sealer } from '../sealer.ts'
import type { SignCall } from '../webhooks/callRequest.ts'
import type { NewDelivery } from '../webhooks/delivery.ts'
import type { Subscriptions } from '../webhooks/subscriptions.ts'
import type { CallbackScope, CallbackSettings, ShownCallbackSettings } from './callbackSettings.ts'
import { changeSettings, keyOf, scopeOf, shownSettings } from './changeSettings.ts'
import { chatInboundOf } from './inboundSms.ts'
import {
  deleteMediaCredentials,
  type MediaCredentials,
  readMediaCredentials,
  type ShownMediaCredentials,
  writeMediaCredentials,
} from './mediaCredentials.ts'
import { deliveriesOf } from './oweDeliveries.ts'
import { SettingsMemory } from './settingsMemory.ts'
import { listSettings, readSettings } from './settingsRows.ts'
import { signCallback } from './signCallback.ts'

/** What customers are told of their conversations, and where. */
export interface Callbacks {
  /** Writes the deliveries that happenings owe, in their transaction; the calls are made after the commit. */
  readonly announce: NotifyOfChats
  /** The same for SMS that handsets wrote; the account's own webhook endpoints are told elsewhere. */
  readonly announceInboundSms: AnnounceInbound
  /** What was said for this very scope; null: nothing ever. */
  read(accountId: string, scope: CallbackScope): Promise<ShownCallbackSettings | null>
  /** Writes what is given and leaves the rest as it is: for a complete change give every property. */
  write(accountId: string, scope: CallbackScope, settings: Partial<CallbackSettings>): Promise<ShownCallbackSettings>
  /** Everything said for the account, its channels and its numbers; the widest scopes first. */
  list(accountId: string): Promise<ScopedSettings[]>
  readMediaCredentials(accountId: string): Promise<ShownMediaCredentials | null>
  /** Null deletes them. */
  writeMediaCredentials(accountId: string, credentials: MediaCredentials | null): Promise<void>
}

export interface ScopedSettings {
  readonly scope: CallbackScope
  readonly settings: ShownCallbackSettings
}

export interface RunningCallbacks extends Callbacks {
  /** For the webhooks engine, which must be started later. */
  readonly sign: SignCall
  /** Reads all settings, then keeps up with what other nodes change, once a second. */
  start(): Promise<void>
  stop(): Promise<void>
}

export interface CallbacksOptions {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
  readonly sealer: Sealer
  readonly subscriptions: Pick<Subscriptions, 'deliveriesFor'>
  /** Where this server is reached from outside, without a slash at the end. */
  readonly baseUrl: () => string
  /** Writes deliveries, and calls them after the commit. */
  readonly owe: (tx: Transaction, deliveries: readonly NewDelivery[]) => AfterCommit
  /** Told of failures that waiting will not mend. */
  readonly trouble: (error: unknown) => void
}

export function createCallbacks(options: CallbacksOptions): RunningCallbacks {
  const { db, newId, subscriptions, baseUrl, owe } = options
  const memory = new SettingsMemory(options)
  const telling = { memory, subscriptions, newId, mediaUrl: (id: string) => `${baseUrl()}${MEDIA_PATH}/${id}` }
  return {
    announce: (tx, happenings) =>
      owe(
        tx,
        happenings.flatMap((happening) => deliveriesOf(telling, happening)),
      ),

    announceInboundSms: (tx, received) =>
      owe(
        tx,
        received.flatMap((message) => {
          const inbound = chatInboundOf(message)
          return inbound === null ? [] : deliveriesOf(telling, { kind: 'inbound', inbound })
        }),
      ),

    async read(accountId, scope) {
      const record = await readSettings(db, keyOf(accountId, scope))
      return record === null ? null : shownSettings(record)
    },

    async write(accountId, scope, settings) {
      const record = await changeSettings(options, keyOf(accountId, scope), settings)
      await memory.refresh()
      return shownSettings(record)
    },

    async list(accountId) {
      const records = await listSettings(db, accountId)
      return records.flatMap((record) => {
        const scope = scopeOf(record)
        return scope === null ? [] : [{ scope, settings: shownSettings(record) }]
      })
    },

    readMediaCredentials: (accountId) => readMediaCredentials(db, accountId),

    writeMediaCredentials: (accountId, credentials) =>
      credentials === null
        ? deleteMediaCredentials(db, accountId)
        : writeMediaCredentials(options, accountId, credentials),

    sign: ({ accountId, signer, ...signed }) => signCallback(memory.effective(accountId, signer), signed),
    start: () => memory.start(),
    stop: () => memory.stop(),
  }
}

/** The vendor's events of all versions name this one. */
const MEDIA_PATH = '/messaging/v1/chat/media'
