import type { Database, Row, Transaction } from '../db/database.ts'
import { dropFiles } from './dropFiles.ts'
import type { Media, MediaOrigin, MediaPage } from './media.ts'

/** A row of media as it is kept. */
export type StoredMedia =
  | { readonly kind: 'here'; readonly media: Media; readonly fileId: string }
  /** Still at its carrier. */
  | { readonly kind: 'remote'; readonly id: string }
  /** It was never got from its carrier. */
  | { readonly kind: 'lost' }

const COLUMNS = 'id, origin, content_type, size, file_name, file_id, due_at, created_at, expires_at'

/** Null: unknown to the account, or over. */
export async function findMedia(
  db: Database,
  { accountId, id, now }: { readonly accountId: string; readonly id: string; readonly now: number },
): Promise<StoredMedia | null> {
  const [row] = await db.read(FIND, [id, accountId, now])
  if (row === undefined) return null
  if (row.file_id !== null) return { kind: 'here', media: mediaFromRow(row), fileId: String(row.file_id) }
  return row.due_at === null ? { kind: 'lost' } : { kind: 'remote', id }
}

const FIND = `select ${COLUMNS} from media where id = $1 and account_id = $2 and expires_at > $3`

/** Reads a row of COLUMNS whose file is here. Rows are our own, written by this folder, so they are trusted. */
function mediaFromRow(row: Row): Media {
  return {
    id: row.id as string,
    origin: row.origin as MediaOrigin,
    contentType: row.content_type as string,
    size: row.size as number,
    fileName: row.file_name as string | null,
    createdAt: row.created_at as number,
    expiresAt: row.expires_at as number,
  }
}

/** What an account uploaded, newest first, and how many that is. */
export async function listUploads(
  db: Database,
  { accountId, page, now }: { readonly accountId: string; readonly page: MediaPage; readonly now: number },
): Promise<{ media: Media[]; total: number }> {
  const [rows, counted] = await Promise.all([
    db.read(LIST, [accountId, now, page.size, page.number * page.size]),
    db.read(COUNT, [accountId, now]),
  ])
  return { media: rows.map(mediaFromRow), total: Number(counted[0]?.n ?? 0) }
}

const LIST = `
select ${COLUMNS} from media where account_id = $1 and origin = 'uploaded' and expires_at > $2
order by id desc limit $3 offset $4`
const COUNT = `select count(*) as n from media where account_id = $1 and origin = 'uploaded' and expires_at > $2`

/** Bytes that an account's files of one origin take, unfinished ones included. */
export async function readUsage(
  db: Database,
  { accountId, origin }: { readonly accountId: string; readonly origin: MediaOrigin },
): Promise<number> {
  const [row] = await db.read('select bytes from media_usage where account_id = $1 and origin = $2', [
    accountId,
    origin,
  ])
  return Number(row?.bytes ?? 0)
}

/** Makes a finished file known. */
export function insertUpload(
  tx: Transaction,
  { media, accountId, fileId }: { readonly media: Media; readonly accountId: string; readonly fileId: string },
): void {
  const { id, contentType, size, fileName, createdAt, expiresAt } = media
  tx.run(INSERT_UPLOAD, [id, accountId, contentType, size, fileName, fileId, createdAt, expiresAt])
}

const INSERT_UPLOAD = `
insert into media (id, account_id, origin, content_type, size, file_name, file_id, attempts, created_at, expires_at)
values ($1, $2, 'uploaded', $3, $4, $5, $6, 0, $7, $8)`

/** Returns false where there is nothing to remove. */
export async function deleteMedia(
  db: Database,
  { accountId, id, now }: { readonly accountId: string; readonly id: string; readonly now: number },
): Promise<boolean> {
  return db.write(async (tx) => {
    const deleted = await tx.all(DELETE, [id, accountId, now])
    await dropFiles(tx, fileIdsOf(deleted))
    return deleted.length > 0
  })
}

const DELETE = 'delete from media where id = $1 and account_id = $2 and expires_at > $3 returning file_id'

/** Deletes media whose time is over with their files, a few at a time. Returns how many. */
export async function deleteExpired(
  db: Database,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<number> {
  return db.write(async (tx) => {
    const deleted = await tx.all(DELETE_EXPIRED, [now, limit])
    await dropFiles(tx, fileIdsOf(deleted))
    return deleted.length
  })
}

const DELETE_EXPIRED = `
delete from media where id in (
  select id from media where expires_at <= $1 order by expires_at limit $2 {pg:for update skip locked})
returning file_id`

function fileIdsOf(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => (row.file_id === null ? [] : [String(row.file_id)]))
}
