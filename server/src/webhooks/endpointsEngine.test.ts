import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { afterEach, test } from 'node:test'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { createTestSealer } from '../../test/testSealer.ts'
import { waitFor } from '../../test/waitFor.ts'
import { createWebhookBench, type WebhookBench } from '../../test/webhookBench.ts'
import { type ReceivedCall, startReceiver, type WebhookReceiver } from '../../test/webhookReceiver.ts'
import type { Database } from '../db/database.ts'
import { announce } from './announce.ts'
import { listDeliveries, readDelivery } from './listDeliveries.ts'
import { changeEndpoint, createEndpoint, deleteEndpoint, type EndpointWishes, rotateSecret } from './manageEndpoints.ts'
import { replayDeliveries, replayDelivery, replayedPerSecond } from './replayDeliveries.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const sealer = createTestSealer()

async function receive(answer?: (response: ServerResponse, call: ReceivedCall) => void): Promise<WebhookReceiver> {
  const receiver = await startReceiver(answer)
  stops.push(() => receiver.close())
  return receiver
}

/** An engine with an account's endpoints. */
async function startBench(db: Database, nodeId = 'node-1') {
  const bench = createWebhookBench(db, { nodeId })
  const { clock, newId, subscriptions } = bench
  const management = { db, clock, newId, sealer, subscriptions }
  await subscriptions.start()
  await bench.engine.start()
  stops.push(
    () => subscriptions.stop(),
    () => bench.engine.stop(0),
  )
  let events = 0
  return {
    ...bench,
    management,
    async endpoint(url: string, over: Partial<EndpointWishes> = {}): Promise<{ id: string; secret: string }> {
      const created = await createEndpoint(management, {
        accountId: 'acme',
        wishes: { ...WISHES, url, ...over },
        secret: 'new',
      })
      assert.ok(created !== null && created.secret !== null)
      return { id: created.endpoint.id, secret: created.secret }
    },
    /** Announces events to whoever wants them, each in a transaction of its own; resolves with the ids. */
    async happen(times = 1, event = 'message.status'): Promise<string[]> {
      const ids: string[] = []
      for (let i = 0; i < times; i++) {
        const about = {
          accountId: 'acme',
          messageId: 'm1',
          channel: 'sms',
          number: '+49301',
          ladder: 'receipt',
        } as const
        const body = () => JSON.stringify({ n: ++events, from: null, list: [1] })
        const deliveries = subscriptions.deliveriesFor({ ...about, event, body })
        await db.write((tx) => announce(tx, deliveries, { nodeId, now: clock.now() }))
        bench.engine.offer(deliveries)
        ids.push(...deliveries.map(({ id }) => id))
      }
      return ids
    },
    change: (id: string, wishes: Partial<EndpointWishes>) =>
      changeEndpoint(management, { accountId: 'acme', id, wishes }),
    /** Moves the clock on second by second until the condition holds. */
    pass: (condition: () => boolean | Promise<boolean>) => passTime([bench], condition),
    delivered: (times: number) => bench.countOf("status = 'delivered'").then((count) => count === times),
  }
}

const WISHES: EndpointWishes = {
  url: '',
  method: 'POST',
  events: [],
  channels: [],
  numbers: [],
  ordered: false,
  enabled: true,
  signatureMethod: 'HS256',
  header: null,
}

async function passTime(benches: readonly WebhookBench[], condition: () => boolean | Promise<boolean>): Promise<void> {
  await waitFor(async () => {
    if (await condition()) return true
    for (const { clock } of benches) clock.advance(1_000)
    return false
  })
}

const numbersOf = (calls: readonly ReceivedCall[]) => calls.map(({ body }): number => JSON.parse(body).n)
const sequencesOf = (calls: readonly ReceivedCall[]) => calls.map(({ headers }) => Number(headers['webhook-sequence']))
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

function signedBy(secret: string, { id, headers, body }: ReceivedCall): boolean[] {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signed = `${id}.${headers['webhook-timestamp']}.${body}`
  const standard = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  const vendor = createHmac('sha256', secret).update(`${headers['x-request-timestamp']}\n${body}`).digest('base64url')
  return [String(headers['webhook-signature']).split(' ').includes(standard), headers['x-signature'] === vendor]
}

onEveryStore('endpoints', (open) => {
  test('every endpoint that wants an event is called, signed and with its own header', async () => {
    const receiver = await receive()
    const bench = await startBench(await open())
    const one = await bench.endpoint(`${receiver.origin}/one?tenant=7`, { header: { name: 'x-token', value: 't0p' } })
    const two = await bench.endpoint(`${receiver.origin}/two`)
    await bench.endpoint(`${receiver.origin}/other`, { events: ['message.inbound'] })
    await bench.happen()
    await waitFor(() => receiver.calls.length === 2)
    const [first] = receiver.callsTo('/one')
    const [second] = receiver.callsTo('/two')
    assert.ok(first !== undefined && second !== undefined)
    assert.equal(first.query.get('tenant'), '7')
    assert.equal(first.headers['x-token'], 't0p')
    assert.equal(first.headers['webhook-event'], 'message.status')
    assert.equal(first.headers['x-signature-version'], 'V1.0')
    assert.equal(first.headers['webhook-sequence'], undefined)
    assert.notEqual(first.id, second.id)
    assert.deepEqual([signedBy(one.secret, first), signedBy(two.secret, second)].flat(), [true, true, true, true])
    assert.deepEqual(signedBy(one.secret, second), [false, false])
  })

  test('a URL that came with the message is called as ever: unsigned and without our extra headers', async () => {
    const receiver = await receive()
    const bench = await startBench(await open())
    await bench.endpoint(`${receiver.origin}/dlr`)
    await bench.send(`${receiver.origin}/dlr`)
    await waitFor(() => receiver.calls.length === 1)
    const names = Object.keys(receiver.calls[0]?.headers ?? {})
    assert.deepEqual(
      names.filter((name) => /^(x-|webhook-)/.test(name)),
      ['webhook-id', 'webhook-timestamp', 'webhook-attempt'],
    )
  })

  test('GET has the fields of the body in the query and signs an empty body', async () => {
    const receiver = await receive()
    const bench = await startBench(await open())
    const { secret } = await bench.endpoint(`${receiver.origin}/get?x=1`, { method: 'GET' })
    await bench.happen()
    await waitFor(() => receiver.calls.length === 1)
    const [call] = receiver.calls
    assert.ok(call !== undefined)
    assert.equal(call.method, 'GET')
    assert.equal(call.query.toString(), 'x=1&n=1&list=%5B1%5D')
    assert.deepEqual(signedBy(secret, call), [true, true])
  })

  test('after a rotation both secrets sign until the overlap ends, to the instant', async () => {
    const receiver = await receive()
    const bench = await startBench(await open())
    const { id, secret: old } = await bench.endpoint(`${receiver.origin}/e`)
    const rotated = await rotateSecret(bench.management, { accountId: 'acme', id, secret: 'new', overlapMs: 60_000 })
    const fresh = rotated?.secret ?? ''
    const nextCall = async () => {
      const calls = receiver.calls.length
      await bench.happen()
      await waitFor(() => receiver.calls.length === calls + 1)
      const call = receiver.calls.at(-1)
      assert.ok(call !== undefined)
      return call
    }
    bench.clock.advance(59_999)
    const during = await nextCall()
    assert.deepEqual(signedBy(fresh, during), [true, false])
    assert.deepEqual(signedBy(old, during), [true, true])
    bench.clock.advance(1)
    const after = await nextCall()
    assert.deepEqual(signedBy(fresh, after), [true, true])
    assert.deepEqual(signedBy(old, after), [false, false])
    const leaked = await rotateSecret(bench.management, { accountId: 'acme', id, secret: 'new', overlapMs: 0 })
    const atOnce = await nextCall()
    assert.deepEqual(signedBy(leaked?.secret ?? '', atOnce), [true, true])
    assert.deepEqual(signedBy(fresh, atOnce), [false, false])
  })

  test('events of a disabled endpoint are kept and come once it is enabled, to the URL it has then', async () => {
    const receiver = await receive()
    const bench = await startBench(await open())
    const { id } = await bench.endpoint(`${receiver.origin}/old`, { enabled: false })
    await bench.happen(20)
    for (let second = 0; second < 30; second++) bench.clock.advance(1_000)
    await bench.commits.drain()
    assert.equal(receiver.calls.length, 0)
    assert.equal(await bench.countOf("status = 'pending' and leased_by is null"), 20)
    await bench.change(id, { enabled: true, url: `${receiver.origin}/new` })
    await bench.pass(() => bench.delivered(20))
    assert.equal(receiver.callsTo('/new').length, 20)
    assert.equal(receiver.callsTo('/old').length, 0)
  })

  test('what is in memory when an endpoint is disabled goes back to the table', async () => {
    const answers: (() => void)[] = []
    const receiver = await receive((response) => answers.push(() => response.end()))
    const bench = await startBench(await open())
    const { id } = await bench.endpoint(`${receiver.origin}/e`)
    await bench.happen(10)
    await waitFor(() => answers.length === 4)
    await bench.change(id, { enabled: false })
    for (const answer of answers) answer()
    await waitFor(async () => (await bench.countOf("status = 'pending' and leased_by is null")) === 6)
    assert.equal(receiver.calls.length, 4)
    assert.equal(await bench.countOf("status = 'delivered'"), 4)
  })

  test('410 disables the endpoint, keeps what is for it, and tells the others once', async () => {
    const receiver = await receive((response, { path }) => response.writeHead(path === '/gone' ? 410 : 200).end())
    const db = await open()
    const bench = await startBench(db)
    const gone = await bench.endpoint(`${receiver.origin}/gone`)
    await bench.endpoint(`${receiver.origin}/watch`, { events: ['endpoint.disabled'] })
    await bench.happen(8)
    await bench.pass(() => receiver.callsTo('/watch').length === 1)
    await waitFor(() => !bench.subscriptions.isCallable(gone.id) && bench.subscriptions.find(gone.id) !== null)
    const told = JSON.parse(receiver.callsTo('/watch')[0]?.body ?? '')
    assert.deepEqual([told.endpointId, told.url, told.reason], [gone.id, `${receiver.origin}/gone`, 'answered 410'])
    const rows = await db.read('select enabled, disabled_reason from webhook_endpoints where id = $1', [gone.id])
    assert.deepEqual(rows, [{ enabled: 0, disabled_reason: 'answered 410' }])
    await bench.pass(async () => (await bench.countOf("status = 'pending' and leased_by is null")) === 8)
    assert.ok(receiver.callsTo('/gone').length <= 4, 'only those already under way')
    assert.equal(receiver.callsTo('/watch').length, 1)
    assert.equal(bench.logged.filter((event) => event === 'webhook.endpoint_gone').length, 1)
    await bench.change(gone.id, { enabled: true, url: `${receiver.origin}/back` })
    await bench.pass(() => receiver.callsTo('/back').length === 8)
  })

  test('what is for a deleted endpoint is given up visibly, not called', async () => {
    const receiver = await receive((response) => response.writeHead(500).end())
    const db = await open()
    const bench = await startBench(db)
    const { id } = await bench.endpoint(`${receiver.origin}/e`)
    await bench.happen(3)
    await waitFor(async () => (await bench.countOf('attempts = 1 and leased_by is null')) === 3)
    await deleteEndpoint(bench.management, { accountId: 'acme', id })
    await bench.pass(async () => (await bench.countOf("status = 'failed'")) === 3)
    assert.equal(receiver.calls.length, 3)
    const errors = await db.read('select distinct last_error from webhook_deliveries')
    assert.deepEqual(errors, [{ last_error: 'the endpoint was deleted' }])
    assert.deepEqual(await bench.happen(), [])
  })

  test('an endpoint that another node has just made is waited for, not given up', async () => {
    const receiver = await receive()
    const db = await open()
    const one = await startBench(db)
    const two = await startBench(db, 'node-2')
    await one.subscriptions.stop()
    await two.endpoint(`${receiver.origin}/e`)
    await two.engine.stop(0)
    await two.happen(3)
    await passTime([one], async () => (await one.countOf("leased_by is null and status = 'pending'")) === 3)
    assert.equal(receiver.calls.length, 0)
    await one.subscriptions.refresh()
    await passTime([one], () => receiver.calls.length === 3)
  })

  test('an ordered endpoint is called strictly one at a time, in order, with numbers without gaps', async () => {
    let open1 = 0
    const receiver = await receive((response) => {
      open1 += 1
      assert.equal(open1, 1)
      setImmediate(() => {
        open1 -= 1
        response.end()
      })
    })
    const bench = await startBench(await open())
    await bench.endpoint(`${receiver.origin}/e`, { ordered: true })
    await bench.happen(150)
    await bench.pass(() => bench.delivered(150))
    assert.deepEqual(numbersOf(receiver.calls), upTo(150))
    assert.deepEqual(sequencesOf(receiver.calls), upTo(150))
  })

  test('a failing call of an ordered endpoint holds up those behind it, and a restart changes no order', async () => {
    let failing = true
    const receiver = await receive((response, { body }) => {
      response.writeHead(failing && JSON.parse(body).n === 3 ? 500 : 200).end()
    })
    const db = await open()
    const bench = await startBench(db)
    await bench.endpoint(`${receiver.origin}/e`, { ordered: true })
    await bench.happen(10)
    await bench.pass(() => receiver.calls.length >= 4)
    assert.deepEqual(new Set(numbersOf(receiver.calls.slice(2))), new Set([3]))
    await bench.engine.stop(0)
    await bench.happen(5)
    const next = createWebhookBench(db, { subscriptions: bench.subscriptions })
    next.clock.advance(bench.clock.now() - next.clock.now())
    await next.engine.start()
    stops.push(() => next.engine.stop(0))
    failing = false
    await passTime([next], async () => (await next.countOf("status = 'delivered'")) === 15)
    const taken = numbersOf(receiver.calls).filter((n, index, all) => all.indexOf(n) === index)
    assert.deepEqual(taken, upTo(15))
  })

  test('two nodes keep the order of an ordered endpoint between them', async () => {
    let open1 = 0
    const receiver = await receive((response) => {
      open1 += 1
      assert.equal(open1, 1, 'one call at a time, whichever node makes it')
      setTimeout(() => {
        open1 -= 1
        response.end()
      }, 1)
    })
    const db = await open()
    const one = await startBench(db)
    await one.endpoint(`${receiver.origin}/e`, { ordered: true })
    const two = createWebhookBench(db, { nodeId: 'node-2', subscriptions: one.subscriptions })
    await two.engine.start()
    stops.push(() => two.engine.stop(0))
    for (let round = 0; round < 5; round++) {
      await Promise.all([one.happen(10), passTime([one, two], () => true)])
      one.clock.advance(1_000)
      two.clock.advance(1_000)
    }
    await passTime([one, two], async () => (await one.countOf("status = 'delivered'")) === 50)
    assert.deepEqual(numbersOf(receiver.calls), upTo(50))
    assert.deepEqual(sequencesOf(receiver.calls), upTo(50))
  })

  test('a rollback leaves no gap in the numbers', async () => {
    const receiver = await receive()
    const db = await open()
    const bench = await startBench(db)
    await bench.endpoint(`${receiver.origin}/e`, { ordered: true })
    await bench.happen(2)
    const lost = bench.subscriptions.deliveriesFor({ ...ABOUT, body: () => '{"n":0}' })
    await assert.rejects(
      db.write((tx) => {
        announce(tx, lost, { nodeId: 'node-1', now: bench.clock.now() })
        throw new Error('rolled back')
      }),
      /rolled back/,
    )
    await bench.happen(2)
    await bench.pass(() => bench.delivered(4))
    assert.deepEqual(sequencesOf(receiver.calls), upTo(4))
  })

  test('failed deliveries are replayed in order at a bounded rate, under the same id, with a fresh ladder', async () => {
    let status = 500
    const receiver = await receive((response) => response.writeHead(status).end())
    const db = await open()
    const bench = await startBench(db)
    const { id: endpointId } = await bench.endpoint(`${receiver.origin}/e`)
    const ids = await bench.happen(120)
    await db.write((tx) => {
      tx.run("update webhook_deliveries set status = 'failed', leased_by = null, due_at = due_at + 1000000")
    })
    await waitFor(() => bench.engine.backlog().open + bench.engine.backlog().queued === 0)
    await bench.commits.drain()
    const before = receiver.calls.length
    bench.clock.advance(90_000_000)
    const now = bench.clock.now()
    const request = {
      accountId: 'acme',
      endpointKey: `acme #${endpointId}`,
      which: { kind: 'failed' },
      after: null,
    } as const
    const replayed = await replayDeliveries({ db, now: bench.clock.now }, request)
    assert.deepEqual(replayed, { count: 120, next: null })
    const due = await db.read<{ id: string; due_at: number; expires_at: number }>(
      'select id, due_at, expires_at from webhook_deliveries order by due_at',
    )
    assert.deepEqual(
      due.map((row) => [row.id, row.due_at, row.expires_at]),
      ids.map((id, index) => [id, now + index * 20, now + index * 20 + 86_400_000]),
    )
    assert.equal(1_000 / 20, replayedPerSecond)
    // A second request lines up behind the first.
    assert.deepEqual(await replayDeliveries({ db, now: bench.clock.now }, request), { count: 0, next: null })
    status = 200
    await bench.pass(() => bench.delivered(120))
    assert.deepEqual(new Set(receiver.calls.slice(before).map(({ id }) => id)), new Set(ids))
  })

  test('delivered ones are replayed by id or since a time, and attempts count on', async () => {
    const receiver = await receive()
    const db = await open()
    const bench = await startBench(db)
    const { id: endpointId } = await bench.endpoint(`${receiver.origin}/e`)
    const [old] = await bench.happen()
    await waitFor(() => bench.delivered(1))
    bench.clock.advance(600_000)
    const since = bench.clock.now()
    const recent = await bench.happen(3)
    await waitFor(() => bench.delivered(4))
    const replaying = { db, now: bench.clock.now }
    assert.equal(await replayDelivery(replaying, { accountId: 'acme', id: old ?? '' }), true)
    assert.equal(await replayDelivery(replaying, { accountId: 'rival', id: old ?? '' }), false)
    assert.equal(await replayDelivery(replaying, { accountId: 'acme', id: 'unknown' }), false)
    await bench.pass(() => receiver.calls.length === 5)
    assert.deepEqual([receiver.calls[4]?.id, receiver.calls[4]?.attempt], [old, 2])
    await waitFor(() => bench.delivered(4))
    const which = { kind: 'since', sinceMs: since } as const
    const request = { accountId: 'acme', endpointKey: `acme #${endpointId}`, which, after: null }
    assert.deepEqual(await replayDeliveries(replaying, request), { count: 3, next: null })
    await bench.pass(() => receiver.calls.length === 8)
    assert.deepEqual(
      receiver.calls.slice(5).map(({ id, attempt }) => [id, attempt]),
      recent.map((id) => [id, 2]),
    )
    await waitFor(() => bench.delivered(4))
    const details = await readDelivery(db, 'acme', recent[0] ?? '')
    assert.deepEqual(
      details?.attemptList.map(({ number, status }) => [number, status]),
      [
        [1, 200],
        [2, 200],
      ],
    )
    assert.equal(await readDelivery(db, 'rival', recent[0] ?? ''), null)
  })

  test('deliveries are listed newest first, by endpoint, status, event and time, to their own account', async () => {
    const receiver = await receive((response, { path }) => response.writeHead(path === '/bad' ? 500 : 200).end())
    const db = await open()
    const bench = await startBench(db)
    const good = await bench.endpoint(`${receiver.origin}/good`)
    const bad = await bench.endpoint(`${receiver.origin}/bad`, { events: ['message.inbound'] })
    await bench.happen(2)
    bench.clock.advance(120_000)
    await bench.happen(1, 'message.inbound')
    await waitFor(() => bench.delivered(3))
    const list = (
      filter: Parameters<typeof listDeliveries>[1]['filter'],
      accountId = 'acme',
      before: string | null = null,
    ) => listDeliveries(db, { accountId, filter, before, limit: 10 })
    const all = await list({})
    assert.deepEqual(
      all.map(({ id }) => id),
      all
        .map(({ id }) => id)
        .toSorted()
        .toReversed(),
    )
    assert.equal(all.length, 4)
    assert.deepEqual(await list({}, 'acme', all[1]?.id), all.slice(2))
    assert.equal((await list({ endpointId: good.id })).length, 3)
    assert.deepEqual(
      (await list({ endpointId: bad.id })).map(({ status }) => status),
      ['pending'],
    )
    assert.equal((await list({ status: 'delivered' })).length, 3)
    assert.equal((await list({ event: 'message.inbound' })).length, 2)
    assert.equal((await list({ sinceMs: bench.clock.now() })).length, 2)
    assert.equal((await list({ endpointId: good.id, status: 'delivered', event: 'message.status' })).length, 2)
    assert.deepEqual(await list({}, 'rival'), [])
    assert.deepEqual(await list({ endpointId: good.id }, 'rival'), [])
  })
})

const ABOUT = {
  accountId: 'acme',
  messageId: 'm1',
  event: 'message.status',
  channel: 'sms',
  number: null,
  ladder: 'receipt',
} as const
