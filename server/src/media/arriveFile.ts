import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable } from '../db/database.ts'
import type { WriteQueue } from '../db/writeQueue.ts'
import { chunksOf, type Stopped } from './chunksOf.ts'
import { discardFile } from './dropFiles.ts'
import type { TypeVerdict } from './judgeType.ts'
import { appendChunk, FileGone, type FileLimits, type FileOwner, OverQuota } from './mediaFiles.ts'
import { HEAD_BYTES } from './mediaTypes.ts'

export interface FileArrivals {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
  /** Chunks are written one at a time, so that messages wait for one of them at most and not for those of all files. */
  readonly turns: WriteQueue
  readonly limits: FileLimits & { readonly bytesMax: number }
}

export interface ArrivingFile {
  readonly owner: FileOwner
  readonly bytes: AsyncIterable<Uint8Array>
  /** Judges the first HEAD_BYTES, or all there are. */
  readonly judge: (head: Buffer) => TypeVerdict
}

export type Arrival =
  /** All of it is written, but it is nobody's yet: see finishFile. */
  | { readonly kind: 'arrived'; readonly fileId: string; readonly size: number; readonly contentType: string }
  | Extract<TypeVerdict, { kind: 'wrong' }>
  | Stopped
  | { readonly kind: 'empty' | 'over quota' }

/**
 * Writes bytes as they come, a chunk of them in memory. Unless they arrive whole nothing is left of them. Does not
 * close `bytes`.
 */
export async function arriveFile(arrivals: FileArrivals, file: ArrivingFile): Promise<Arrival> {
  const fileId = arrivals.newId()
  let arrival: Arrival | null = null
  try {
    arrival = await writeFile(arrivals, file, fileId)
    return arrival
  } finally {
    if (arrival?.kind !== 'arrived') await discard(arrivals.db, fileId)
  }
}

/** Deletes a file that will not be finished. While the store is away nothing is lost: a sweeper finds it later. */
export async function discard(db: Database, fileId: string): Promise<void> {
  try {
    await discardFile(db, fileId)
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error
  }
}

async function writeFile(
  { db, clock, turns, limits }: FileArrivals,
  { owner, bytes, judge }: ArrivingFile,
  fileId: string,
): Promise<Arrival> {
  let contentType: string | null = null // null: nothing has come
  let number = 0
  let size = 0
  for await (const chunk of chunksOf(bytes, { clock, bytesMax: limits.bytesMax })) {
    if (!Buffer.isBuffer(chunk)) return chunk
    if (contentType === null) {
      const verdict = judge(chunk.subarray(0, HEAD_BYTES))
      if (verdict.kind === 'wrong') return verdict
      contentType = verdict.contentType
    }
    const written = turns.run(() => appendChunk({ db, clock }, { fileId, number, bytes: chunk, owner, limits }))
    const failed = await written.then(() => null, asFailed)
    if (failed !== null) return failed
    number += 1
    size += chunk.length
  }
  return contentType === null ? { kind: 'empty' } : { kind: 'arrived', fileId, size, contentType }
}

function asFailed(error: unknown): Arrival {
  if (error instanceof OverQuota) return { kind: 'over quota' }
  if (error instanceof FileGone) return { kind: 'too slow' }
  throw error
}
