import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Smsc, startSmsc } from '@heliograph/simulator/smsc'
import pg from 'pg'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import { waitFor } from '../waitFor.ts'
import { accountOf, carrierOf, Installation } from './heliograph.ts'

// The store fails under load: callers are told so, what was acknowledged stays, and nobody has to restart anything.

let smsc: Smsc

before(async () => {
  smsc = await startSmsc({ host: '127.0.0.1', port: 0, resendMs: 100 })
})
after(() => smsc.close())

const startInstallation = async (environment: Record<string, string> = {}) => {
  const heliograph = await Installation.create({
    config: { accounts: [accountOf('acme')], carriers: [carrierOf('smsc', smsc.port)] },
    environment,
  })
  await heliograph.start()
  return heliograph
}

test('a full disk is a 503 with Retry-After, and with room again everything goes on by itself', {
  skip: process.platform !== 'linux' && 'needs prlimit',
}, async (context) => {
  const heliograph = await startInstallation()
  context.after(() => heliograph.remove())
  const load = startLoad(heliograph, 1)
  await waitFor(() => load.acknowledged.size >= 50)
  for (const bytes of [65_536, 0]) {
    const refusedBefore = load.refused
    await heliograph.limitFileSize(bytes)
    await waitFor(() => load.refused >= refusedBefore + 10)
    assert.equal((await heliograph.call('/healthz')).status, 200, 'the process lives')
    await heliograph.limitFileSize('unlimited')
    const before = load.acknowledged.size
    await waitFor(() => load.acknowledged.size >= before + 50)
  }
  await load.stop()
  await assertAllDelivered(heliograph, load)
})

describe('on PostgreSQL', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.stop())

  test('connections that are cut off lose nothing', async (context) => {
    const url = await postgres.url('cut')
    const heliograph = await startInstallation({ DATABASE_URL: url })
    context.after(() => heliograph.remove())
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const load = startLoad(heliograph, 2)
    for (let cut = 0; cut < 5; cut++) {
      const before = load.acknowledged.size
      await waitFor(() => load.acknowledged.size >= before + 50)
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
    }
    await client.end()
    const before = load.acknowledged.size
    await waitFor(() => load.acknowledged.size >= before + 50)
    await load.stop()
    await assertAllDelivered(heliograph, load)
  })

  test('a server that stops and comes back loses nothing', async (context) => {
    const heliograph = await startInstallation({ DATABASE_URL: await postgres.url('stopped') })
    context.after(() => heliograph.remove())
    const load = startLoad(heliograph, 3)
    await waitFor(() => load.acknowledged.size >= 50)
    const refusedBefore = load.refused
    await postgres.interrupt()
    await waitFor(() => load.refused >= refusedBefore + 10)
    await waitFor(async () => (await heliograph.call('/readyz')).status === 503)
    await postgres.resume()
    const before = load.acknowledged.size
    await waitFor(() => load.acknowledged.size >= before + 50)
    await load.stop()
    await assertAllDelivered(heliograph, load)
  })
})

interface RunningLoad {
  /** The handset by the request id. */
  readonly acknowledged: ReadonlyMap<string, string>
  /** Answers 503, all with Retry-After. */
  readonly refused: number
  stop(): Promise<void>
}

/** Clients that send, and on a 503 wait a little and go on. Any answer but 200 and 503 ends the test. */
function startLoad(heliograph: Installation, series: number): RunningLoad {
  const acknowledged = new Map<string, string>()
  let refused = 0
  let count = 0
  let stopped = false
  const sendUntilStopped = async () => {
    while (!stopped) {
      const number = `4915${series}${210_000_00 + ++count}`
      const body = { to: number, from: 'Heliograph', message: 'Hello' }
      const answer = await heliograph.call<{ requestId: string }>('/messaging/v1/sms', { body })
      if (answer.status === 200) acknowledged.set(answer.body.requestId, number)
      else {
        assert.equal(answer.status, 503, answer.text)
        assert.equal(answer.headers.get('retry-after'), '1')
        refused++
        await new Promise((resolve) => setTimeout(resolve, REFUSED_PAUSE_MS))
      }
    }
  }
  const clients = Promise.all(Array.from({ length: CONNECTIONS }, sendUntilStopped))
  // Whoever waits for the load to get somewhere times out; this is why.
  clients.catch((error) => {
    console.error(error)
  })
  return {
    acknowledged,
    get refused() {
      return refused
    },
    async stop() {
      stopped = true
      await clients
    },
  }
}

const CONNECTIONS = 8
const REFUSED_PAUSE_MS = 20

async function assertAllDelivered(heliograph: Installation, { acknowledged }: RunningLoad): Promise<void> {
  for (const [requestId, number] of acknowledged) {
    await heliograph.untilStatus(requestId, 'DELIVERED', 40_000)
    assert(smsc.handsets.messages(number).length >= 1, `${requestId} is on the phone`)
  }
  assert.equal((await heliograph.call('/readyz')).status, 200)
  const { code } = await heliograph.stop()
  assert.deepEqual([code, heliograph.errors], [0, ''])
}
