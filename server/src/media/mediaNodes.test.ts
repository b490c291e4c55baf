import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { START } from '../../test/sampleMessages.ts'
import {
  createTestMedia,
  inPieces,
  jpegOf,
  keptOf,
  storedCounts,
  type TestMedia,
  uploadOf,
} from '../../test/testMedia.ts'
import { waitFor } from '../../test/waitFor.ts'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'
import type { FetchRemote } from './media.ts'
import { CHUNK_BYTES } from './mediaFiles.ts'

let postgres: TestPostgres
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

const SIZE = CHUNK_BYTES + 1_000

/** Two nodes with connections of their own to one store. */
async function withNodes(
  options: { readonly quotaBytes: number; readonly fetchRemote?: FetchRemote },
  work: (nodes: readonly [TestMedia, TestMedia], db: Database, clock: FakeClock) => Promise<void>,
): Promise<void> {
  const url = await postgres.url('media')
  const stores = [await openPostgres({ url }), await openPostgres({ url })] as const
  try {
    await migrate(stores[0])
    const clock = new FakeClock(START)
    const [first, second] = stores.map((db) => createTestMedia(db, { clock, ...options }))
    assert.ok(first !== undefined && second !== undefined)
    await work([first, second], stores[0], clock)
    assert.deepEqual([...first.troubles, ...second.troubles], [])
  } finally {
    await Promise.all(stores.map((db) => db.close()))
  }
}

test('what one node keeps another one reads', () =>
  withNodes({ quotaBytes: 10 * SIZE }, async ([first, second]) => {
    const bytes = jpegOf(3 * CHUNK_BYTES)
    const { id } = keptOf(await first.keep(uploadOf(inPieces(bytes))))
    const opened = (await second.open('acme', id)) ?? assert.fail()
    assert.ok((await buffer(opened.stream)).equals(bytes))
  }))

test('nodes that upload at once never take more than the quota, whatever comes between', () =>
  withNodes({ quotaBytes: 5 * SIZE }, async (nodes, db, clock) => {
    for (const node of nodes) node.start()
    for (let round = 0; round < 5; round++) {
      const uploads = nodes.flatMap((node) =>
        Array.from({ length: 4 }, () => node.keep(uploadOf(inPieces(jpegOf(SIZE)), { validityMs: 60_000 }))),
      )
      const kept = (await Promise.all(uploads)).flatMap((each) => (each.kind === 'kept' ? [each.media.id] : []))
      const usage = (await nodes[0].usage('acme')).bytes
      assert.ok(kept.length > 0 && kept.length <= 5 && usage === kept.length * SIZE, `${kept.length} of ${usage} bytes`)
      // Half of them are removed by both nodes at once, the rest is swept by both.
      const some = kept.slice(0, 2)
      const removals = await Promise.all(some.flatMap((id) => nodes.map((node) => node.remove('acme', id))))
      assert.equal(removals.filter(Boolean).length, some.length)
      clock.advance(60_000)
      await waitFor(async () => {
        clock.advance(1_000)
        return (await nodes[1].usage('acme')).bytes === 0 && (await storedCounts(db)).files === 0
      })
    }
    await Promise.all(nodes.map((node) => node.stop()))
  }))

test('of two nodes that look for files of carriers each file is fetched by one', async () => {
  const asked: string[] = []
  const fetchRemote: FetchRemote = async (_carrierId, remoteId) => {
    asked.push(remoteId)
    return { kind: 'found', contentType: null, stream: inPieces(jpegOf(SIZE)) }
  }
  await withNodes({ quotaBytes: 100 * SIZE, fetchRemote }, async (nodes, db, clock) => {
    const about = { accountId: 'acme', carrierId: 'wa', contentType: null, fileName: null }
    const remoteIds = Array.from({ length: 30 }, (_, index) => `remote-${index}`)
    const ids = await db.write((tx) => remoteIds.map((remoteId) => nodes[0].remote(tx, { ...about, remoteId })))
    for (const node of nodes) node.start()
    // Somebody asks both for each of them meanwhile.
    for (const id of ids) for (const node of nodes) node.openOrFetch('acme', id).then(letGo)
    await waitFor(async () => {
      clock.advance(100)
      return (await storedCounts(db)).files === ids.length && (await nodes[0].read('acme', ids.at(-1) ?? '')) !== null
    })
    await Promise.all(nodes.map((node) => node.stop()))
    assert.deepEqual(asked.sort(), remoteIds.sort())
  })
})

function letGo(opened: Awaited<ReturnType<TestMedia['openOrFetch']>>): void {
  if (opened !== null && opened !== 'not yet') opened.stream.destroy()
}
