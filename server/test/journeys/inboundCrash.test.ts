import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Smsc, startSmsc } from '@heliograph/simulator/smsc'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import { waitFor } from '../waitFor.ts'
import { startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { accountOf, carrierOf, Installation } from './heliograph.ts'

// kill -9 while handsets write: whatever the SMSC got an answer for reaches the customer.

describe('on SQLite', () => survivesCrashes(async () => ({})))

describe('on PostgreSQL', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres({ fsync: true })
  })
  after(() => postgres.stop())
  survivesCrashes(async () => ({ DATABASE_URL: await postgres.url('inbound') }))
})

function survivesCrashes(environment: () => Promise<Record<string, string>>): void {
  let smsc: Smsc
  let receiver: WebhookReceiver
  let heliograph: Installation
  let answering = false
  before(async () => {
    smsc = await startSmsc({ host: '127.0.0.1', port: 0, resendMs: 50, windowMax: 50 })
    receiver = await startReceiver((response) => {
      if (answering) response.end()
    })
    const numbers = [{ number: OUR_NUMBER, inbound: { url: `${receiver.origin}/mo` } }]
    heliograph = await Installation.create({
      config: {
        webhooks: { allowPrivateNetworks: true },
        accounts: [accountOf('acme', { numbers })],
        carriers: [carrierOf('smsc', smsc.port)],
      },
      environment: await environment(),
    })
  })
  after(async () => {
    await heliograph.remove()
    await receiver.close()
    await smsc.close()
  })
  const write = (text: string) => {
    const sent = smsc.sendInbound({ from: '+4915112345678', to: OUR_NUMBER, text })
    assert.equal(sent.kind, 'sent')
  }
  const isBound = async () => (await heliograph.call('/readyz')).status === 200

  test('what was committed and answered, but not called before the crash, is called after it', async () => {
    answering = false
    await heliograph.start()
    await waitFor(isBound)
    const texts = Array.from({ length: 200 }, (_, index) => `before the call ${index}`)
    for (const text of texts) write(text)
    write(LONG)
    await waitFor(() => smsc.undelivered('journey') === 0)
    await heliograph.kill()
    answering = true
    await heliograph.start()
    await waitFor(() => isSuperset(bodiesOf(receiver), [...texts, LONG]), 30_000)
    const ids = Map.groupBy(receiver.calls, ({ body }) => JSON.parse(body).message)
    for (const calls of ids.values()) {
      assert.equal(new Set(calls.map(({ body }) => JSON.parse(body).requestId)).size, 1, 'one id for all attempts')
      assert.equal(new Set(calls.map(({ id }) => id)).size, 1)
    }
    const { body } = await heliograph.call<{ messages: unknown[] }>('/api/v1/inbound?limit=500')
    assert.equal(body.messages.length, texts.length + 1)
  })

  test('crashes in the middle of long and short messages lose none', async () => {
    answering = true
    const texts: string[] = []
    for (let crash = 0; crash < CRASHES; crash++) {
      const called = receiver.calls.length
      for (let index = 0; index < 60; index++) {
        const text = `crash ${crash} ${index}`
        texts.push(index % 3 === 0 ? `${text} `.padEnd(400, '.') : text)
        write(texts.at(-1) ?? '')
      }
      await waitFor(() => receiver.calls.length > called + 10, 30_000)
      await heliograph.kill()
      await heliograph.start()
      await waitFor(isBound)
    }
    await waitFor(() => isSuperset(bodiesOf(receiver), texts), 30_000)
    await waitFor(() => smsc.undelivered('journey') === 0)
  })
}

const OUR_NUMBER = '+4930123456'
const CRASHES = 3
const LONG = 'A long message that the crash must not tear apart. '.repeat(12)

function bodiesOf(receiver: WebhookReceiver): Set<string> {
  return new Set(receiver.calls.map(({ body }) => String(JSON.parse(body).message)))
}

function isSuperset(all: ReadonlySet<string>, some: readonly string[]): boolean {
  return some.every((one) => all.has(one))
}
