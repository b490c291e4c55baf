import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Smsc, startSmsc } from '@heliograph/simulator/smsc'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import { waitFor } from '../waitFor.ts'
import { startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { accountOf, carrierOf, Installation } from './heliograph.ts'

// kill -9 in the middle of everything, again and again: what was acknowledged is never lost.

describe('kill -9', { concurrency: true }, () => {
  describe('on SQLite', () => survivesCrashes({ crashes: 20, environment: async () => ({}) }))

  describe('on PostgreSQL', () => {
    let postgres: TestPostgres
    before(async () => {
      postgres = await startPostgres({ fsync: true })
    })
    after(() => postgres.stop())
    survivesCrashes({ crashes: 6, environment: async () => ({ DATABASE_URL: await postgres.url('crash') }) })
  })
})

interface Trial {
  readonly crashes: number
  readonly environment: () => Promise<Record<string, string>>
}

function survivesCrashes({ crashes, environment }: Trial): void {
  let smsc: Smsc
  let receiver: WebhookReceiver
  /** The delivery ids of the callbacks that came, by request id. */
  const called = new Map<string, Set<string>>()
  before(async () => {
    smsc = await startSmsc({ host: '127.0.0.1', port: 0, resendMs: 100 })
    receiver = await startReceiver((response, { id, body }) => {
      const { requestId } = JSON.parse(body)
      called.set(requestId, (called.get(requestId) ?? new Set()).add(id))
      response.end()
    })
  })
  after(async () => {
    await receiver.close()
    await smsc.close()
  })

  test(`${crashes} crashes under load lose nothing that was acknowledged and double only what was in doubt`, async (context) => {
    const heliograph = await Installation.create({
      config: {
        webhooks: { allowPrivateNetworks: true },
        accounts: [accountOf('acme')],
        carriers: [carrierOf('smsc', smsc.port)],
      },
      environment: await environment(),
    })
    context.after(() => heliograph.remove())
    const load = new Load(heliograph, `${receiver.origin}/dlr`)
    let inDoubt = 0
    const start = async () => {
      await heliograph.start()
      inDoubt += await heliograph.metric('heliograph_messages_in_doubt_total{carrier="smsc"}')
    }
    for (let crash = 0; crash < crashes; crash++) {
      await start()
      const before = load.acknowledged.size
      const sending = load.send(CONNECTIONS)
      await waitFor(() => load.acknowledged.size >= before + ACKNOWLEDGED_PER_CRASH, 30_000)
      await heliograph.kill()
      await sending
    }
    await start()

    const uncalled = () => [...load.acknowledged.keys()].filter((id) => !called.has(id))
    await waitFor(() => called.size >= load.acknowledged.size && uncalled().length === 0, 60_000).catch(async () => {
      const [lost = ''] = uncalled()
      const { text } = await heliograph.call(`/api/v1/messages/${lost}`)
      assert.fail(`${uncalled().length} of ${load.acknowledged.size} acknowledged messages have no callback: ${text}`)
    })
    let doubled = 0
    for (const [requestId, number] of load.acknowledged) {
      assert.equal((await heliograph.statusOf(requestId)).status, 'DELIVERED', requestId)
      assert.equal(called.get(requestId)?.size, 1, 'one delivery, however often it was called')
      const arrived = smsc.handsets.messages(number).length
      assert(arrived >= 1, `${requestId} is on the phone`)
      doubled += arrived - 1
    }
    assert(doubled <= inDoubt, `${doubled} doubled, ${inDoubt} in doubt`)
    assert.equal(smsc.undelivered('journey'), 0, 'every receipt was taken')
    context.diagnostic(`${load.acknowledged.size} acknowledged, ${inDoubt} in doubt, ${doubled} doubled`)
  })
}

/** Small, so that twenty crashes take seconds: what a crash interrupts is a few commits, whatever the load. */
const CONNECTIONS = 16
const ACKNOWLEDGED_PER_CRASH = 30
/** Clients that send until the server is gone, and remember what it promised them. */
class Load {
  /** The handset by the request id. */
  readonly acknowledged = new Map<string, string>()
  readonly #heliograph: Installation
  readonly #callbackUrl: string
  #count = 0

  constructor(heliograph: Installation, callbackUrl: string) {
    this.#heliograph = heliograph
    this.#callbackUrl = callbackUrl
  }

  async send(connections: number): Promise<void> {
    await Promise.all(Array.from({ length: connections }, () => this.#sendUntilGone()))
  }

  async #sendUntilGone(): Promise<void> {
    for (;;) {
      const number = `49151${20_000_000 + ++this.#count}`
      try {
        const body = { to: number, from: 'Heliograph', message: 'Hello', callbackUrl: this.#callbackUrl }
        const answer = await this.#heliograph.call<{ requestId: string }>('/messaging/v1/sms', { body })
        if (answer.status === 200) this.acknowledged.set(answer.body.requestId, number)
      } catch {
        return // The process is gone, which is what this is about.
      }
    }
  }
}
