import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { RestMessageResponse } from '../../src/api/sms/schema.ts'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import { waitFor } from '../waitFor.ts'
import { accountOf, Installation } from './heliograph.ts'

// What connectors and the console read: lists, changes, explanations.

interface Page {
  readonly messages: readonly (RestMessageResponse & { readonly state: string; readonly updatedDate: string })[]
  readonly next: string | null
  /** Of lists of changes. */
  readonly listedUpTo?: string
}

describe('on SQLite', () => ownApi(async () => ({})))

describe('on PostgreSQL', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.stop())
  ownApi(async () => ({ DATABASE_URL: await postgres.url('own') }))
})

function ownApi(environment: () => Promise<Record<string, string>>): void {
  let heliograph: Installation
  before(async () => {
    heliograph = await Installation.create({
      config: {
        accounts: [accountOf('acme')],
        simulator: true,
        routes: [{ carrier: 'simulator', gateway: 'DEFAULT' }],
      },
      environment: await environment(),
    })
    await heliograph.start()
  })
  after(() => heliograph.remove())

  const list = async (query: Record<string, string | number>): Promise<Page> => {
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
    const answer = await heliograph.call<Page>(`/api/v1/messages?${search}`)
    assert.equal(answer.status, 200, answer.text)
    return answer.body
  }
  const idsOf = ({ messages }: Page) => messages.map(({ requestId }) => requestId)

  test('pages by acceptance are complete, newest first, without repeats, though messages come in meanwhile', async () => {
    const sent: string[] = []
    for (let n = 0; n < 25; n++) {
      sent.push((await heliograph.send({ to: '+4915112345601', reference: `pages-${n}` })).requestId)
    }
    const read: string[] = []
    let cursor: string | null = null
    do {
      const page: Page = await list({ to: '+4915112345601', limit: 7, ...(cursor === null ? {} : { cursor }) })
      read.push(...idsOf(page))
      cursor = page.next
      await heliograph.send({ to: '+4915112345601', reference: 'later' })
    } while (cursor !== null)
    assert.deepEqual(read, sent.toReversed())
  })

  test('filters hold together', async () => {
    const from = Date.now()
    const one = await heliograph.send({ to: '+4915112345602', from: 'Filter', reference: 'a' })
    const two = await heliograph.send({ to: '+4915112345602', from: '+491701234567', reference: 'b' })
    const three = await heliograph.send({ to: '+4915112345602', gateway: 'NOWHERE', reference: 'a' })
    await heliograph.untilStatus(one.requestId, 'DELIVERED')
    await heliograph.untilStatus(two.requestId, 'DELIVERED')
    const to = '4915112345602'
    assert.deepEqual(
      idsOf(await list({ to })),
      [three, two, one].map(({ requestId }) => requestId),
    )
    assert.deepEqual(idsOf(await list({ to: '+4915112345602', reference: 'a' })), [three.requestId, one.requestId])
    assert.deepEqual(idsOf(await list({ to, reference: 'a', status: 'delivered' })), [one.requestId])
    assert.deepEqual(idsOf(await list({ to, FROM: 'Filter' })), [one.requestId])
    assert.deepEqual(idsOf(await list({ to, from: '+491701234567' })), [two.requestId])
    assert.deepEqual(idsOf(await list({ to, status: 'rejected' })), [three.requestId])
    assert.deepEqual(idsOf(await list({ to, acceptedBefore: from })), [])
    assert.equal(idsOf(await list({ to, acceptedSince: new Date(from - 1_000).toISOString() })).length, 3)
    const dayAround = (days: number) => new Date(from + days * 86_400_000).toISOString().slice(0, 10)
    assert.equal(idsOf(await list({ to, acceptedSince: dayAround(-1), acceptedBefore: dayAround(2) })).length, 3)
    assert.equal(idsOf(await list({ to, acceptedSince: dayAround(1) })).length, 0)
  })

  test('a reader of changes sees every message in its last state and never waits for more than its cursor', async () => {
    const start = Date.now()
    const sent = new Set<string>()
    const last = new Map<string, string>()
    let cursor: string | null = null
    const read = async () => {
      const page: Page = await list({ updatedSince: start, limit: 10, ...(cursor === null ? {} : { cursor }) })
      for (const { requestId, status } of page.messages) last.set(requestId, status)
      assert.notEqual(page.next, null)
      cursor = page.next
      const listedUpTo = Date.parse(page.listedUpTo ?? '')
      assert.ok(listedUpTo <= Date.now() - 5_000)
      assert.ok(page.messages.every(({ updatedDate }) => Date.parse(updatedDate) < listedUpTo))
      return page.messages.length
    }
    for (let n = 0; n < 30; n++) {
      sent.add((await heliograph.send({ to: n % 3 === 0 ? '+4915112999101' : '+4915112345603' })).requestId)
      if (n % 5 === 0) await read()
    }
    await waitFor(async () => {
      await read()
      return [...sent].every((requestId) => last.get(requestId) === 'DELIVERED')
    }, 30_000)
    // A change is listed once it can no longer be overtaken by an earlier one, so the end of the list comes to rest.
    await waitFor(async () => (await read()) === 0)
  })

  test('an explanation has the whole story of a message', async () => {
    const message = 'καλημερα '.repeat(9)
    const { requestId } = await heliograph.send({ to: '+4915112345604', message, trate: 1 })
    await heliograph.untilStatus(requestId, 'DELIVERED')
    const { body } = await heliograph.call<Record<string, unknown> & { submissions: Record<string, unknown>[] }>(
      `/api/v1/messages/${requestId}`,
    )
    const { state, encoding, text, carrier, gateway, inDoubt, transcoding, callbacks } = body
    assert.deepEqual(
      { state, encoding, carrier, gateway, inDoubt, callbacks },
      { state: 'delivered', encoding: 'gsm7', carrier: 'simulator', gateway: 'DEFAULT', inDoubt: false, callbacks: [] },
    )
    assert.notEqual(text, message)
    assert.notEqual(transcoding, null)
    const [submission] = body.submissions
    assert.deepEqual(
      [body.submissions.length, submission?.submission, submission?.part, submission?.status],
      [1, 1, 1, 'delivered'],
    )
    assert.match(String(submission?.carrierMessageId), /^[0-9a-f]+$/i)
  })

  test('a text explains what it costs and which characters make it so', async () => {
    interface Explanation {
      readonly chosen: { readonly encoding: string; readonly parts: number }
      readonly forcing: readonly { readonly codePoints: readonly string[]; readonly index: number }[]
      readonly variants: readonly { readonly change: string; readonly parts: number; readonly allowed: boolean }[]
    }
    const message = `${'x'.repeat(99)}’`
    const { body } = await heliograph.call<Explanation>('/api/v1/text', { body: { message } })
    assert.deepEqual([body.chosen.encoding, body.chosen.parts], ['ucs2', 2])
    assert.deepEqual(
      body.forcing.map(({ codePoints, index }) => [codePoints, index]),
      [[['U+2019'], 99]],
    )
    const replaced = body.variants.find(({ change }) => change === 'replaced')
    assert.deepEqual([replaced?.parts, replaced?.allowed], [1, false])
  })
}
