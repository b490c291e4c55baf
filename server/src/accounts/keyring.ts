import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable, type Row } from '../db/database.ts'
import type { Account } from './account.ts'
import { revokeApiKey, scopesOf } from './apiKeys.ts'
import { type CachedKey, createKeyCheck } from './checkKeys.ts'
import { DEMO_ACCOUNT } from './demoAccount.ts'
import { hashKey, prefixOfKey } from './keyFormat.ts'
import { SCOPES, type Scope } from './scopes.ts'

/** On whose behalf a request acts, and what it may do. */
export interface Principal {
  readonly accountId: string
  /** Names the key in logs and limits without being it. */
  readonly keyId: string
  readonly scopes: ReadonlySet<Scope>
  readonly requestsPerSecond: number | null // null: no limit
}

export interface Keyring {
  /**
   * Whose key this is. Answers at once for keys of the config file and for keys seen in the last second, else from the
   * store. Rejects with DatabaseUnavailable when the store cannot be asked: a key is never trusted longer than
   * `TRUSTED_MS`, so that one revoked anywhere stops working within that time.
   */
  find(presentedKey: string): Principal | 'unknown' | Promise<Principal | 'unknown'>
  /** Ends a key, here at once; false when the account (null: any) has no such valid key. */
  revoke(key: { accountId: string | null; id: string }): Promise<boolean>
}

export interface KeyringOptions {
  readonly db: Database
  readonly clock: Clock
  readonly accounts: readonly Account[]
  /** The key of the demo account; null: there is no demo. */
  readonly demoKey: string | null
}

export function createKeyring({ db, clock, accounts, demoKey }: KeyringOptions): Keyring {
  const accountsById = new Map(accounts.map((account) => [account.id, account]))
  const configured = configuredPrincipals(accounts, demoKey)
  const cached = new Map<string, CachedKey>()
  const unknown = new Set<string>()
  const lookUps = new Map<string, Promise<Principal | 'unknown'>>()
  const check = createKeyCheck({ db, clock, forget: (key) => forget(key.hash) })

  return {
    find(presentedKey) {
      if (presentedKey.length > KEY_CHARACTERS_MAX) return 'unknown'
      const hash = hashKey(presentedKey)
      const key = configured.get(hash)
      if (key !== undefined) return key
      const created = cached.get(hash)
      if (created !== undefined) return trust(created)
      const prefix = prefixOfKey(presentedKey)
      if (prefix === null || unknown.has(hash)) return 'unknown'
      return lookUps.get(hash) ?? lookUpOnce(hash, prefix)
    },

    async revoke(key) {
      const hash = await revokeApiKey({ db, clock }, key)
      if (hash !== null) forget(hash)
      return hash !== null
    },
  }

  function trust(key: CachedKey): Principal | Promise<Principal | 'unknown'> {
    const age = clock.now() - key.checkedAt
    if (age >= 0 && age < RECHECKED_MS) return key.principal
    const checked = check(key)
    if (age >= 0 && age < TRUSTED_MS) {
      // Asked in the background. If that fails the key soon is too old, and whoever then waits for it gets the error.
      checked.catch(() => {})
      return key.principal
    }
    return checked.then(() => (cached.get(key.hash) === key ? key.principal : 'unknown'))
  }

  function lookUpOnce(hash: string, prefix: string): Promise<Principal | 'unknown'> {
    if (lookUps.size >= LOOK_UPS_OPEN_MAX) {
      return Promise.reject(new DatabaseUnavailable('too many API keys are being looked up'))
    }
    const lookUp = lookUpKey(hash, prefix).finally(() => lookUps.delete(hash))
    lookUps.set(hash, lookUp)
    return lookUp
  }

  async function lookUpKey(hash: string, prefix: string): Promise<Principal | 'unknown'> {
    const checkedAt = clock.now()
    const [row] = await db.read<StoredKey>(FIND, [prefix])
    const account = row && isSame(row.hash, hash) ? accountsById.get(row.account_id) : undefined
    // Revoked here while the store was being asked.
    if (row === undefined || account === undefined || unknown.has(hash)) {
      forget(hash)
      return 'unknown'
    }
    const principal = principalOf(account, row.id, scopesOf(row.scopes))
    cached.set(hash, { id: row.id, hash, principal, checkedAt, checking: null })
    if (cached.size > CACHED_KEYS_MAX) dropOldest(cached)
    return principal
  }

  /** A key that is not valid now never will be: keys are made of new randomness and a revocation is final. */
  function forget(hash: string): void {
    cached.delete(hash)
    unknown.add(hash)
    if (unknown.size > CACHED_KEYS_MAX) dropOldest(unknown)
  }
}

/** How long a key works after somebody else's process revoked it, at most (and while one read of the store takes). */
export const TRUSTED_MS = 1_000
/** Keys in use are asked for again from this age on, in the background, so that no request waits for it. */
const RECHECKED_MS = 500
/** Longer text is no key of ours or of the config file. */
const KEY_CHARACTERS_MAX = 256
/** Kept in memory, valid and unknown ones each; one more costs a read of the store. */
const CACHED_KEYS_MAX = 10_000
const LOOK_UPS_OPEN_MAX = 1_000

const FIND = 'select id, account_id, hash, scopes from api_keys where prefix = $1 and revoked_at is null'

interface StoredKey extends Row {
  id: string
  account_id: string
  hash: string
  scopes: string
}

/** By hash of the key, so that keys do not lie about in memory in the clear. */
function configuredPrincipals(accounts: readonly Account[], demoKey: string | null): Map<string, Principal> {
  const principals = new Map<string, Principal>()
  for (const account of accounts) {
    account.apiKeys.forEach(({ key, scopes }, index) => {
      // Not the key's name: two accounts may use the same.
      principals.set(hashKey(key), principalOf(account, `${account.id}-config-${index + 1}`, scopes))
    })
  }
  if (demoKey !== null) principals.set(hashKey(demoKey), principalOf(DEMO_ACCOUNT, 'demo', SCOPES))
  return principals
}

function principalOf(account: Account, keyId: string, scopes: readonly Scope[]): Principal {
  return {
    accountId: account.id,
    keyId,
    scopes: new Set(scopes),
    requestsPerSecond: account.limits.requestsPerSecond,
  }
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function dropOldest(collection: Map<string, unknown> | Set<string>): void {
  for (const oldest of collection.keys()) {
    collection.delete(oldest)
    return
  }
}
