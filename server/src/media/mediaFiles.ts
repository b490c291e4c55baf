import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db/database.ts'
import type { MediaOrigin } from './media.ts'

/**
 * Who has a file. Its bytes are written in chunks, each a row and a transaction of its own, so that every node can read
 * them and nobody needs to hold a whole file. One that nobody finished is seen by nobody, and dropped after a while.
 */
export interface FileOwner {
  readonly accountId: string
  readonly origin: MediaOrigin
}

export interface FileLimits {
  readonly quotaBytes: number
  readonly filesMax: number
}

/**
 * Of bytes; in base64 a third more. A write of one holds up all other writers for about 2 ms on SQLite and 8 ms on
 * PostgreSQL (measured on two busy cores); larger ones are no faster altogether.
 */
export const CHUNK_BYTES = 128 * 1_024

/** What an account may have is used up. */
export class OverQuota extends Error {}

/** Somebody swept the file away: it took too long to write. */
export class FileGone extends Error {}

/**
 * Adds a chunk to a file, and begins the file with the first one. The bytes count against the quota at once, so that
 * many uploads together cannot go beyond it. Throws OverQuota or FileGone, and then nothing has changed.
 */
export async function appendChunk(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  {
    fileId,
    number,
    bytes,
    owner,
    limits,
  }: {
    readonly fileId: string
    /** From 0. */
    readonly number: number
    readonly bytes: Buffer
    readonly owner: FileOwner
    readonly limits: FileLimits
  },
): Promise<void> {
  const { accountId, origin } = owner
  const begins = number === 0
  const now = clock.now()
  await db.write(async (tx) => {
    if (begins) {
      tx.run(BEGIN_FILE, [fileId, accountId, origin, now + WRITING_MS])
      tx.run(BEGIN_USAGE, [accountId, origin])
    }
    // The file before the usage, as everywhere, so that no two nodes wait for each other.
    const grown = tx.all(GROW_FILE, [fileId, bytes.length, now])
    const reserved = tx.all(RESERVE, [
      accountId,
      origin,
      bytes.length,
      begins ? 1 : 0,
      limits.quotaBytes,
      limits.filesMax,
    ])
    tx.run(INSERT_CHUNK, [fileId, number, bytes.toString('base64')])
    if ((await grown).length === 0) throw new FileGone()
    if ((await reserved).length === 0) throw new OverQuota()
  })
}

/** Longer than any file may take to come, and to be written. */
const WRITING_MS = 15 * 60_000

const BEGIN_FILE = 'insert into media_files (id, account_id, origin, bytes, writing_until) values ($1, $2, $3, 0, $4)'

const BEGIN_USAGE = `
insert into media_usage (account_id, origin, bytes, files) values ($1, $2, 0, 0)
on conflict (account_id, origin) do nothing`

const GROW_FILE = `
update media_files set bytes = bytes + $2 where id = $1 and writing_until > $3 returning id`

const RESERVE = `
update media_usage set bytes = bytes + $3, files = files + $4
where account_id = $1 and origin = $2 and bytes + $3 <= $5 and files + $4 <= $6
returning bytes`

const INSERT_CHUNK = 'insert into media_chunks (file_id, number, data) values ($1, $2, $3)'

/** Makes a file whole, in the transaction that makes it known. Throws FileGone when it was swept away. */
export async function finishFile(
  tx: Transaction,
  { fileId, now }: { readonly fileId: string; readonly now: number },
): Promise<void> {
  if ((await tx.all(FINISH, [fileId, now])).length === 0) throw new FileGone()
}

const FINISH = 'update media_files set writing_until = null where id = $1 and writing_until > $2 returning id'

/** The bytes of a whole file, a chunk in memory at a time. Fails when it is deleted meanwhile. */
export async function* readFile(
  db: Database,
  { fileId, size }: { readonly fileId: string; readonly size: number },
): AsyncGenerator<Buffer, void, undefined> {
  let read = 0
  for (let number = 0; read < size; number++) {
    const [row] = await db.read(READ_CHUNK, [fileId, number])
    if (row === undefined) throw new FileGone('The file was deleted while it was read')
    const bytes = Buffer.from(String(row.data), 'base64')
    read += bytes.length
    yield bytes
  }
}

const READ_CHUNK = 'select data from media_chunks where file_id = $1 and number = $2'
