import { Readable } from 'node:stream'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { isStorableText } from '../db/storableText.ts'
import { WriteQueue } from '../db/writeQueue.ts'
import { arriveFile, discard, type FileArrivals } from './arriveFile.ts'
import type { MediaSettings } from './config.ts'
import { RemoteFetcher } from './fetchRemotes.ts'
import { cleanFileName } from './fileName.ts'
import { judgeUpload } from './judgeType.ts'
import {
  type FetchRemote,
  type Kept,
  type Media,
  type MediaEvent,
  type MediaStore,
  type OpenedMedia,
  RECEIVED_MEDIA_MS,
  type Upload,
} from './media.ts'
import { FileGone, finishFile, readFile } from './mediaFiles.ts'
import { deleteMedia, findMedia, insertUpload, listUploads, readUsage } from './mediaRows.ts'
import { insertRemote } from './remoteRows.ts'
import { createMediaSweeper } from './sweepMedia.ts'
import { UploadPlaces } from './uploadPlaces.ts'
import { withinTime } from './withinTime.ts'

export interface MediaOptions {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
  readonly settings: MediaSettings
  readonly fetchRemote: FetchRemote
  readonly observe: (event: MediaEvent) => void
  readonly trouble: (error: unknown) => void
}

/** Media, and what works on them by itself: a fetcher of what carriers have, and a sweeper. */
export interface RunningMedia extends MediaStore {
  start(): void
  stop(): Promise<void>
}

export function createMedia(options: MediaOptions): RunningMedia {
  const { db, clock, newId, settings, trouble } = options
  const turns = new WriteQueue()
  const arrivals: FileArrivals = { db, clock, newId, turns, limits: { ...settings, filesMax: FILES_MAX } }
  const places = new UploadPlaces()
  const fetcher = new RemoteFetcher({ ...options, arrivals })
  const sweeper = createMediaSweeper({ db, clock, trouble })
  // Ids are also what customers wrote into messages.
  const find = async (accountId: string, id: string) =>
    isStorableText(id) ? findMedia(db, { accountId, id, now: clock.now() }) : null

  return {
    start() {
      fetcher.start()
      sweeper.start()
    },

    async stop() {
      await Promise.all([fetcher.stop(), sweeper.stop()])
    },

    async keep(upload) {
      const place = places.take(upload.accountId)
      if (typeof place === 'string') return { kind: 'busy', whose: place }
      try {
        return await keepUpload(arrivals, upload)
      } finally {
        place.leave()
      }
    },

    async open(accountId, id) {
      const found = await find(accountId, id)
      return found?.kind === 'here' ? opened(db, found) : null
    },

    async openOrFetch(accountId, id) {
      let found = await find(accountId, id)
      if (found?.kind === 'remote') {
        await withinTime(fetcher.fetchNow(id), { clock, timeoutMs: FETCH_WAIT_MS, late: undefined })
        found = await find(accountId, id)
      }
      if (found?.kind === 'remote') return 'not yet'
      return found?.kind === 'here' ? opened(db, found) : null
    },

    async read(accountId, id) {
      const found = await find(accountId, id)
      return found?.kind === 'here' ? found.media : null
    },

    list: (accountId, page) => listUploads(db, { accountId, page, now: clock.now() }),
    remove: (accountId, id) => deleteMedia(db, { accountId, id, now: clock.now() }),

    async usage(accountId) {
      return { bytes: await readUsage(db, { accountId, origin: 'uploaded' }), quotaBytes: settings.quotaBytes }
    },

    remote(tx, remote) {
      const id = newId()
      const now = clock.now()
      const contentType = remote.contentType !== null && isStorableText(remote.contentType) ? remote.contentType : null
      const clean = { ...remote, contentType, fileName: cleanFileName(remote.fileName) }
      insertRemote(tx, { id, remote: clean, now, expiresAt: now + RECEIVED_MEDIA_MS })
      return id
    },
  }
}

/** Of an account and one origin; small ones have a cost besides their bytes. */
const FILES_MAX = 10_000
/** How long somebody who asks for a file waits while it is fetched. */
const FETCH_WAIT_MS = 10_000

async function keepUpload(
  arrivals: FileArrivals,
  { accountId, declaredType, announcedBytes, fileName, validityMs, bytes }: Upload,
): Promise<Kept> {
  const { db, clock, newId, limits } = arrivals
  if (announcedBytes !== null && announcedBytes > limits.bytesMax) return { kind: 'too large', ...limits }
  const name = cleanFileName(fileName)
  const arrival = await arriveFile(arrivals, {
    owner: { accountId, origin: 'uploaded' },
    bytes,
    judge: (head) => judgeUpload(head, { declaredType, fileName: name }),
  })
  switch (arrival.kind) {
    case 'arrived':
      break
    case 'wrong':
      return { kind: 'wrong type', reason: arrival.reason }
    case 'too large':
    case 'over quota':
      return { kind: arrival.kind, ...limits }
    default:
      return { kind: arrival.kind }
  }
  const { fileId, size, contentType } = arrival
  const now = clock.now()
  const about = { id: newId(), origin: 'uploaded', contentType, size, fileName: name } as const
  const media: Media = { ...about, createdAt: now, expiresAt: now + validityMs }
  let isKept = false
  try {
    await db.write(async (tx) => {
      await finishFile(tx, { fileId, now })
      insertUpload(tx, { media, accountId, fileId })
    })
    isKept = true
    return { kind: 'kept', media }
  } catch (error) {
    if (error instanceof FileGone) return { kind: 'too slow' }
    throw error
  } finally {
    if (!isKept) await discard(db, fileId)
  }
}

function opened(db: Database, { media, fileId }: { readonly media: Media; readonly fileId: string }): OpenedMedia {
  const bytes = readFile(db, { fileId, size: media.size })
  // Bytes, not objects: the reader gets no more of them ahead than it asks for.
  return { ...media, stream: Readable.from(bytes, { objectMode: false }) }
}
