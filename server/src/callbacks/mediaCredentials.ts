import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import type { Sealer } from '../sealer.ts'
import { sealPlaces } from './sealPlaces.ts'

/** What an account's own media store asks of whoever fetches from it. */
export type MediaCredentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'oauth2'; readonly clientId: string; readonly clientSecret: string; readonly url: string }

/** The same as they are shown: what is secret never is. */
export type ShownMediaCredentials =
  | { readonly kind: 'basic'; readonly username: string }
  | { readonly kind: 'oauth2'; readonly clientId: string; readonly url: string }

/** Null: the account has none. */
export async function readMediaCredentials(db: Database, accountId: string): Promise<ShownMediaCredentials | null> {
  const [row] = await db.read<{ kind: string; name: string; token_url: string | null }>(
    'select kind, name, token_url from media_credentials where account_id = $1',
    [accountId],
  )
  if (row === undefined) return null
  return row.kind === 'oauth2'
    ? { kind: 'oauth2', clientId: row.name, url: row.token_url ?? '' }
    : { kind: 'basic', username: row.name }
}

/** Puts them in the place of those before. */
export async function writeMediaCredentials(
  { db, clock, sealer }: { db: Database; clock: Clock; sealer: Sealer },
  accountId: string,
  credentials: MediaCredentials,
): Promise<void> {
  const { kind, name, secret, url } = partsOf(credentials)
  const sealed = sealer.seal(secret, sealPlaces.mediaCredentials(accountId))
  await db.write((tx) => tx.run(upsertSql, [accountId, kind, name, sealed, url, clock.now()]))
}

const upsertSql = `
  insert into media_credentials (account_id, kind, name, secret, token_url, updated_at)
  select $1, $2, $3, $4, $5, cast($6 as bigint) where true
  on conflict (account_id) do update set kind = excluded.kind, name = excluded.name, secret = excluded.secret,
    token_url = excluded.token_url, updated_at = excluded.updated_at`

function partsOf(credentials: MediaCredentials) {
  if (credentials.kind === 'basic') {
    return { kind: 'basic', name: credentials.username, secret: credentials.password, url: null }
  }
  return { kind: 'oauth2', name: credentials.clientId, secret: credentials.clientSecret, url: credentials.url }
}

export async function deleteMediaCredentials(db: Database, accountId: string): Promise<void> {
  await db.write((tx) => tx.run('delete from media_credentials where account_id = $1', [accountId]))
}
