import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { waitFor } from '../../test/waitFor.ts'
import { createWebhookBench } from '../../test/webhookBench.ts'
import { startReceiver } from '../../test/webhookReceiver.ts'
import type { Database } from '../db/database.ts'

// The whole ladder is walked in ladder.test.ts and callScheduler.test.ts; here with calls and a store.

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const inbound = { ladder: 'inbound', event: 'message.inbound' } as const

/** An endpoint that notes when it was called, by the clock of whoever calls it. */
async function startEndpoint(status: () => number) {
  const endpoint = { url: '', seconds: () => 0, instants: [] as number[] }
  const receiver = await startReceiver((response) => {
    endpoint.instants.push(endpoint.seconds())
    response.writeHead(status()).end()
  })
  stops.push(() => receiver.close())
  endpoint.url = `${receiver.origin}/inbound`
  return endpoint
}

/** An engine on a clock that the test moves, started when that is at `fromSecond`. */
async function startInbound(db: Database, endpoint: Awaited<ReturnType<typeof startEndpoint>>, fromSecond = 0) {
  const bench = createWebhookBench(db)
  const { instants, url } = endpoint
  const startedAt = bench.clock.now()
  endpoint.seconds = () => (bench.clock.now() - startedAt) / 1_000
  bench.clock.advance(fromSecond * 1_000)
  await bench.engine.start()
  stops.push(() => bench.engine.stop(0))
  /** Everything that was called is recorded, and nothing is being called. */
  const recorded = () =>
    waitFor(async () => {
      await bench.commits.drain()
      const { open, queued } = bench.engine.backlog()
      return open + queued === 0 && (await bench.countOf('leased_by is not null')) === 0
    })
  return {
    ...bench,
    instants,
    url,
    recorded,
    /** Moves the clock through these seconds, which have to bring one call each; a millisecond before it none. */
    async callsAt(expected: readonly number[]): Promise<void> {
      for (const second of expected) {
        const calls = instants.length
        bench.clock.advance(startedAt + second * 1_000 - 1 - bench.clock.now())
        await recorded()
        bench.clock.advance(1)
        await waitFor(() => instants.length > calls)
        await recorded()
      }
      assert.deepEqual(instants.slice(-expected.length), expected)
    },
  }
}

const every10 = (from: number, times: number) => Array.from({ length: times }, (_, index) => from + index * 10)

onEveryStore('the ladder of inbound messages', (open) => {
  test('one message is tried each 10 s, and 10 minutes after each 100 failures', async () => {
    const bench = await startInbound(await open(), await startEndpoint(() => 500))
    await bench.send(bench.url, 1, inbound)
    await bench.recorded()
    await bench.callsAt([...every10(10, 99), ...every10(1_590, 100), ...every10(3_180, 2)])
    assert.equal(bench.instants.length, 202)
    const [report] = await bench.reports()
    assert.equal(report?.status, 'pending')
    assert.equal(report.attempts.length, 100, 'the first 20 attempts and the last 80 are kept')
    assert.deepEqual([report.attempts[19]?.number, report.attempts[20]?.number], [20, 123])
  })

  test('the messages of an endpoint share the count, and one of them is tried while it fails', async () => {
    const bench = await startInbound(await open(), await startEndpoint(() => 500))
    await bench.send(bench.url, 3, inbound)
    await bench.recorded()
    bench.clock.advance(10_000)
    await waitFor(() => bench.instants.length >= 5)
    await bench.recorded()
    // Six failures at most so far: all three were under way when the fifth closed the endpoint, or two of them.
    const failures = bench.instants.length
    await bench.callsAt(every10(20, 100 - failures))
    const hundredth = 20 + (99 - failures) * 10
    await bench.callsAt([hundredth + 600, hundredth + 610])
    const attempts = (await bench.reports()).map((report) => report.attempts.length)
    assert.ok(Math.max(...attempts) - Math.min(...attempts) <= 1, `they take turns: ${attempts}`)
  })

  test('the count and a rest survive a restart', async () => {
    const db = await open()
    let status = 500
    const endpoint = await startEndpoint(() => status)
    const first = await startInbound(db, endpoint)
    await first.send(first.url, 1, inbound)
    await first.recorded()
    await first.callsAt(every10(10, 99))
    await first.engine.stop(0)
    const second = await startInbound(db, endpoint, 1_000)
    await second.callsAt([1_590, 1_600])
    status = 200
    await second.callsAt([1_610])
    await waitFor(async () => (await second.countOf("status = 'delivered'")) === 1)
    const states = await db.read('select failures from webhook_endpoint_states')
    assert.deepEqual(states, [{ failures: 0 }])
  })

  test('it is given up, visibly, when the next try would come 48 hours after it was announced or later', async () => {
    const db = await open()
    const bench = await startInbound(db, await startEndpoint(() => 500))
    await bench.send(bench.url, 1, inbound)
    await bench.recorded()
    const [row] = await db.read('select expires_at - created_at as lifetime from webhook_deliveries')
    assert.deepEqual(row, { lifetime: 172_800_000 })
    // As if most of it was over.
    await db.write((tx) => tx.run('update webhook_deliveries set expires_at = created_at + 30000'))
    await bench.callsAt([10, 20])
    const [report] = await bench.reports()
    assert.equal(report?.status, 'failed')
    assert.equal(report.doneAt, bench.clock.now())
    assert.equal(bench.attempts.at(-1), 'failed 500')
    assert.deepEqual(bench.logged, ['webhook.failed'])
  })

  test('200, 201 and 202 take it, other answers do not', async () => {
    const answers = [204, 203, 301, 404, 202]
    const bench = await startInbound(await open(), await startEndpoint(() => answers.shift() ?? 200))
    await bench.send(bench.url, 1, inbound)
    await bench.recorded()
    await bench.callsAt(every10(10, 4))
    assert.equal((await bench.reports())[0]?.status, 'delivered')
  })

  test('a Retry-After longer than the gap is obeyed', async () => {
    const db = await open()
    const bench = createWebhookBench(db)
    const receiver = await startReceiver((response, { attempt }) => {
      response.writeHead(attempt === 1 ? 503 : 200, { 'retry-after': '60' }).end()
    })
    await bench.engine.start()
    stops.push(
      () => receiver.close(),
      () => bench.engine.stop(0),
    )
    await bench.send(`${receiver.origin}/busy`, 1, inbound)
    await waitFor(async () => (await bench.countOf('attempts = 1 and leased_by is null')) === 1)
    bench.clock.advance(59_999)
    await bench.commits.drain()
    assert.equal(receiver.calls.length, 1)
    bench.clock.advance(1)
    await waitFor(() => receiver.calls.length === 2)
  })
})
