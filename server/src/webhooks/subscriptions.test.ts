import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { createTestSealer } from '../../test/testSealer.ts'
import { waitFor } from '../../test/waitFor.ts'
import type { Database } from '../db/database.ts'
import { createIds } from '../ids.ts'
import { listEndpoints, readEndpoint } from './endpointRows.ts'
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  type EndpointWishes,
  endpointsMax,
  rotateSecret,
} from './manageEndpoints.ts'
import { Subscriptions } from './subscriptions.ts'

const wishes: EndpointWishes = {
  url: 'https://acme.example/events',
  method: 'POST',
  events: [],
  channels: [],
  numbers: [],
  ordered: false,
  enabled: true,
  signatureMethod: 'HS256',
  header: null,
}

function createNode(db: Database, { key = randomBytes(32), clock = new FakeClock() } = {}) {
  const newId = createIds(clock)
  const sealer = createTestSealer(key)
  const troubles: unknown[] = []
  const subscriptions = new Subscriptions({ db, clock, newId, sealer, trouble: (error) => troubles.push(error) })
  const management = { db, clock, newId, sealer, subscriptions }
  return {
    clock,
    subscriptions,
    management,
    troubles,
    async create(over: Partial<EndpointWishes> = {}, accountId = 'acme'): Promise<string> {
      const created = await createEndpoint(management, { accountId, wishes: { ...wishes, ...over }, secret: 'new' })
      assert.ok(created !== null)
      return created.endpoint.id
    },
    told: (event: string, channel: string | null, number: string | null, accountId = 'acme') =>
      subscriptions.subscribersOf(accountId, { event, channel, number }).map(({ id }) => id),
  }
}

onEveryStore('subscriptions', (open) => {
  test('an endpoint hears of what it chose, of its own account only', async () => {
    const node = createNode(await open())
    const all = await node.create()
    const inbound = await node.create({ events: ['message.inbound'] })
    const oneNumber = await node.create({ numbers: ['+49301234567'], channels: ['sms'] })
    await node.create({}, 'rival')
    assert.deepEqual(node.told('message.status', 'sms', 'Acme'), [all])
    assert.deepEqual(node.told('message.inbound', 'sms', '+49307654321'), [all, inbound])
    assert.deepEqual(node.told('message.inbound', 'sms', '+49301234567'), [all, inbound, oneNumber])
    assert.deepEqual(node.told('message.inbound', 'chat', '+49301234567'), [all, inbound])
    assert.deepEqual(node.told('endpoint.disabled', null, null), [all])
    assert.deepEqual(node.told('message.status', 'sms', 'Acme', 'nobody'), [])
  })

  test('the body of an event is made only when somebody listens, and once for all of them', async () => {
    const node = createNode(await open())
    let bodies = 0
    const happening = {
      accountId: 'acme',
      messageId: 'm1',
      event: 'message.status',
      channel: 'sms',
      number: null,
      ladder: 'receipt',
      body: () => `{"n":${++bodies}}`,
    } as const
    assert.deepEqual(node.subscriptions.deliveriesFor(happening), [])
    assert.equal(bodies, 0)
    const ids = [await node.create(), await node.create({ method: 'GET' })]
    const deliveries = node.subscriptions.deliveriesFor(happening)
    assert.deepEqual(
      deliveries.map(({ endpointId, body }) => [endpointId, body]),
      ids.map((id) => [id, '{"n":1}']),
    )
    assert.equal(new Set(deliveries.map(({ id }) => id)).size, 2)
  })

  test('another node knows of a change within a second, also when its clock is behind', async () => {
    const db = await open()
    const key = randomBytes(32)
    const one = createNode(db, { key })
    const two = createNode(db, { key, clock: new FakeClock(one.clock.now() - 10_000) })
    await two.subscriptions.start()
    const first = await one.create()
    const passSecond = (check: () => boolean) =>
      waitFor(() => {
        two.clock.advance(1_000)
        return check()
      })
    await passSecond(() => two.told('message.status', 'sms', null).length === 1)
    const second = await two.create({ events: ['message.status'] })
    await one.subscriptions.refresh()
    assert.deepEqual(one.told('message.status', 'sms', null), [first, second])
    await changeEndpoint(one.management, { accountId: 'acme', id: second, wishes: { enabled: false } })
    await passSecond(() => !two.subscriptions.isCallable(second))
    assert.deepEqual(two.told('message.status', 'sms', null), [first, second], 'what is for it waits')
    await deleteEndpoint(one.management, { accountId: 'acme', id: first })
    await passSecond(() => two.subscriptions.isDeleted(first))
    assert.deepEqual(two.told('message.status', 'sms', null), [second])
    await two.subscriptions.stop()
  })

  test('two changes in one millisecond are both seen', async () => {
    const node = createNode(await open())
    const id = await node.create()
    for (const path of ['a', 'b', 'c']) {
      const url = `https://acme.example/${path}`
      await changeEndpoint(node.management, { accountId: 'acme', id, wishes: { url } })
      assert.equal(node.subscriptions.find(id)?.url, url)
    }
  })

  test('secrets and header values are sealed at rest, and unreadable ones stop calls instead of unsigning them', async () => {
    const db = await open()
    const node = createNode(db)
    const header = { name: 'x-token', value: 'a-very-secret-token' }
    const created = await createEndpoint(node.management, {
      accountId: 'acme',
      wishes: { ...wishes, header },
      secret: 'my-own-secret',
    })
    assert.equal(created?.secret, 'my-own-secret')
    const id = created?.endpoint.id ?? ''
    await rotateSecret(node.management, { accountId: 'acme', id, secret: 'new', overlapMs: 60_000 })
    const rows = await db.read('select * from webhook_endpoints')
    assert.doesNotMatch(JSON.stringify(rows), /my-own-secret|a-very-secret-token|whsec_/)
    assert.deepEqual(node.subscriptions.find(id)?.header, header)
    const stranger = createNode(db)
    await stranger.subscriptions.refresh()
    assert.equal(stranger.subscriptions.isCallable(id), false)
    assert.equal(stranger.troubles.length, 1)
    // Given anew, they are good again.
    const rotation = { accountId: 'acme', id, secret: 'new', overlapMs: 60_000 } as const
    assert.equal((await rotateSecret(stranger.management, rotation))?.endpoint.previousSecret, null)
    await changeEndpoint(stranger.management, { accountId: 'acme', id, wishes: { header } })
    assert.equal(stranger.subscriptions.isCallable(id), true)
    // Moved to another row, a sealed text does not open either.
    const other = await node.create()
    await db.write((tx) => {
      tx.run('update webhook_endpoints set updated_at = updated_at + 1, secret = $1 where id = $2', [
        String(rows[0]?.secret),
        other,
      ])
    })
    await node.subscriptions.refresh()
    assert.equal(node.subscriptions.isCallable(other), false)
  })

  test('an account has a hundred endpoints at most, and a deleted one makes room', async () => {
    const db = await open()
    const node = createNode(db)
    const ids = []
    for (let i = 0; i < endpointsMax; i++) ids.push(await node.create())
    const another = () => createEndpoint(node.management, { accountId: 'acme', wishes, secret: 'new' })
    assert.equal(await another(), null)
    await node.create({}, 'rival')
    assert.equal(await deleteEndpoint(node.management, { accountId: 'acme', id: ids[0] ?? '' }), true)
    assert.notEqual(await another(), null)
    assert.equal((await listEndpoints(db, 'acme')).length, endpointsMax)
  })

  test('nobody reads, changes, rotates or deletes another account’s endpoint', async () => {
    const db = await open()
    const node = createNode(db)
    const id = await node.create()
    const theirs = { accountId: 'rival', id }
    assert.equal(await readEndpoint(db, 'rival', id), null)
    assert.deepEqual(await listEndpoints(db, 'rival'), [])
    assert.equal(await changeEndpoint(node.management, { ...theirs, wishes: { enabled: false } }), null)
    assert.equal(await rotateSecret(node.management, { ...theirs, secret: 'new', overlapMs: 0 }), null)
    assert.equal(await deleteEndpoint(node.management, theirs), false)
    assert.equal(node.subscriptions.isCallable(id), true)
  })
})
