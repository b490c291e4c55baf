import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { openTestStore } from '../../test/openTestStore.ts'
import { START } from '../../test/sampleMessages.ts'
import { createTestMedia, inPieces, jpegOf, storedCounts, type TestMedia } from '../../test/testMedia.ts'
import { waitFor } from '../../test/waitFor.ts'
import type { Database } from '../db/database.ts'
import type { FetchedRemote, FetchRemote, RemoteMedia } from './media.ts'
import { CHUNK_BYTES } from './mediaFiles.ts'

const HOUR_MS = 3_600_000
const PHOTO = jpegOf(2 * CHUNK_BYTES + 7)

onEveryStore('media at a carrier', (open) => {
  test('a file that a person sent is fetched soon after its message, and kept for 30 days', async () => {
    const { db, clock, media, asked } = rig(await open(), async () => found(PHOTO))
    const id = await note(db, media, { fileName: '../photo.jpg' })
    assert.equal(await media.open('acme', id), null)
    assert.equal(await media.read('acme', id), null)
    media.start()
    await until(clock, async () => (await media.read('acme', id)) !== null)
    await media.stop()
    assert.deepEqual(asked, ['wa-1 remote-1'])
    const opened = (await media.open('acme', id)) ?? assert.fail()
    assert.ok((await buffer(opened.stream)).equals(PHOTO))
    assert.deepEqual([opened.origin, opened.contentType, opened.fileName], ['received', 'image/jpeg', 'photo.jpg'])
    assert.equal(opened.expiresAt - opened.createdAt, 30 * 24 * HOUR_MS)
    assert.equal(await media.openOrFetch('other', id), null)
    assert.deepEqual(
      media.events.map(({ kind }) => kind),
      ['fetched'],
    )
    assert.deepEqual(
      [(await media.usage('acme')).bytes, await media.list('acme', { number: 0, size: 5 })],
      [0, { media: [], total: 0 }],
    )
  })

  test('what is noted in a transaction that fails never was', async () => {
    const { db, media } = rig(await open(), async () => found(PHOTO))
    const failing = db.write((tx) => {
      media.remote(tx, REMOTE)
      throw new Error('bug')
    })
    await assert.rejects(failing, /bug/)
    assert.deepEqual(await storedCounts(db), { media: 0, files: 0, chunks: 0 })
  })

  test('a failure is tried again, later and later, for 48 hours and no longer', async () => {
    const { db, clock, media } = rig(await open(), async () => ({ kind: 'later', reason: 'busy' }))
    const id = await note(db, media)
    media.start()
    await waitFor(() => {
      clock.advance(HOUR_MS / 6)
      return media.events.at(-1)?.kind === 'lost'
    })
    await media.stop()
    const kinds = media.events.map(({ kind }) => kind)
    assert.deepEqual(new Set(kinds.slice(0, -1)), new Set(['fetch failed']))
    assert.ok(kinds.length >= 20 && kinds.length <= 60, String(kinds.length))
    assert.ok(clock.now() - START >= 46 * HOUR_MS)
    assert.equal(await media.openOrFetch('acme', id), null)
  })

  test('what the carrier no longer has, and what is too large, is lost at once and leaves nothing behind', async () => {
    const answers: FetchedRemote[] = [{ kind: 'gone', reason: 'expired' }, found(jpegOf(5_000_000))]
    const { db, clock, media } = rig(await open(), async () => answers.shift() ?? assert.fail('asked again'))
    const ids = [await note(db, media), await note(db, media)]
    media.start()
    await until(clock, async () => media.events.length === 2 && (await storedCounts(db)).chunks === 0)
    await media.stop()
    assert.deepEqual(media.events.map((event) => [event.kind, 'reason' in event && event.reason]).sort(), [
      ['lost', 'expired'],
      ['lost', 'too large'],
    ])
    for (const id of ids) assert.equal(await media.openOrFetch('acme', id), null)
  })

  test('a stream that breaks is fetched anew, and no byte of the first one is kept', async () => {
    const answers = [() => Readable.from(breaking()), () => inPieces(PHOTO)]
    const fetchRemote: FetchRemote = async () => found(answers.shift()?.() ?? assert.fail('asked again'))
    const { db, clock, media } = rig(await open(), fetchRemote)
    const id = await note(db, media)
    media.start()
    await until(clock, async () => (await media.read('acme', id)) !== null && (await storedCounts(db)).files === 1)
    await media.stop()
    assert.ok((await buffer((await media.open('acme', id))?.stream ?? assert.fail())).equals(PHOTO))
  })

  test('who asks for a file that is not here yet gets it at once, and two who ask make one fetch', async () => {
    const { db, media, asked } = rig(await open(), async () => found(PHOTO))
    media.start()
    const id = await note(db, media)
    const opened = await Promise.all([media.openOrFetch('acme', id), media.openOrFetch('acme', id)])
    for (const one of opened) {
      assert.ok(one !== null && one !== 'not yet')
      assert.ok((await buffer(one.stream)).equals(PHOTO))
    }
    assert.equal(asked.length, 1)
    await media.stop()
  })

  test('who asks again and again while the carrier fails makes it be asked every 5 seconds at most', async () => {
    const { db, clock, media, asked } = rig(await open(), async () => ({ kind: 'later', reason: 'busy' }))
    media.start()
    const id = await note(db, media)
    for (let i = 0; i < 5; i++) assert.equal(await media.openOrFetch('acme', id), 'not yet')
    assert.equal(asked.length, 1)
    clock.advance(5_000)
    await waitFor(async () => (await media.openOrFetch('acme', id)) === 'not yet' && asked.length === 2)
    await media.stop()
  })

  test('of two nodes one fetches, and another one when that dies', async () => {
    const db = await open()
    const first = rig(db, () => new Promise(() => {}))
    const second = rig(db, async () => found(PHOTO), first.clock)
    const id = await note(db, first.media)
    void first.media.start()
    await until(first.clock, async () => first.asked.length === 1)
    second.media.start()
    assert.equal(await second.media.openOrFetch('acme', id), 'not yet')
    // The first one says no more: its claim lapses.
    await db.write((tx) => tx.run('update media set held_until = $1', [first.clock.now()]))
    const opened = await second.media.openOrFetch('acme', id)
    assert.ok(opened !== null && opened !== 'not yet')
    opened.stream.destroy()
    await first.media.stop()
    await second.media.stop()
    // What the first one had to say at last changes nothing.
    assert.notEqual(await second.media.read('acme', id), null)
    assert.deepEqual([first.asked.length, second.asked.length], [1, 1])
  })

  test('what is removed while it is fetched stays away', async () => {
    const stream = Readable.from(pausing())
    const { db, clock, media } = rig(await open(), async () => found(stream))
    const id = await note(db, media)
    media.start()
    await until(clock, async () => (await storedCounts(db)).chunks === 1)
    assert.equal(await media.remove('acme', id), true)
    goOn.resolve()
    await until(clock, async () => (await storedCounts(db)).files === 0)
    await media.stop()
    assert.deepEqual([await media.read('acme', id), media.events], [null, []])
  })
})

describe('fetching', () => {
  test('no more than eight files are fetched at once, and a stop waits for none of them', async (context) => {
    const { db, clock, media, asked } = rig(await openTestStore(context), () => new Promise(() => {}))
    for (let i = 0; i < 20; i++) await note(db, media)
    media.start()
    await until(clock, () => asked.length === 8)
    clock.advance(3_000)
    await media.stop()
    assert.equal(asked.length, 8)
  })

  test('a carrier that does not answer is let go of after 30 seconds, and so is what it brings later', async (context) => {
    const answered = Promise.withResolvers<FetchedRemote>()
    const { db, clock, media } = rig(await openTestStore(context), () => answered.promise)
    await note(db, media)
    media.start()
    await until(clock, () => media.events.length === 1)
    assert.ok(clock.now() - START >= 30_000)
    const stream = inPieces(PHOTO)
    answered.resolve({ kind: 'found', contentType: null, stream })
    await waitFor(() => stream.destroyed)
    await media.stop()
  })

  test('a fetch that throws is told as a bug and tried again', async (context) => {
    let calls = 0
    const { db, clock, media } = rig(await openTestStore(context), async () => {
      calls += 1
      if (calls === 1) throw new Error('bug')
      return found(PHOTO)
    })
    const id = await note(db, media)
    media.start()
    await until(clock, async () => (await media.read('acme', id)) !== null)
    await media.stop()
    assert.equal(media.troubles.length, 1)
  })
})

const REMOTE: RemoteMedia = {
  accountId: 'acme',
  carrierId: 'wa-1',
  remoteId: 'remote-1',
  contentType: 'image/jpeg',
  fileName: null,
}

function rig(db: Database, fetchRemote: FetchRemote, clock = new FakeClock(START)) {
  const asked: string[] = []
  const media = createTestMedia(db, {
    clock,
    fetchRemote(carrierId, remoteId) {
      asked.push(`${carrierId} ${remoteId}`)
      return fetchRemote(carrierId, remoteId)
    },
  })
  return { db, clock, media, asked }
}

function note(db: Database, media: TestMedia, more: Partial<RemoteMedia> = {}): Promise<string> {
  return db.write((tx) => media.remote(tx, { ...REMOTE, ...more }))
}

function found(bytes: Buffer | Readable): FetchedRemote {
  return { kind: 'found', contentType: null, stream: Buffer.isBuffer(bytes) ? inPieces(bytes) : bytes }
}

/** Moves the clock a little at a time, so that nothing that is under way takes too long by it. */
async function until(clock: FakeClock, condition: () => boolean | Promise<boolean>): Promise<void> {
  await waitFor(() => {
    clock.advance(100)
    return condition()
  })
}

async function* breaking(): AsyncGenerator<Buffer> {
  yield jpegOf(2 * CHUNK_BYTES)
  throw new Error('the connection was reset')
}

let goOn = Promise.withResolvers<void>()

async function* pausing(): AsyncGenerator<Buffer> {
  goOn = Promise.withResolvers()
  yield jpegOf(CHUNK_BYTES)
  await goOn.promise
  yield jpegOf(CHUNK_BYTES)
}
