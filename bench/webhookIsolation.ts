import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock as clock } from '../server/src/clock.ts'
import { GroupCommit } from '../server/src/db/groupCommit.ts'
import { migrate } from '../server/src/db/migrate.ts'
import { openSqlite } from '../server/src/db/sqlite.ts'
import { createIds } from '../server/src/ids.ts'
import { announce } from '../server/src/webhooks/announce.ts'
import type { NewDelivery } from '../server/src/webhooks/delivery.ts'
import { WebhookEngine } from '../server/src/webhooks/engine.ts'
import { HttpSender } from '../server/src/webhooks/httpSender.ts'
import { Subscriptions } from '../server/src/webhooks/subscriptions.ts'
import { createTestSealer } from '../server/test/testSealer.ts'

/**
 * Measures what one endpoint that hangs 30 s and one that refuses do to 98 others: two engines with a store each take
 * turns, second by second, one with the two and one without them. With `--null` neither has them, which shows how much
 * of a difference is noise. Run by hand: node bench/webhookIsolation.ts [--null]
 */
const withBad = !process.argv.includes('--null')
const ENDPOINTS = 100
const TURNS = 16
const TURN_MS = 1_000
const HANGS_MS = 30_000

let latencies: number[] = []
const receiver = createServer((request, response) => {
  request.resume()
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://receiver')
  if (pathname === '/hangs') {
    setTimeout(() => response.end(), HANGS_MS).unref()
  } else {
    latencies.push(performance.now() - Number(searchParams.get('at')))
    response.end()
  }
}).listen(0, '127.0.0.1')
await once(receiver, 'listening')
const address = receiver.address()
const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`

const sides = [await startSide(false), await startSide(withBad)] as const
for (const side of sides) await side.turn()
const p99s: [number[], number[]] = [[], []]
for (let turn = 0; turn < 2 * TURNS; turn++) {
  // Who begins changes, so that neither always follows the other.
  const which = (turn >> 1) % 2 === turn % 2 ? 0 : 1
  p99s[which].push(percentile(await sides[which].turn(), 0.99))
}
const [without, having] = [percentile(p99s[0], 0.5), percentile(p99s[1], 0.5)]
console.log(`median of ${TURNS} p99s: ${without.toFixed(2)} ms without, ${having.toFixed(2)} ms with the two`)
console.log(`ratio ${(having / without).toFixed(3)}${withBad ? '' : ' (neither has them)'}`)
for (const side of sides) await side.stop()
receiver.closeAllConnections()
receiver.close()

async function startSide(bad: boolean) {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-isolation-'))
  const db = await openSqlite({ directory })
  await migrate(db)
  const newId = createIds(clock)
  const commits = new GroupCommit({ db, clock })
  const subscriptions = new Subscriptions({ db, clock, newId, sealer: createTestSealer(), trouble: console.error })
  const sender = new HttpSender({ clock, userAgent: 'Heliograph/test', allowPrivateNetworks: true })
  const engine = new WebhookEngine({ db, commits, clock, nodeId: 'node-1', subscriptions, sender })
  const queue = commits.add<NewDelivery>({
    name: 'announce',
    urgent: true,
    write(tx, deliveries) {
      announce(tx, deliveries, { nodeId: 'node-1', now: clock.now() })
      return () => engine.offer(deliveries)
    },
    failed: (_deliveries, error) => console.error(error),
  })
  await engine.start()
  const about = { accountId: 'acme', messageId: null, event: 'message.inbound', method: 'POST', body: '{}' } as const
  const urlOf = (index: number) =>
    bad && index === 0
      ? `${origin}/hangs`
      : bad && index === 1
        ? 'http://127.0.0.1:1/refuses'
        : `${origin}/good-${index}?at=${performance.now()}`
  return {
    /** Announces to every endpoint some ten times a second; resolves with how long each call took to come. */
    async turn(): Promise<number[]> {
      latencies = []
      for (const end = performance.now() + TURN_MS; performance.now() < end; ) {
        for (let index = 0; index < ENDPOINTS; index++) {
          queue.push({ ...about, id: newId(), url: urlOf(index), ladder: 'inbound' })
          if (index % 10 === 9) await pause(5)
        }
        await pause(40)
      }
      await pause(100)
      return latencies
    },
    async stop(): Promise<void> {
      await engine.stop(0)
      await db.close()
      await rm(directory, { recursive: true })
    },
  }
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
}
