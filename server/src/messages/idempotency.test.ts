import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { messageId, START } from '../../test/sampleMessages.ts'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'
import { writeOnce } from './idempotency.ts'

let postgres: TestPostgres
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

test('batches of two nodes that name the same keys in other orders do not lock each other out', async () => {
  const url = await postgres.url('nodes')
  const stores = await Promise.all([openPostgres({ url }), openPostgres({ url })])
  try {
    await migrate(stores[0])
    for (let round = 0; round < 20; round++) {
      const keys = Array.from({ length: 100 }, (_, index) => `${index} of ${round}`)
      const [first, second] = await Promise.all([claimAll(stores[0], keys), claimAll(stores[1], keys.toReversed())])
      assert.deepEqual([...first, ...second].toSorted(), keys.toSorted())
    }
  } finally {
    await Promise.all(stores.map((db) => db.close()))
  }
})

/** Resolves with the keys that were new. */
async function claimAll(db: Database, keys: readonly string[]): Promise<readonly string[]> {
  const entries = keys.map((key) => ({
    message: { id: messageId(1), accountId: 'acme', acceptedAt: START },
    idempotency: { key, requestHash: 'hash', response: 'answer' },
    repeated: () => {},
  }))
  let written: readonly string[] = []
  await db.write((tx) =>
    writeOnce(tx, entries, (_, fresh) => {
      written = fresh.map(({ idempotency }) => idempotency.key)
      return () => {}
    }),
  )
  return written
}
