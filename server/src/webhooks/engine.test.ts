import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { afterEach, test } from 'node:test'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { waitFor } from '../../test/waitFor.ts'
import { createWebhookBench, type WebhookBench } from '../../test/webhookBench.ts'
import { startReceiver, type WebhookReceiver } from '../../test/webhookReceiver.ts'
import type { Database } from '../db/database.ts'
import { announce } from './announce.ts'
import type { WebhookBacklog, WebhookEngineOptions } from './engine.ts'
import { releaseLeases } from './leases.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function receive(...answer: Parameters<typeof startReceiver>): Promise<WebhookReceiver> {
  const receiver = await startReceiver(...answer)
  stops.push(() => receiver.close())
  return receiver
}

function createBench(db: Database, options: Partial<WebhookEngineOptions> = {}): WebhookBench {
  const bench = createWebhookBench(db, options)
  stops.push(() => bench.engine.stop(0))
  return bench
}

async function startBench(db: Database, options: Partial<WebhookEngineOptions> = {}): Promise<WebhookBench> {
  const bench = createBench(db, options)
  await bench.engine.start()
  return bench
}

/** Moves the clock on second by second, so that the table is read, until the condition holds. */
async function passTime(bench: WebhookBench, condition: () => boolean | Promise<boolean>): Promise<void> {
  await waitFor(async () => {
    if (await condition()) return true
    bench.clock.advance(1_000)
    return false
  })
}

onEveryStore('the webhook engine', (open) => {
  test('an offered delivery is called at once, without a look at the table, and recorded', async () => {
    const receiver = await receive((response) => response.writeHead(202).end('thanks'))
    const db = await open()
    const bench = await startBench(db)
    const [delivery] = await bench.send(`${receiver.origin}/dlr?id=1`)
    await waitFor(async () => (await bench.countOf("status = 'delivered' and leased_by is null")) === 1)
    const [call] = receiver.calls
    assert.equal(call?.id, delivery?.id)
    assert.equal(call?.attempt, 1)
    assert.equal(call?.body, '{"status":"delivered"}')
    assert.equal(call?.headers['webhook-timestamp'], String(bench.clock.now() / 1_000))
    const [report] = await bench.reports()
    assert.equal(report?.doneAt, bench.clock.now())
    assert.deepEqual(report?.attempts, [
      { number: 1, startedAt: bench.clock.now(), durationMs: 0, status: 202, error: null, responseStart: 'thanks' },
    ])
    assert.deepEqual(bench.attempts, ['delivered 202'])
  })

  test('a failed call is made again at the instant of the ladder under the same id', async () => {
    const receiver = await receive((response, call) => response.writeHead(call.attempt < 3 ? 500 : 200).end())
    const bench = await startBench(await open())
    const startedAt = bench.clock.now()
    const [delivery] = await bench.send(`${receiver.origin}/dlr`)
    await waitFor(async () => (await bench.countOf('attempts = 1 and leased_by is null')) === 1)
    const [report] = await bench.reports()
    assert.equal(report?.nextAttemptAt, startedAt + 5_000)
    bench.clock.advance(4_999)
    await waitFor(async () => (await bench.countOf('attempts = 1 and leased_by is null')) === 1)
    assert.equal(receiver.calls.length, 1)
    await passTime(bench, async () => (await bench.countOf("status = 'delivered'")) === 1)
    assert.deepEqual(
      receiver.calls.map((call) => [call.id, call.attempt]),
      [1, 2, 3].map((attempt) => [delivery?.id, attempt]),
    )
    assert.deepEqual(bench.attempts, ['retry 500', 'retry 500', 'delivered 200'])
  })

  test('an endpoint that fails for 24 hours is given up visibly after 33 attempts', async () => {
    const receiver = await receive((response) => response.writeHead(500).end('broken'))
    const bench = await startBench(await open())
    const startedAt = bench.clock.now()
    await bench.send(`${receiver.origin}/dlr`)
    for (let attempts = 1; attempts < 33; attempts++) {
      await waitFor(async () => (await bench.countOf(`attempts = ${attempts} and leased_by is null`)) === 1)
      const [report] = await bench.reports()
      bench.clock.advance((report?.nextAttemptAt ?? 0) - bench.clock.now())
      await passTime(bench, () => receiver.calls.length > attempts)
    }
    await waitFor(async () => (await bench.countOf("status = 'failed'")) === 1)
    const [report] = await bench.reports()
    assert.equal(report?.attempts.length, 33)
    assert.equal(report?.lastError, 'answered 500')
    assert.equal(report?.attempts.at(-1)?.responseStart, 'broken')
    const elapsedMs = bench.clock.now() - startedAt
    assert.ok(elapsedMs > 82_800_000 && elapsedMs <= 86_400_000, `${elapsedMs} ms`)
    assert.deepEqual(bench.logged, ['webhook.failed'])
    assert.equal(bench.attempts.at(-1), 'failed 500')
  })

  test('410 is final at once; a redirect is a failure and is not followed', async () => {
    const receiver = await receive((response, call) =>
      response.writeHead(call.path === '/gone' ? 410 : 302, { location: '/elsewhere' }).end(),
    )
    const bench = await startBench(await open())
    await bench.send(`${receiver.origin}/gone`)
    await bench.send(`${receiver.origin}/moved`)
    await waitFor(async () => (await bench.countOf("status = 'failed' and last_status = 410")) === 1)
    await waitFor(async () => (await bench.countOf("status = 'pending' and last_status = 302")) === 1)
    assert.equal(receiver.callsTo('/elsewhere').length, 0)
  })

  test('a Retry-After holds back the delivery and the endpoint behind it', async () => {
    const receiver = await receive((response, call) =>
      call.attempt === 1 && receiver.calls.length === 1
        ? response.writeHead(429, { 'retry-after': '60' }).end()
        : response.end(),
    )
    const bench = await startBench(await open())
    const startedAt = bench.clock.now()
    await bench.send(`${receiver.origin}/dlr`)
    await waitFor(async () => (await bench.countOf('attempts = 1')) === 1)
    assert.equal((await bench.reports())[0]?.nextAttemptAt, startedAt + 60_000)
    await bench.send(`${receiver.origin}/dlr`)
    await waitFor(async () => (await bench.countOf("status = 'pending' and leased_by is null")) === 2)
    for (let second = 1; second < 60; second++) bench.clock.advance(1_000)
    assert.equal(receiver.calls.length, 1)
    await passTime(bench, async () => (await bench.countOf("status = 'delivered'")) === 2)
  })

  test('what a process that died had announced is called by the next start', async () => {
    const receiver = await receive()
    const bench = createBench(await open())
    await bench.leaveLeased(`${receiver.origin}/dlr`, 3)
    await bench.engine.start()
    await passTime(bench, async () => (await bench.countOf("status = 'delivered'")) === 3)
    assert.equal(receiver.calls.length, 3)
  })

  test('an announcement that was never offered is found while running', async () => {
    const receiver = await receive()
    const bench = await startBench(await open())
    await bench.leaveLeased(`${receiver.origin}/dlr`)
    await passTime(bench, async () => (await bench.countOf("status = 'delivered'")) === 1)
    assert.equal(receiver.calls.length, 1)
  })

  test("another node's deliveries are left alone until its leases are released", async () => {
    const receiver = await receive()
    const db = await open()
    const bench = await startBench(db)
    await bench.leaveLeased(`${receiver.origin}/theirs`, 1, 'node-2')
    await bench.leaveWaiting(`${receiver.origin}/free`)
    await passTime(bench, () => receiver.callsTo('/free').length === 1)
    assert.equal(receiver.callsTo('/theirs').length, 0)
    await db.write((tx) => releaseLeases(tx, ['node-2']))
    await passTime(bench, () => receiver.callsTo('/theirs').length === 1)
  })

  test('two nodes share what waits and call nothing twice', async () => {
    const receiver = await receive()
    const db = await open()
    const one = await startBench(db)
    const two = await startBench(db, { nodeId: 'node-2' })
    await one.leaveWaiting(`${receiver.origin}/dlr`, 200)
    await waitFor(async () => {
      one.clock.advance(1_000)
      two.clock.advance(1_000)
      return (await one.countOf("status = 'delivered'")) === 200
    })
    assert.equal(new Set(receiver.calls.map((call) => call.id)).size, 200)
    assert.equal(receiver.calls.length, 200)
  })

  test('more than memory takes waits in the table, and each is called once', async () => {
    const receiver = await receive()
    const bench = await startBench(await open(), { limits: { endpointQueueMax: 20, heldMax: 50 } })
    for (let i = 0; i < 5; i++) await bench.send(`${receiver.origin}/dlr`, 100)
    await passTime(bench, async () => (await bench.countOf("status = 'delivered'")) === 500)
    assert.equal(receiver.calls.length, 500)
    assert.equal(new Set(receiver.calls.map((call) => call.id)).size, 500)
  })

  test('of 100 endpoints one hangs and one refuses; the others do not notice', async () => {
    const hanging: string[] = []
    const receiver = await receive((response, call) => {
      if (call.path === '/hangs') hanging.push(call.id)
      else response.end()
    })
    const refusing = createServer()
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve))
    const address = refusing.address()
    assert.ok(address !== null && typeof address === 'object')
    await new Promise((resolve) => refusing.close(resolve))
    const bench = await startBench(await open())
    for (let round = 0; round < 5; round++) {
      await bench.send(`${receiver.origin}/hangs`, 50)
      await bench.send(`http://127.0.0.1:${address.port}/`, 50)
      for (let i = 0; i < 98; i++) await bench.send(`${receiver.origin}/good-${i}`)
    }
    await waitFor(async () => (await bench.countOf("status = 'delivered'")) === 5 * 98)
    assert.ok(hanging.length > 0 && hanging.length <= 4, `${hanging.length} calls hang`)
    await waitFor(() => bench.engine.backlog().closedEndpoints === 1)
    assert.equal(await bench.countOf("status = 'pending'"), 500)
    assert.ok(bench.engine.backlog().open <= 5)
  })

  test("a dead endpoint's backlog in the table does not hold up another endpoint", async () => {
    const receiver = await receive((response, call) => {
      if (call.path === '/a-dead') response.destroy()
      else response.end()
    })
    const bench = createBench(await open())
    await bench.leaveWaiting(`${receiver.origin}/a-dead`, 20_000)
    await bench.engine.start()
    await passTime(bench, () => receiver.callsTo('/a-dead').length >= 6)
    await bench.leaveWaiting(`${receiver.origin}/b-good`, 300)
    await passTime(bench, () => receiver.callsTo('/b-good').length === 300)
    assert.ok(receiver.callsTo('/a-dead').length < 20)
  })

  test('a dead endpoint that comes back gets all that waited', async () => {
    let alive = false
    const receiver = await receive((response) => (alive ? response.end() : response.writeHead(503).end()))
    const bench = await startBench(await open())
    await bench.send(`${receiver.origin}/dlr`, 100)
    await waitFor(() => bench.engine.backlog().closedEndpoints === 1)
    await passTime(bench, () => receiver.calls.length >= 9)
    alive = true
    await passTime(bench, async () => (await bench.countOf("status = 'delivered'")) === 100)
    assert.equal(bench.engine.backlog().closedEndpoints, 0)
  })

  test('a stop waits for open calls, records them, and frees what it did not call', async () => {
    const answers: (() => void)[] = []
    const receiver = await receive((response) => answers.push(() => response.end()))
    const bench = await startBench(await open())
    await bench.send(`${receiver.origin}/dlr`, 10)
    await waitFor(() => answers.length === 4)
    const stopped = bench.engine.stop(60_000)
    for (const answer of answers) answer()
    await stopped
    assert.equal(receiver.calls.length, 4)
    assert.equal(await bench.countOf("status = 'delivered'"), 4)
    assert.equal(await bench.countOf("status = 'pending' and attempts = 0 and leased_by is null"), 6)
  })

  test('a call that is still open at the end of a stop counts as no attempt', async () => {
    const receiver = await receive(() => {})
    const bench = await startBench(await open())
    await bench.send(`${receiver.origin}/dlr`)
    await waitFor(() => receiver.calls.length === 1)
    const stopped = bench.engine.stop(1_000)
    await waitFor(async () => {
      bench.clock.advance(1_000)
      return (await bench.countOf("status = 'pending' and attempts = 0 and leased_by is null")) === 1
    })
    bench.clock.advance(10_000)
    await stopped
  })

  test('offered to an engine that is stopped, a delivery waits for the next start', async () => {
    const receiver = await receive()
    const db = await open()
    const bench = await startBench(db)
    await bench.engine.stop(0)
    await bench.send(`${receiver.origin}/dlr`)
    assert.equal(receiver.calls.length, 0)
    const next = await startBench(db)
    await passTime(next, () => receiver.calls.length === 1)
  })

  test('what waits is counted, and what waited for its whole life is given up and told', async () => {
    const backlogs: WebhookBacklog[] = []
    let expired = 0
    const receiver = await receive((response) => response.writeHead(500).end())
    const logged: string[] = []
    const bench = createBench(await open(), {
      observe: {
        backlog: (backlog) => backlogs.push(backlog),
        expired: (count) => {
          expired += count
        },
      },
      log: { warn: (_fields, event) => logged.push(event) },
    })
    await bench.leaveWaiting(`${receiver.origin}/dlr`, 30)
    await bench.engine.start()
    await passTime(bench, () => bench.engine.backlog().closedEndpoints === 1 && (backlogs.at(-1)?.waiting ?? 0) >= 20)
    bench.clock.advance(86_400_000)
    await passTime(bench, async () => (await bench.countOf("status = 'failed'")) === 30)
    assert.ok(expired >= 20)
    assert.equal(logged.filter((event) => event === 'webhook.expired').length, expired)
    bench.clock.advance(30 * 86_400_000)
    await passTime(bench, async () => (await bench.countOf('1 = 1')) === 0)
  })

  test('more old deliveries than one round purges are gone within seconds', async () => {
    const db = await open()
    const bench = createBench(db)
    const deliveries = bench.create('http://127.0.0.1:1/dlr', 21_500)
    await db.write((tx) => {
      announce(tx, deliveries, { nodeId: 'node-1', now: bench.clock.now() })
      tx.run("update webhook_deliveries set status = 'delivered', leased_by = null, due_at = $1", [bench.clock.now()])
    })
    await bench.engine.start()
    bench.clock.advance(0)
    await waitFor(async () => (await bench.countOf('1 = 1')) === 1_500)
    for (let seconds = 0; seconds < 5; seconds++) {
      bench.clock.advance(1_000)
      await bench.countOf('1 = 1')
    }
    await waitFor(async () => (await bench.countOf('1 = 1')) === 0)
  })
})
