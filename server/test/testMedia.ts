import { Readable } from 'node:stream'
import type { Clock } from '../src/clock.ts'
import { systemClock } from '../src/clock.ts'
import type { Database } from '../src/db/database.ts'
import { createIds } from '../src/ids.ts'
import { createMedia, type RunningMedia } from '../src/media/createMedia.ts'
import type { FetchRemote, Kept, Media, MediaEvent, Upload } from '../src/media/media.ts'

export interface TestMedia extends RunningMedia {
  readonly events: readonly MediaEvent[]
  readonly troubles: readonly unknown[]
}

/** Media in a store, not started: on the system's clock, small, and with carriers that have nothing, unless said otherwise. */
export function createTestMedia(
  db: Database,
  options: {
    readonly clock?: Clock
    readonly bytesMax?: number
    readonly quotaBytes?: number
    readonly fetchRemote?: FetchRemote
  } = {},
): TestMedia {
  const { clock = systemClock, bytesMax = 4_000_000, quotaBytes = 10_000_000 } = options
  const events: MediaEvent[] = []
  const troubles: unknown[] = []
  const media = createMedia({
    db,
    clock,
    newId: createIds(clock),
    settings: { bytesMax, quotaBytes },
    fetchRemote: options.fetchRemote ?? (async () => ({ kind: 'gone', reason: 'no such carrier' })),
    observe: (event) => events.push(event),
    trouble: (error) => troubles.push(error),
  })
  return { ...media, events, troubles }
}

/** An upload of the account 'acme', of a JPEG image unless said otherwise. */
export function uploadOf(bytes: AsyncIterable<Uint8Array>, more: Partial<Upload> = {}): Upload {
  const about = { accountId: 'acme', declaredType: null, announcedBytes: null, fileName: null }
  return { ...about, validityMs: 60 * 60_000, bytes, ...more }
}

/** What was kept; throws with what came instead. */
export function keptOf(kept: Kept): Media {
  if (kept.kind !== 'kept') throw new Error(`not kept: ${kept.kind}`)
  return kept.media
}

/** The start of a JPEG image, and then numbers that tell every place in it. */
export function jpegOf(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let i = 0; i + 4 <= size; i += 4) bytes.writeUInt32LE(Math.imul(i, 2_654_435_761) >>> 0, i)
  bytes.set([0xff, 0xd8, 0xff, 0xe0].slice(0, size))
  return bytes
}

/** The bytes in pieces, as a network brings them. */
export function inPieces(bytes: Buffer, pieceBytes = 65_536): Readable {
  return Readable.from(pieces(bytes, pieceBytes))
}

function* pieces(bytes: Buffer, pieceBytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}

/** How many rows of each kind the store holds. */
export async function storedCounts(db: Database): Promise<{ media: number; files: number; chunks: number }> {
  const [row] = await db.read(`
    select (select count(*) from media) as media, (select count(*) from media_files) as files,
      (select count(*) from media_chunks) as chunks`)
  return { media: Number(row?.media), files: Number(row?.files), chunks: Number(row?.chunks) }
}
