import type { Database, Transaction } from '../db/database.ts'

/**
 * Takes files from whoever had them and gives back what they took. Their chunks are deleted later, a few at a time:
 * those of one large file together would hold up all other writers for longer than a message may wait.
 */
export async function dropFiles(tx: Transaction, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return
  const ids = JSON.stringify(fileIds.map((id) => [id]))
  const files = await tx.all(HOLD, [ids])
  tx.run('update media_files set writing_until = 0 where id in (select value->>0 from rows($1))', [ids])
  const rows = JSON.stringify(files.map(({ account_id, origin, bytes }) => [account_id, origin, bytes]))
  tx.run(HOLD_USAGE, [rows])
  tx.run(GIVE_BACK, [rows])
}

/** What was dropped before has nothing more to give back. */
const HOLD = `
select account_id, origin, bytes from media_files
where id in (select value->>0 from rows($1)) and (writing_until is null or writing_until > 0)
order by id {pg:for update}`

/** Files before usage and both in order, so that no two nodes wait for each other. */
const HOLD_USAGE = `
select bytes from media_usage where (account_id, origin) in (select value->>0, value->>1 from rows($1))
order by account_id, origin {pg:for update}`

const GIVE_BACK = `
update media_usage set bytes = media_usage.bytes - v.v_bytes, files = media_usage.files - v.v_files
from (select value->>0 as v_account, value->>1 as v_origin, sum(cast(value->>2 as bigint)) as v_bytes,
  count(*) as v_files from rows($1) group by value->>0, value->>1) as v
where media_usage.account_id = v.v_account and media_usage.origin = v.v_origin`

/** Drops an unfinished file. One that was finished after all, by a commit whose answer was lost, stays. */
export async function discardFile(db: Database, fileId: string): Promise<void> {
  await db.write(async (tx) => dropFiles(tx, idsOf(await tx.all(HOLD_IF_UNFINISHED, [fileId]))))
}

const HOLD_IF_UNFINISHED = 'select id from media_files where id = $1 and writing_until > 0 {pg:for update}'

/** Drops files that nobody will finish any more. */
export async function dropUnfinished(
  db: Database,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<void> {
  await db.write(async (tx) => dropFiles(tx, idsOf(await tx.all(HOLD_UNFINISHED, [now, limit]))))
}

const HOLD_UNFINISHED = `
select id from media_files where writing_until > 0 and writing_until <= $1
order by id limit $2 {pg:for update skip locked}`

function idsOf(rows: readonly { readonly id?: unknown }[]): string[] {
  return rows.map((row) => String(row.id))
}

/** Deletes some chunks of one dropped file, and the file with the last of them. */
export async function shredDropped(db: Database): Promise<void> {
  await db.write(async (tx) => {
    const [file] = await tx.all(HOLD_DROPPED)
    if (file === undefined) return
    const fileId = String(file.id)
    const deleted = await tx.all(DELETE_CHUNKS, [fileId, BATCH_CHUNKS_MAX])
    if (deleted.length < BATCH_CHUNKS_MAX) tx.run('delete from media_files where id = $1', [fileId])
  })
}

const BATCH_CHUNKS_MAX = 16

const HOLD_DROPPED =
  'select id from media_files where writing_until = 0 order by id limit 1 {pg:for update skip locked}'

const DELETE_CHUNKS = `
delete from media_chunks where file_id = $1 and number in (
  select number from media_chunks where file_id = $1 order by number limit $2)
returning number`
