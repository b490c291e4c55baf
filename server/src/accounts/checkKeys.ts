import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import type { Principal } from './keyring.ts'

/** A key of the store, held in memory. */
export interface CachedKey {
  readonly id: string
  readonly hash: string
  readonly principal: Principal
  /** When the store was last asked, epoch ms: the moment of asking, since the answer may be older than its arrival. */
  checkedAt: number
  /** The check under way; null: none. */
  checking: Promise<void> | null
}

/**
 * Asks the store whether keys still hold. Keys that come in while a read is under way share the next one, so any number
 * of keys in use costs one read at a time. `forget` is told of each key that no longer holds.
 */
export function createKeyCheck({ db, clock, forget }: KeyCheckOptions): (key: CachedKey) => Promise<void> {
  let wanted: CachedKey[] = []
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null

  return (key) => {
    if (key.checking !== null) return key.checking
    wanted.push(key)
    if (running === null) {
      key.checking = start()
    } else {
      next ??= running.then(start, start)
      key.checking = next
    }
    return key.checking
  }

  function start(): Promise<void> {
    const keys = wanted
    wanted = []
    next = null
    running = check(keys).finally(() => {
      running = null
      for (const key of keys) key.checking = null
    })
    return running
  }

  async function check(keys: readonly CachedKey[]): Promise<void> {
    const askedAt = clock.now()
    const rows = await db.read<{ id: string }>(STILL_VALID, [JSON.stringify(keys.map(({ id }) => [id]))])
    const valid = new Set(rows.map(({ id }) => id))
    for (const key of keys) {
      if (valid.has(key.id)) key.checkedAt = askedAt
      else forget(key)
    }
  }
}

export interface KeyCheckOptions {
  readonly db: Database
  readonly clock: Clock
  forget(key: CachedKey): void
}

const STILL_VALID = `
select api_keys.id from (select value->>0 as v_id from rows($1)) as v
join api_keys on api_keys.id = v.v_id where revoked_at is null`
