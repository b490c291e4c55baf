import { createSecretKey } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { ChangeFollower } from '../db/changeFollower.ts'
import type { Database } from '../db/database.ts'
import type { Sealer } from '../sealer.ts'
import { CALLBACK_VERSIONS } from './callbackSettings.ts'
import { type EffectiveSettings, mergeSettings, type OpenedSettings, UNREADABLE } from './mergeSettings.ts'
import { sealPlaces } from './sealPlaces.ts'
import { readChangedSettings, type SettingsKey, type SettingsRecord } from './settingsRows.ts'

export interface SettingsMemoryOptions {
  readonly db: Database
  readonly clock: Clock
  readonly sealer: Sealer
  /** Told of failures that waiting will not mend. */
  readonly trouble: (error: unknown) => void
}

/**
 * All accounts' settings, in memory, so that announcing an event asks no table. What this node changes is known after
 * `refresh`; what another one does, a second later.
 */
export class SettingsMemory {
  readonly #options: SettingsMemoryOptions
  /** By account, then by `placeKey`; the number is empty where all of a channel is meant. */
  readonly #byAccount = new Map<string, Map<string, OpenedSettings>>()
  readonly #updatedAt = new Map<string, number>()
  /** What was merged since the last change. */
  readonly #merged = new Map<string, EffectiveSettings>()
  readonly #changes: ChangeFollower<SettingsKey & Pick<SettingsRecord, 'updatedAt'>, SettingsRecord>

  constructor(options: SettingsMemoryOptions) {
    this.#options = options
    const { db, clock, trouble } = options
    this.#changes = new ChangeFollower({
      clock,
      trouble,
      placeAt: (updatedAt) => ({ updatedAt, accountId: '', channel: '', number: '' }),
      readAfter: (place, limit) => readChangedSettings(db, place, limit),
      apply: (record) => this.#apply(record),
    })
  }

  /** What counts for one of the account's numbers, by its `placeKey`. */
  effective(accountId: string, place: string): EffectiveSettings {
    const scopes = this.#byAccount.get(accountId)
    if (scopes === undefined) return NOTHING_SAID
    const name = `${accountId} ${place}`
    const known = this.#merged.get(name)
    if (known !== undefined) return known
    const channel = place.slice(0, place.indexOf(' ') + 1)
    const merged = mergeSettings([place, channel, ACCOUNT].map((scope) => scopes.get(scope) ?? null))
    // Customers make up the names that messages carry.
    if (this.#merged.size >= mergedMax) this.#merged.clear()
    this.#merged.set(name, merged)
    return merged
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

  #apply(record: SettingsRecord): void {
    const { accountId, channel, number, updatedAt } = record
    const name = `${accountId} ${channel} ${number}`
    if (this.#updatedAt.get(name) === updatedAt) return
    this.#updatedAt.set(name, updatedAt)
    const scopes = this.#byAccount.get(accountId) ?? new Map<string, OpenedSettings>()
    scopes.set(`${channel} ${number}`, this.#opened(record))
    this.#byAccount.set(accountId, scopes)
    this.#merged.clear()
  }

  #opened(record: SettingsRecord): OpenedSettings {
    const { version, inboundUrl, statusUrl, eventFilter, signatureMethod, headerName } = record
    const secret = this.#open(record.secret, sealPlaces.secret(record))
    const headerValue = this.#open(record.headerValue, sealPlaces.headerValue(record))
    const method = signatureMethod === 'HS512' ? 'HS512' : 'HS256'
    return {
      callbackVersion: CALLBACK_VERSIONS.find((known) => known === version) ?? null,
      inboundMessageUrl: inboundUrl,
      messageStatusUrl: statusUrl,
      eventFilter: eventFilter === null ? null : new Set(eventFilter),
      signature: typeof secret === 'string' ? { key: createSecretKey(Buffer.from(secret)), method } : secret,
      header: typeof headerValue === 'string' ? { name: headerName ?? '', value: headerValue } : headerValue,
    }
  }

  #open(sealed: string | null, place: string): string | null | typeof UNREADABLE {
    if (sealed === null) return null
    const opened = this.#options.sealer.open(sealed, place)
    if (opened === null) this.#options.trouble(new Error(`${place} was sealed with another key`))
    return opened ?? UNREADABLE
  }
}

/** The place of what is said for all channels. */
const ACCOUNT = ' '
const NOTHING_SAID = mergeSettings([])
/** Numbers whose merged settings are remembered. */
const mergedMax = 10_000
