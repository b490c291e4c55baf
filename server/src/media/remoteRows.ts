import type { Database, Transaction } from '../db/database.ts'
import type { RemoteMedia } from './media.ts'
import { finishFile } from './mediaFiles.ts'

/** A file that this node is about to fetch; nobody else does for HELD_MS. */
export interface ClaimedRemote {
  readonly id: string
  readonly accountId: string
  readonly carrierId: string
  readonly remoteId: string
  readonly contentType: string | null
  /** How often it was tried, this time included; tells this claim from later ones. */
  readonly attempts: number
  readonly createdAt: number
}

/** Longer than an attempt can take, so that a second one begins only where the first one's node is gone. */
const HELD_MS = 15 * 60_000

/** Notes that a carrier has a file, due at once. */
export function insertRemote(
  tx: Transaction,
  { id, remote, now, expiresAt }: { id: string; remote: RemoteMedia; now: number; expiresAt: number },
): void {
  const { accountId, carrierId, remoteId, contentType, fileName } = remote
  tx.run(INSERT, [id, accountId, contentType, fileName, carrierId, remoteId, now, expiresAt])
}

const INSERT = `
insert into media (id, account_id, origin, content_type, file_name, carrier_id, remote_id, attempts, due_at, created_at,
  expires_at)
values ($1, $2, 'received', $3, $4, $5, $6, 0, $7, $7, $8)`

/** Whether anything is due; readers hold nobody up, so the writer is asked only then. */
export async function isAnyDue(db: Database, now: number): Promise<boolean> {
  return (await db.read(ANY_DUE, [now])).length > 0
}

const ANY_DUE = `
select id from media where due_at <= $1 and (held_until is null or held_until <= $1) limit 1`

/** Takes what is due, oldest first. Skips rows that another node is taking. */
export function claimDue(db: Database, { now, limit }: { now: number; limit: number }): Promise<ClaimedRemote[]> {
  return claim(db, CLAIM_DUE, [now + HELD_MS, now, limit])
}

/** Takes one that somebody waits for, due or not. Null: it is being fetched, or just was, or has come. */
export async function claimOne(
  db: Database,
  { id, now }: { readonly id: string; readonly now: number },
): Promise<ClaimedRemote | null> {
  return (await claim(db, CLAIM_ONE, [now + HELD_MS, now, id]))[0] ?? null
}

async function claim(db: Database, sql: string, params: (string | number)[]): Promise<ClaimedRemote[]> {
  const rows = await db.write((tx) => tx.all(sql, params))
  return rows.map((row) => ({
    id: row.id as string,
    accountId: row.account_id as string,
    carrierId: row.carrier_id as string,
    remoteId: row.remote_id as string,
    contentType: row.content_type as string | null,
    attempts: row.attempts as number,
    createdAt: row.created_at as number,
  }))
}

const CLAIMED = 'id, account_id, carrier_id, remote_id, content_type, attempts, created_at'

const CLAIM_DUE = `
update media set held_until = $1, attempts = attempts + 1 where id in (
  select id from media where due_at <= $2 and (held_until is null or held_until <= $2)
  order by due_at limit $3 {pg:for update skip locked})
returning ${CLAIMED}`

const CLAIM_ONE = `
update media set held_until = $1, attempts = attempts + 1
where id = $3 and due_at is not null and (held_until is null or held_until <= $2)
returning ${CLAIMED}`

/** Makes a file the media's own. False: it was removed meanwhile, or is fetched by somebody else. */
export async function recordFetched(
  db: Database,
  {
    claimed,
    file,
    now,
  }: {
    readonly claimed: ClaimedRemote
    readonly file: { readonly fileId: string; readonly size: number; readonly contentType: string }
    readonly now: number
  },
): Promise<boolean> {
  return db.write(async (tx) => {
    const params = [claimed.id, claimed.attempts, file.fileId, file.size, file.contentType]
    const recorded = (await tx.all(RECORD_FETCHED, params)).length > 0
    if (recorded) await finishFile(tx, { fileId: file.fileId, now })
    return recorded
  })
}

const RECORD_FETCHED = `
update media set file_id = $3, size = $4, content_type = $5, due_at = null, held_until = null
where id = $1 and attempts = $2 and due_at is not null returning id`

/** Plans the next attempt; a null `dueAt` is the end of them. */
export async function recordFailed(
  db: Database,
  {
    claimed,
    dueAt,
    heldUntil,
  }: { readonly claimed: ClaimedRemote; readonly dueAt: number | null; readonly heldUntil: number },
): Promise<void> {
  await db.write((tx) => tx.run(RECORD_FAILED, [claimed.id, claimed.attempts, dueAt, heldUntil]))
}

const RECORD_FAILED = `
update media set due_at = $3, held_until = $4 where id = $1 and attempts = $2 and due_at is not null`
