import type { Clock } from '../clock.ts'
import type { Database, Row } from '../db/database.ts'
import { createIds } from '../ids.ts'
import { hashKey, makeKey } from './keyFormat.ts'
import { isScope, type Scope } from './scopes.ts'

/** What the store knows of a key that we made; never the key itself. */
export interface ApiKey {
  readonly id: string
  readonly accountId: string
  /** The 8 characters after `hg_`, enough for a person to tell keys apart. */
  readonly prefix: string
  readonly scopes: readonly Scope[]
  readonly name: string | null
  readonly createdAt: number
  readonly revokedAt: number | null // null: valid
}

/** Makes and records a key. The key itself is in the result and nowhere else, ever. */
export async function createApiKey(
  { db, clock }: { db: Database; clock: Clock },
  wanted: { accountId: string; scopes: readonly Scope[]; name: string | null },
): Promise<ApiKey & { key: string }> {
  const { key, prefix } = makeKey()
  const apiKey: ApiKey = { ...wanted, id: createIds(clock)(), prefix, createdAt: clock.now(), revokedAt: null }
  const row = [
    apiKey.id,
    wanted.accountId,
    prefix,
    hashKey(key),
    wanted.scopes.join(' '),
    wanted.name,
    apiKey.createdAt,
  ]
  await db.write((tx) => tx.run(INSERT, row))
  return { ...apiKey, key }
}

const INSERT = `
insert into api_keys (id, account_id, prefix, hash, scopes, name, created_at) values ($1, $2, $3, $4, $5, $6, $7)`

/** All keys of an account, or of all accounts, revoked ones too, oldest first. */
export async function listApiKeys(db: Database, accountId: string | null): Promise<ApiKey[]> {
  const rows = await db.read<KeyRow>(LIST, [accountId])
  return rows.map(({ id, account_id, prefix, scopes, name, created_at, revoked_at }) => ({
    id,
    accountId: account_id,
    prefix,
    scopes: scopesOf(scopes),
    name,
    createdAt: created_at,
    revokedAt: revoked_at,
  }))
}

const LIST = `
select id, account_id, prefix, scopes, name, created_at, revoked_at from api_keys
where account_id = coalesce(cast($1 as text), account_id) order by created_at, id`

interface KeyRow extends Row {
  id: string
  account_id: string
  prefix: string
  scopes: string
  name: string | null
  created_at: number
  revoked_at: number | null
}

/** Ends a key for good and gives its hash; null when the account (null: any) has no such valid key. */
export async function revokeApiKey(
  { db, clock }: { db: Database; clock: Clock },
  key: { accountId: string | null; id: string },
): Promise<string | null> {
  const revoked = await db.write((tx) => tx.all<{ hash: string }>(REVOKE, [key.id, key.accountId, clock.now()]))
  return revoked[0]?.hash ?? null
}

const REVOKE = `
update api_keys set revoked_at = $3
where id = $1 and account_id = coalesce(cast($2 as text), account_id) and revoked_at is null
returning hash`

/** A scope that this version does not know (written by a later one) grants nothing here. */
export function scopesOf(text: string): Scope[] {
  return text.split(' ').filter(isScope)
}
