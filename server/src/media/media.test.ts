import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { FakeClock } from '../../test/fakeClock.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { openTestStore } from '../../test/openTestStore.ts'
import { START } from '../../test/sampleMessages.ts'
import { createTestMedia, inPieces, jpegOf, keptOf, storedCounts, uploadOf } from '../../test/testMedia.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import { waitFor } from '../../test/waitFor.ts'
import { DatabaseUnavailable } from '../db/database.ts'
import type { MediaStore, OpenedMedia } from './media.ts'
import { CHUNK_BYTES } from './mediaFiles.ts'

const NOTHING = { media: 0, files: 0, chunks: 0 }
const MINUTE_MS = 60_000

onEveryStore('media', (open) => {
  test('what was uploaded comes back byte for byte, with what is known of it', async () => {
    const clock = new FakeClock(START)
    const media = createTestMedia(await open(), { clock })
    const bytes = jpegOf(2 * CHUNK_BYTES + 12_345)
    const kept = keptOf(await media.keep(uploadOf(inPieces(bytes), { fileName: '/tmp/photo.jpg' })))
    const { id, ...about } = kept
    assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.deepEqual(about, {
      origin: 'uploaded',
      contentType: 'image/jpeg',
      size: bytes.length,
      fileName: 'photo.jpg',
      createdAt: START,
      expiresAt: START + 60 * MINUTE_MS,
    })
    const { stream, ...opened } = await openedOf(media, id)
    assert.deepEqual(opened, kept)
    assert.ok((await buffer(stream)).equals(bytes))
    assert.deepEqual(await media.read('acme', id), kept)
    assert.deepEqual(await media.usage('acme'), { bytes: bytes.length, quotaBytes: 10_000_000 })
  })

  test('another account has nothing of it', async () => {
    const media = createTestMedia(await open())
    const { id } = keptOf(await media.keep(uploadOf(inPieces(jpegOf(100)))))
    assert.equal(await media.open('other', id), null)
    assert.equal(await media.openOrFetch('other', id), null)
    assert.equal(await media.read('other', id), null)
    assert.equal(await media.remove('other', id), false)
    assert.deepEqual(await media.list('other', { number: 0, size: 10 }), { media: [], total: 0 })
    assert.equal((await media.usage('other')).bytes, 0)
    assert.notEqual(await media.read('acme', id), null)
  })

  test('the list has the newest first, page by page', async () => {
    const media = createTestMedia(await open())
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.unshift(keptOf(await media.keep(uploadOf(inPieces(jpegOf(100 + i))))).id)
    const page = async (number: number) => {
      const { media: found, total } = await media.list('acme', { number, size: 2 })
      return [...found.map(({ id }) => id), total]
    }
    assert.deepEqual(await page(0), [ids[0], ids[1], 5])
    assert.deepEqual(await page(2), [ids[4], 5])
    assert.deepEqual(await page(3), [5])
  })

  test('what is removed, or over, is gone at once, and what it took is given back', async () => {
    const clock = new FakeClock(START)
    const db = await open()
    const media = createTestMedia(db, { clock })
    const upload = () => uploadOf(inPieces(jpegOf(3 * CHUNK_BYTES)), { validityMs: 5 * MINUTE_MS })
    const removed = keptOf(await media.keep(upload()))
    const over = keptOf(await media.keep(upload()))
    assert.equal(await media.remove('acme', removed.id), true)
    assert.equal(await media.remove('acme', removed.id), false)
    assert.equal(await media.open('acme', removed.id), null)
    assert.equal((await media.usage('acme')).bytes, over.size)
    clock.advance(5 * MINUTE_MS)
    assert.equal(await media.open('acme', over.id), null)
    assert.deepEqual(await media.list('acme', { number: 0, size: 10 }), { media: [], total: 0 })
    assert.equal(await media.remove('acme', over.id), false)
    await sweep({ db, clock, media })
    assert.deepEqual(await storedCounts(db), NOTHING)
    assert.equal((await media.usage('acme')).bytes, 0)
  })

  test('who reads a file that is removed meanwhile hears of it, and does not take a part for the whole', async () => {
    const clock = new FakeClock(START)
    const db = await open()
    const media = createTestMedia(db, { clock })
    const { id } = keptOf(await media.keep(uploadOf(inPieces(jpegOf(20 * CHUNK_BYTES)))))
    const { stream } = await openedOf(media, id)
    const reading = stream[Symbol.asyncIterator]()
    await reading.next()
    await media.remove('acme', id)
    await sweep({ db, clock, media })
    await assert.rejects(async () => {
      while ((await reading.next()).done !== true);
    }, /deleted/)
  })

  test('what arrives wrong leaves nothing behind', async () => {
    const clock = new FakeClock(START)
    const db = await open()
    const media = createTestMedia(db, { clock, bytesMax: 3 * CHUNK_BYTES, quotaBytes: 4 * CHUNK_BYTES })
    const kindOf = async (bytes: Readable) => (await media.keep(uploadOf(bytes))).kind
    assert.equal(await kindOf(inPieces(Buffer.alloc(0))), 'empty')
    assert.equal(await kindOf(inPieces(Buffer.alloc(2 * CHUNK_BYTES))), 'wrong type')
    assert.equal(await kindOf(inPieces(jpegOf(3 * CHUNK_BYTES + 1))), 'too large')
    assert.equal(await kindOf(Readable.from(endingInTears(jpegOf(2 * CHUNK_BYTES)))), 'cut off')
    const kept = keptOf(await media.keep(uploadOf(inPieces(jpegOf(2 * CHUNK_BYTES)))))
    assert.equal(await kindOf(inPieces(jpegOf(2 * CHUNK_BYTES + 1))), 'over quota')
    assert.equal((await media.usage('acme')).bytes, kept.size)
    await media.remove('acme', kept.id)
    await sweep({ db, clock, media })
    assert.deepEqual(await storedCounts(db), NOTHING)
    assert.equal((await media.usage('acme')).bytes, 0)
  })

  test('a stream without an end is read no further than a file may be', async () => {
    const media = createTestMedia(await open(), { bytesMax: 3 * CHUNK_BYTES })
    const pieces = { given: 0 }
    assert.equal((await media.keep(uploadOf(endless(pieces)))).kind, 'too large')
    assert.equal(pieces.given, 4)
  })

  test('an archive of nothing but zeros stays as small as it is', async () => {
    const db = await open()
    const media = createTestMedia(db)
    const bomb = zipOf({ name: 'zeros', unpackedBytes: 4_294_967_295 })
    const kept = keptOf(await media.keep(uploadOf(inPieces(bomb), { declaredType: 'application/zip' })))
    assert.equal(kept.size, bomb.length)
    assert.ok((await buffer((await openedOf(media, kept.id)).stream)).equals(bomb))
    const [stored] = await db.read('select sum(length(data)) as characters from media_chunks')
    assert.ok(Number(stored?.characters) < 2 * bomb.length)
  })

  test('uploads at once share the quota: as many are kept as fit, and no more is taken than is kept', async () => {
    const db = await open()
    const size = CHUNK_BYTES + 1_000
    const quotaBytes = 3 * size + 500
    const nodes = [createTestMedia(db, { quotaBytes }), createTestMedia(db, { quotaBytes })]
    const uploads = nodes.flatMap((media) =>
      Array.from({ length: 4 }, () => media.keep(uploadOf(inPieces(jpegOf(size))))),
    )
    const kinds = (await Promise.all(uploads)).map(({ kind }) => kind)
    const kept = kinds.filter((kind) => kind === 'kept').length
    // Files that do not fit take room while they arrive, so that fewer than three may be kept.
    assert.ok(kept >= 1 && kept <= 3, String(kinds))
    assert.deepEqual(new Set(kinds), new Set(['kept', 'over quota']))
    assert.equal((await nodes[0]?.usage('acme'))?.bytes, kept * size)
    for (let more = kept; more < 3; more++)
      keptOf(await createTestMedia(db, { quotaBytes }).keep(uploadOf(inPieces(jpegOf(size)))))
  })

  test('a node that dies between two chunks leaves nothing that anybody sees, and what it took is given back', async () => {
    const clock = new FakeClock(START)
    const db = await open()
    const dying = new UnreliableDatabase(db)
    const media = createTestMedia(dying, { clock })
    const bytes = async function* () {
      yield jpegOf(2 * CHUNK_BYTES)
      dying.mode = 'down'
      yield jpegOf(2 * CHUNK_BYTES)
    }
    await assert.rejects(media.keep(uploadOf(bytes())), DatabaseUnavailable)
    const survivor = createTestMedia(db, { clock })
    assert.deepEqual(await survivor.list('acme', { number: 0, size: 10 }), { media: [], total: 0 })
    assert.deepEqual(await storedCounts(db), { media: 0, files: 1, chunks: 2 })
    clock.advance(15 * MINUTE_MS)
    await sweep({ db, clock, media: survivor })
    assert.deepEqual(await storedCounts(db), NOTHING)
    assert.equal((await survivor.usage('acme')).bytes, 0)
  })

  test('a commit whose answer is lost leaves a file whole, or none', async () => {
    const clock = new FakeClock(START)
    const db = await open()
    const flaky = new UnreliableDatabase(db)
    const media = createTestMedia(flaky, { clock })
    const bytes = jpegOf(2 * CHUNK_BYTES)
    const losing = async function* () {
      yield bytes
      // All chunks are written; what is lost is the answer to what makes them a file.
      flaky.mode = 'answers lost'
    }
    await assert.rejects(media.keep(uploadOf(losing())), DatabaseUnavailable)
    flaky.mode = 'up'
    await sweep({ db, clock, media })
    const { media: found } = await media.list('acme', { number: 0, size: 10 })
    assert.equal(found.length, 1)
    assert.ok((await buffer((await openedOf(media, found[0]?.id ?? '')).stream)).equals(bytes))
  })
})

describe('uploads', () => {
  test('any bytes in any pieces come back as they were', async (context) => {
    const media = createTestMedia(await openTestStore(context), { quotaBytes: 1_000_000_000 })
    const size = fc.oneof(
      fc.integer({ min: 4, max: 5_000 }),
      fc.integer({ min: CHUNK_BYTES - 2, max: CHUNK_BYTES + 2 }),
    )
    const pieceBytes = fc.oneof(
      fc.integer({ min: 500, max: 5_000 }),
      fc.integer({ min: CHUNK_BYTES, max: 2 * CHUNK_BYTES }),
    )
    await fc.assert(
      fc.asyncProperty(size, pieceBytes, async (size, pieceBytes) => {
        const bytes = jpegOf(size)
        const { id } = keptOf(await media.keep(uploadOf(inPieces(bytes, pieceBytes))))
        assert.ok((await buffer((await openedOf(media, id)).stream)).equals(bytes))
      }),
      { numRuns: 40 },
    )
  })

  test('one that stands still for 15 seconds is cut, and so is one that takes longer than 5 minutes', async (context) => {
    const clock = new FakeClock(START)
    const db = await openTestStore(context)
    const media = createTestMedia(db, { clock })
    const still = media.keep(uploadOf(stalling(jpegOf(2 * CHUNK_BYTES))))
    await waitFor(async () => (await storedCounts(db)).chunks === 2 && clock.timers === 1)
    clock.advance(14_999)
    assert.equal(clock.timers, 1)
    clock.advance(1)
    assert.equal((await still).kind, 'too slow')
    const dripping = media.keep(uploadOf(drip(clock)))
    assert.equal((await dripping).kind, 'too slow')
    assert.ok(clock.now() - START <= 15_000 + 5 * MINUTE_MS)
  })

  test('an account may have four under way, and all together sixteen', async (context) => {
    const clock = new FakeClock(START)
    const media = createTestMedia(await openTestStore(context), { clock })
    const begin = (accountId: string) => media.keep(uploadOf(stalling(jpegOf(100)), { accountId }))
    const begun = ['a', 'b', 'c', 'd'].flatMap((accountId) => Array.from({ length: 4 }, () => begin(accountId)))
    assert.deepEqual(await begin('a'), { kind: 'busy', whose: 'account' })
    assert.deepEqual(await begin('e'), { kind: 'busy', whose: 'all' })
    await waitFor(() => clock.timers === 16)
    clock.advance(15_000)
    await Promise.all(begun)
    keptOf(await media.keep(uploadOf(inPieces(jpegOf(100)), { accountId: 'e' })))
  })
})

async function openedOf(media: MediaStore, id: string): Promise<OpenedMedia> {
  return (await media.open('acme', id)) ?? assert.fail('it is not there')
}

/** Lets the sweeper work until everything that is nobody's is deleted. */
async function sweep({
  db,
  clock,
  media,
}: {
  readonly db: Parameters<typeof storedCounts>[0]
  readonly clock: FakeClock
  readonly media: ReturnType<typeof createTestMedia>
}): Promise<void> {
  media.start()
  await waitFor(async () => {
    clock.advance(1_000)
    const { media: known, files } = await storedCounts(db)
    return files === known
  })
  await media.stop()
  assert.deepEqual(media.troubles, [])
}

async function* endingInTears(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
  throw new Error('the connection was reset')
}

async function* endless(pieces: { given: number }): AsyncGenerator<Buffer> {
  while (true) {
    pieces.given += 1
    yield jpegOf(CHUNK_BYTES)
  }
}

async function* stalling(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
  await new Promise(() => {})
}

/** A byte every 10 seconds. */
async function* drip(clock: FakeClock): AsyncGenerator<Buffer> {
  while (true) {
    yield jpegOf(1)
    clock.advance(10_000)
  }
}

/** A ZIP archive with one file of zeros, whose headers promise far more than the archive holds. */
function zipOf({ name, unpackedBytes }: { readonly name: string; readonly unpackedBytes: number }): Buffer {
  const packed = Buffer.alloc(100_000)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(8, 8)
  header.writeUInt32LE(packed.length, 18)
  header.writeUInt32LE(unpackedBytes, 22)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, Buffer.from(name), packed])
}
