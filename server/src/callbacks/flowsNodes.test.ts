import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startCallbackBench } from '../../test/callbackBench.ts'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'

let postgres: TestPostgres
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

test('of a flow that is subscribed at two nodes at once there is one', async () => {
  const url = await postgres.url('nodes')
  const stores = [await openPostgres({ url }), await openPostgres({ url })] as const
  await migrate(stores[0])
  const nodes = await Promise.all(stores.map((db, index) => startCallbackBench(db, { nodeId: `node-${index + 1}` })))
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const flow = {
        accountId: 'acme',
        channel: 'sms',
        number: '+49301234567',
        url: `https://a.example/${round}`,
      } as const
      const found = await Promise.all([...nodes, ...nodes].map(({ flows }) => flows.subscribe(flow)))
      assert.equal(new Set(found.map((subscribed) => subscribed?.id)).size, 1)
    }
    const live = await stores[0].read('select id from webhook_endpoints where deleted_at is null')
    assert.equal(live.length, ROUNDS)
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
    await Promise.all(stores.map((db) => db.close()))
  }
})

const ROUNDS = 25
