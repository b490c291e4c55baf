import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { messageId, START, sampleMessage } from '../../test/sampleMessages.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import { DatabaseUnavailable } from '../db/database.ts'
import { purgeIdempotencyKeys } from '../messages/idempotency.ts'
import { claim, createTestChats, expectOneSent, orderOf, prepareTold, type TestChats, textStep } from './testChats.ts'

const DAY_MS = 86_400_000
const ORDER = orderOf([textStep('sms')])

onEveryStore('chats with an idempotency key', (open) => {
  async function running(): Promise<{ db: UnreliableDatabase; world: TestChats }> {
    const db = new UnreliableDatabase(await open())
    await prepareTold(db)
    const world = createTestChats({ db })
    await world.dispatcher.start()
    await world.rest()
    return { db, world }
  }

  test('of twenty sends at once with one key, one is sent, and the others get its answer', async () => {
    const { db, world } = await running()
    const sends = Array.from({ length: 20 }, () => world.chats.send(ORDER, claim()))
    const unkeyed = await world.chats.send(ORDER, null)
    expectOneSent(await Promise.all(sends))
    assert.equal(unkeyed.kind, 'accepted')
    await world.until(() => world.carriers.sms.received.length === 2)
    await world.rest()
    assert.equal(world.carriers.sms.received.length, 2)
    assert.equal(await rowsOf(db), 2)
  })

  test('a key used before sends nothing and tells nobody, whatever the request is', async () => {
    const { db, world } = await running()
    const first = await world.chats.send(ORDER, claim('first'))
    await world.until(async () => (await db.read('select id from told')).length === 2)
    const earlier = { requestHash: 'first', response: JSON.stringify(first) }
    for (const hash of ['first', 'second']) {
      assert.deepEqual(await world.chats.send(ORDER, claim(hash)), { kind: 'repeated', earlier })
      assert.deepEqual(await world.chats.sendBulk([ORDER, ORDER], claim(hash)), { kind: 'repeated', earlier })
    }
    await world.rest()
    assert.equal(await rowsOf(db), 1)
    assert.equal((await db.read('select id from told')).length, 2)
  })

  test('a bulk is one claim for all of its messages', async () => {
    const { db, world } = await running()
    expectOneSent(await Promise.all([1, 2, 3].map(() => world.chats.sendBulk([ORDER, ORDER], claim()))))
    assert.equal(await rowsOf(db), 2)
  })

  test('another key, or the same of another account, is another message', async () => {
    const { db, world } = await running()
    const sent = await Promise.all([
      world.chats.send(ORDER, claim()),
      world.chats.send(ORDER, claim('hash', 'other')),
      world.chats.send({ ...ORDER, accountId: 'other' }, claim()),
    ])
    assert.deepEqual(
      sent.map(({ kind }) => kind),
      Array(3).fill('accepted'),
    )
    assert.equal(await rowsOf(db), 3)
  })

  test('messages and chats share the keys of an account, in one commit and later', async () => {
    const { db, world } = await running()
    const sms = { key: 'key', requestHash: 'sms', response: 'answer' }
    const [message, ...chats] = await Promise.all([
      world.accept(sampleMessage(), sms),
      world.chats.send(ORDER, claim()),
      world.chats.send(ORDER, claim('hash', 'of a chat')),
    ])
    assert.equal(message, 'accepted')
    const [repeated, accepted] = chats
    assert.deepEqual(repeated, { kind: 'repeated', earlier: { requestHash: 'sms', response: 'answer' } })
    assert.equal(accepted?.kind, 'accepted')
    const later = await world.accept(sampleMessage({ id: messageId(2) }), { ...sms, key: 'of a chat' })
    assert.deepEqual(later, { requestHash: 'hash', response: JSON.stringify(accepted) })
    assert.equal(await rowsOf(db), 1)
  })

  test('a send whose commit lost its answer is repeated, not sent again', async () => {
    const { db, world } = await running()
    db.mode = 'answers lost'
    await assert.rejects(world.chats.send(ORDER, claim()), DatabaseUnavailable)
    db.mode = 'up'
    const [stored] = await db.read('select id from chat_messages')
    const again = await world.chats.send(ORDER, claim())
    assert.ok(again.kind === 'repeated')
    assert.equal(JSON.parse(again.earlier.response).message.id, stored?.id)
    assert.equal(await rowsOf(db), 1)
  })

  test('what the store did not take has claimed nothing', async () => {
    const { db, world } = await running()
    db.mode = 'down'
    await assert.rejects(world.chats.send(ORDER, claim()), DatabaseUnavailable)
    db.mode = 'up'
    const wrong = orderOf([textStep('sms', { sender: 'x'.repeat(20) })])
    await assert.rejects(world.chats.sendBulk([ORDER, wrong], claim()))
    assert.equal((await world.chats.send(ORDER, claim())).kind, 'accepted')
  })

  test('a key is free again after 24 hours', async () => {
    const { db, world } = await running()
    await world.chats.send(ORDER, claim())
    const next = createTestChats({ db, clock: new FakeClock(START + DAY_MS) })
    await purgeIdempotencyKeys(db, START + DAY_MS)
    assert.equal((await next.chats.send(ORDER, claim())).kind, 'repeated')
    await purgeIdempotencyKeys(db, START + DAY_MS + 1)
    assert.equal((await next.chats.send(ORDER, claim())).kind, 'accepted')
  })

  async function rowsOf(db: UnreliableDatabase): Promise<number> {
    return (await db.read('select id from chat_messages')).length
  }
})
