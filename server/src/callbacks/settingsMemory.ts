import { createSecretKey } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable } from '../db/database.ts'
import type { Sealer } from '../sealer.ts'
import { CALLBACK_VERSIONS } from './callbackSettings.ts'
import { type EffectiveSettings, mergeSettings, type OpenedSettings, UNREADABLE } from './mergeSettings.ts'
import { sealPlaces } from './sealPlaces.ts'
import { readChangedSettings, type SettingsRecord } from './settingsRows.ts'

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
  #knownUpTo = 0
  #tail: Promise<void> = Promise.resolve()
  #cancel: (() => void) | null = null // null: stopped

  constructor(options: SettingsMemoryOptions) {
    this.#options = options
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

  async start(): Promise<void> {
    await this.refresh()
    this.#cancel = () => {}
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = null
    await this.#tail.catch(() => {})
  }

  /** After it resolves, every change committed before the call is known here. */
  refresh(): Promise<void> {
    // One read at a time; a call never shares one that began before it, which might not see the caller's commit.
    const read = () => this.#readChanges()
    this.#tail = this.#tail.then(read, read)
    return this.#tail
  }

  #schedule(): void {
    if (this.#cancel === null) return
    this.#cancel = this.#options.clock.after(refreshEveryMs, () => {
      // While the store is away the settings known so far stay good.
      this.refresh()
        .catch((error) => {
          if (!(error instanceof DatabaseUnavailable)) this.#options.trouble(error)
        })
        .finally(() => this.#schedule())
    })
  }

  async #readChanges(): Promise<void> {
    let after = { updatedAt: this.#knownUpTo - overlapMs, accountId: '', channel: '', number: '' }
    for (;;) {
      const records = await readChangedSettings(this.#options.db, after, recordsMax)
      for (const record of records) this.#apply(record)
      const last = records.at(-1)
      // A page that is not full was the last one.
      if (last === undefined || records.length < recordsMax) return
      after = last
    }
  }

  #apply(record: SettingsRecord): void {
    const { accountId, channel, number, updatedAt } = record
    const name = `${accountId} ${channel} ${number}`
    this.#knownUpTo = Math.max(this.#knownUpTo, updatedAt)
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
const refreshEveryMs = 1_000
/**
 * Changes this much older than the newest known one are read again: another node's clock may be behind ours, and its
 * commit may come after one that was begun later.
 */
const overlapMs = 30_000
/** Rows of one read. */
const recordsMax = 1_000
/** Numbers whose merged settings are remembered. */
const mergedMax = 10_000
