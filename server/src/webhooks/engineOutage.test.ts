import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { waitFor } from '../../test/waitFor.ts'
import { createWebhookBench } from '../../test/webhookBench.ts'
import { startReceiver } from '../../test/webhookReceiver.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'

let postgres: TestPostgres
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

test('attempts made while the store is away are recorded when it is back, and nobody is called again', async () => {
  const answers: (() => void)[] = []
  const receiver = await startReceiver((response) => answers.push(() => response.end()))
  const db = await openPostgres({ url: await postgres.url('outage') })
  await migrate(db)
  const bench = createWebhookBench(db, { limits: { endpointOpenStart: 20 } })
  try {
    await bench.engine.start()
    await bench.send(`${receiver.origin}/dlr`, 20)
    await waitFor(() => answers.length === 20)
    await postgres.interrupt()
    for (const answer of answers) answer()
    await waitFor(() => bench.engine.backlog().unrecorded === 20)
    bench.clock.advance(3_000)
    await postgres.resume()
    await waitFor(async () => {
      bench.clock.advance(1_000)
      const [row] = await db.read<{ n: number }>('select count(*) as n from webhook_attempts').catch(() => [])
      return row?.n === 20
    })
    assert.equal(await bench.countOf("status = 'delivered'"), 20)
    assert.equal(bench.engine.backlog().unrecorded, 0)
    assert.equal(receiver.calls.length, 20)
    assert.ok(bench.logged.includes('webhook.attempts_unrecorded'))
  } finally {
    await bench.engine.stop(0)
    await db.close()
    await receiver.close()
  }
})
