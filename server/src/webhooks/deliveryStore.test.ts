import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEveryStore } from '../../test/onEveryStore.ts'
import type { Database } from '../db/database.ts'
import { announce } from './announce.ts'
import { claimDeliveries, dueEndpoints } from './claimDeliveries.ts'
import { deliveriesOfMessage } from './deliveriesOfMessage.ts'
import { endpointKey, type NewDelivery } from './delivery.ts'
import { leasedDeliveries, releaseLeases, returnLeases } from './leases.ts'
import { type AttemptRecord, recordAttempts } from './recordAttempts.ts'
import { expireDeliveries, purgeDeliveries } from './retireDeliveries.ts'

const now = Date.UTC(2026, 0, 1)
const nodeId = 'node-1'

function delivery(id: string, over: Partial<NewDelivery> = {}): NewDelivery {
  return {
    id,
    accountId: 'acme',
    messageId: 'm1',
    event: 'message.status',
    url: 'https://acme.example/dlr?id=1',
    method: 'POST',
    body: '{"text":"it\'s \\"ok\\" \u{1f600}"}',
    ladder: 'receipt',
    ...over,
  }
}

function attempt(deliveryId: string, over: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    deliveryId,
    number: 1,
    startedAt: now,
    durationMs: 20,
    httpStatus: 200,
    error: null,
    responseStart: 'ok',
    status: 'delivered',
    dueAt: now + 1_000,
    ...over,
  }
}

const failedTry = { httpStatus: 500, error: 'answered 500', status: 'pending' } as const

const write = (db: Database, deliveries: readonly NewDelivery[], at = now) =>
  db.write((tx) => announce(tx, deliveries, { nodeId, now: at }))

const freed = async (db: Database, deliveries: readonly NewDelivery[], at = now) => {
  await write(db, deliveries, at)
  await db.write((tx) => returnLeases(tx, { nodeId, deliveryIds: deliveries.map((one) => one.id) }))
}

const claim = (db: Database, key: string, limit = 10, at = now) =>
  db.write((tx) => claimDeliveries(tx, { endpointKey: key, limit, nodeId, now: at }))

const key = endpointKey('acme', delivery('x').url)

onEveryStore('deliveries', (open) => {
  test('an announced delivery is leased to its node, so no claim takes it', async () => {
    const db = await open()
    await write(db, [delivery('a'), delivery('b')])
    assert.deepEqual(await dueEndpoints(db, { after: '', now, limit: 10 }), [])
    assert.deepEqual(await claim(db, key), [])
    const leased = await leasedDeliveries(db, { nodeId, dueBefore: now, limit: 10 })
    assert.deepEqual(leased.toSorted(), ['a', 'b'])
    assert.deepEqual(await leasedDeliveries(db, { nodeId, dueBefore: now - 1, limit: 10 }), [])
  })

  test('a delivery comes back from the table as it was announced', async () => {
    const db = await open()
    const other = delivery('b', { messageId: null, method: 'GET', body: null, url: 'https://acme.example/other' })
    await freed(db, [delivery('a'), other])
    const held = { attempts: 0, attemptsBefore: 0, expiresAt: now + 86_400_000, sequence: null }
    assert.deepEqual(await claim(db, key), [{ ...delivery('a'), ...held }])
    assert.deepEqual(await claim(db, endpointKey('acme', other.url)), [{ ...other, ...held }])
    assert.deepEqual(await claim(db, key), [])
  })

  test('a claim takes the oldest due deliveries of its endpoint and no more than asked', async () => {
    const db = await open()
    await freed(db, [delivery('c')], now + 2)
    await freed(db, [delivery('a')], now)
    await freed(db, [delivery('b')], now + 1)
    const ids = (await claim(db, key, 2, now + 1)).map((held) => held.id)
    assert.deepEqual(ids, ['a', 'b'])
    assert.deepEqual(await claim(db, key, 2, now + 1), [])
    assert.equal((await claim(db, key, 2, now + 2)).length, 1)
  })

  test('due endpoints are listed once each, in pages, without those that have nothing due', async () => {
    const db = await open()
    const urls = ['a', 'b', 'c', 'd'].map((path) => `https://acme.example/${path}`)
    for (const [index, url] of urls.entries()) {
      await freed(db, [delivery(`1${index}`, { url }), delivery(`2${index}`, { url })], index === 2 ? now + 1 : now)
    }
    const keys = urls.map((url) => endpointKey('acme', url))
    assert.deepEqual(await dueEndpoints(db, { after: '', now, limit: 10 }), [keys[0], keys[1], keys[3]])
    assert.deepEqual(await dueEndpoints(db, { after: '', now, limit: 2 }), [keys[0], keys[1]])
    assert.deepEqual(await dueEndpoints(db, { after: keys[1] ?? '', now, limit: 2 }), [keys[3]])
    assert.deepEqual(await dueEndpoints(db, { after: keys[3] ?? '', now, limit: 2 }), [])
  })

  test('a failed attempt is due again at its time, without a lease, and counts', async () => {
    const db = await open()
    await write(db, [delivery('a')])
    await db.write((tx) => recordAttempts(tx, [attempt('a', { ...failedTry, dueAt: now + 5_000 })]))
    assert.deepEqual(await claim(db, key, 10, now + 4_999), [])
    const [held] = await claim(db, key, 10, now + 5_000)
    assert.equal(held?.attempts, 1)
  })

  test('a finished delivery is never changed by a late record', async () => {
    const db = await open()
    await write(db, [delivery('a')])
    await db.write((tx) => recordAttempts(tx, [attempt('a')]))
    await db.write((tx) => recordAttempts(tx, [attempt('a', { ...failedTry, number: 2, dueAt: now })]))
    const [report] = await deliveriesOfMessage(db, 'acme', 'm1')
    assert.equal(report?.status, 'delivered')
    assert.deepEqual(await claim(db, key), [])
  })

  test('the same record written twice, as after a commit whose answer was lost, stands once', async () => {
    const db = await open()
    await write(db, [delivery('a')])
    const record = attempt('a', { ...failedTry, dueAt: now })
    await db.write((tx) => recordAttempts(tx, [record]))
    await db.write((tx) => recordAttempts(tx, [record]))
    const [report] = await deliveriesOfMessage(db, 'acme', 'm1')
    assert.equal(report?.attempts.length, 1)
  })

  test("a message's deliveries are explained with every attempt, to its own account only", async () => {
    const db = await open()
    await write(db, [delivery('a'), delivery('b', { event: 'message.other' })])
    const noAnswer = attempt('a', { ...failedTry, httpStatus: null, error: 'refused', responseStart: null, dueAt: now })
    await db.write((tx) => recordAttempts(tx, [noAnswer]))
    await db.write((tx) => recordAttempts(tx, [attempt('a', { number: 2, startedAt: now + 50 })]))
    const report = { url: delivery('a').url, method: 'POST', createdAt: now, lastError: null }
    const call = { durationMs: 20, startedAt: now }
    assert.deepEqual(await deliveriesOfMessage(db, 'acme', 'm1'), [
      {
        ...report,
        id: 'a',
        event: 'message.status',
        status: 'delivered',
        nextAttemptAt: null,
        doneAt: now + 70,
        attempts: [
          { ...call, number: 1, status: null, error: 'refused', responseStart: null },
          { ...call, number: 2, startedAt: now + 50, status: 200, error: null, responseStart: 'ok' },
        ],
      },
      { ...report, id: 'b', event: 'message.other', status: 'pending', nextAttemptAt: now, doneAt: null, attempts: [] },
    ])
    assert.deepEqual(await deliveriesOfMessage(db, 'other', 'm1'), [])
  })

  test('leases of the named nodes are released, others kept', async () => {
    const db = await open()
    await write(db, [delivery('a')])
    await db.write((tx) => announce(tx, [delivery('b')], { nodeId: 'node-2', now }))
    await db.write((tx) => announce(tx, [delivery('c')], { nodeId: 'node-3', now }))
    await db.write((tx) => releaseLeases(tx, ['node-2', 'node-3']))
    assert.deepEqual(
      (await claim(db, key)).map((held) => held.id),
      ['b', 'c'],
    )
    assert.deepEqual((await leasedDeliveries(db, { nodeId, dueBefore: now, limit: 10 })).toSorted(), ['a', 'b', 'c'])
  })

  test('a node gives back only what it holds itself', async () => {
    const db = await open()
    await write(db, [delivery('a')])
    await db.write((tx) => returnLeases(tx, { nodeId: 'node-2', deliveryIds: ['a'] }))
    assert.deepEqual(await claim(db, key), [])
  })

  test('what waited until its time ran out fails visibly and keeps the last error', async () => {
    const db = await open()
    await freed(db, [delivery('a'), delivery('b'), delivery('c')])
    await db.write((tx) => recordAttempts(tx, [attempt('b', { ...failedTry, dueAt: now })]))
    await freed(db, [delivery('young')], now + 1)
    const day = 86_400_000
    const expire = (at: number, limit: number) =>
      db.write((tx) => expireDeliveries(tx, { now: at, retentionMs: 1_000, limit }))
    assert.deepEqual(await expire(now + day - 1, 10), [])
    assert.equal((await expire(now + day, 2)).length, 2)
    assert.equal((await expire(now + day, 2)).length, 1)
    const reports = await deliveriesOfMessage(db, 'acme', 'm1')
    assert.deepEqual(
      reports.map((report) => [report.id, report.status, report.lastError, report.doneAt]),
      [
        ['a', 'failed', 'no attempt could be made in time', now + day],
        ['b', 'failed', 'answered 500', now + day],
        ['c', 'failed', 'no attempt could be made in time', now + day],
        ['young', 'pending', null, null],
      ],
    )
  })

  test('finished deliveries are purged with their attempts after the retention, pending ones never', async () => {
    const db = await open()
    await write(db, [delivery('a'), delivery('b'), delivery('c')])
    await db.write((tx) => recordAttempts(tx, [attempt('a'), attempt('b', { ...failedTry, dueAt: now })]))
    const purge = (at: number) => db.write((tx) => purgeDeliveries(tx, { now: at, limit: 10 }))
    assert.equal(await purge(now + 999), 0)
    assert.equal(await purge(now + 1_000), 1)
    assert.deepEqual(
      (await deliveriesOfMessage(db, 'acme', 'm1')).map((report) => report.id),
      ['b', 'c'],
    )
    const attempts = await db.read('select delivery_id from webhook_attempts')
    assert.deepEqual(attempts, [{ delivery_id: 'b' }])
  })

  test('an unknown ladder in a row does not stop its delivery', async () => {
    const db = await open()
    await freed(db, [delivery('a')])
    await db.write((tx) => tx.run("update webhook_deliveries set ladder = 'newer'"))
    assert.equal((await claim(db, key))[0]?.ladder, 'receipt')
  })

  test('an empty announcement writes nothing', async () => {
    const db = await open()
    await write(db, [])
    assert.deepEqual(await db.read('select id from webhook_deliveries'), [])
  })

  test("the due index serves claims and the hop over endpoints, whatever one endpoint's backlog", async (t) => {
    const db = await open()
    if (db.engine !== 'sqlite') return t.skip('the plans of PostgreSQL depend on its statistics')
    const explain = async (sql: string) => {
      const plan = await db.read<{ detail: string }>(`explain query plan ${sql}`)
      return plan.map((step) => step.detail).join('\n')
    }
    const due = "from webhook_deliveries where status = 'pending' and leased_by is null"
    const hop = await explain(`select min(endpoint_key) ${due} and endpoint_key > 'k'`)
    assert.match(hop, /USING INDEX webhook_deliveries_due \(endpoint_key>\?\)/)
    const oldest = await explain(`select id ${due} and endpoint_key = 'k' and due_at <= 1 order by due_at limit 3`)
    assert.match(oldest, /USING INDEX webhook_deliveries_due \(endpoint_key=\? AND due_at<\?\)$/)
    const expired = await explain(`select id ${due} and expires_at <= 1 order by expires_at limit 3`)
    assert.match(expired, /USING INDEX webhook_deliveries_expiring \(expires_at<\?\)$/)
    const own = await explain("select id from webhook_deliveries where leased_by = 'n' and due_at <= 1")
    assert.match(own, /USING INDEX webhook_deliveries_leased/)
    const done = await explain(
      "select id from webhook_deliveries where status <> 'pending' and due_at <= 1 order by due_at limit 3",
    )
    assert.match(done, /USING INDEX webhook_deliveries_purge \(due_at<\?\)$/)
  })
})
