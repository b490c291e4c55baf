import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { openTestStore } from '../../test/openTestStore.ts'
import { START } from '../../test/sampleMessages.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import { DatabaseUnavailable } from '../db/database.ts'
import { createTestChats, orderOf, prepareTold, type TestChats, textStep } from './testChats.ts'

const CHAIN = [textStep('whatsapp'), textStep('sms')]

async function running(
  context: TestContext,
  options: Partial<Parameters<typeof createTestChats>[0]> = {},
): Promise<{ db: UnreliableDatabase; world: TestChats }> {
  const db = new UnreliableDatabase(await openTestStore(context))
  await prepareTold(db)
  return { db, world: await startOn(db, options) }
}

async function startOn(
  db: UnreliableDatabase,
  options: Partial<Parameters<typeof createTestChats>[0]> = {},
): Promise<TestChats> {
  const world = createTestChats({ db, ...options })
  await world.dispatcher.start()
  await world.rest()
  return world
}

test('a failure that the store could not take moves no chain, and does when it is told again', async (context) => {
  const { db, world } = await running(context)
  const { id } = await world.send(CHAIN)
  const { carrierId, carrierMessageId } = await world.submitted(id, 'whatsapp')
  const receipt = { carrierId, carrierMessageId, state: 'undelivered', errorCode: '0001', doneAt: START } as const
  db.mode = 'down'
  assert.equal(await world.receive(receipt), false)
  db.mode = 'up'
  assert.equal((await world.read(id)).channel, 'whatsapp')
  assert.equal(await world.receive(receipt), true)
  await world.submitted(id, 'sms')
})

test('the next channel is tried once, and soon, when the answer of the commit that began it was lost', async (context) => {
  const { db, world } = await running(context)
  const { id } = await world.send(CHAIN)
  const { carrierId, carrierMessageId } = await world.submitted(id, 'whatsapp')
  const receipt = { carrierId, carrierMessageId, state: 'undelivered', errorCode: '0001', doneAt: START } as const
  db.mode = 'answers lost'
  assert.equal(await world.receive(receipt), false)
  db.mode = 'up'
  assert.equal(await world.receive(receipt), true)
  assert.equal(world.carriers.sms.received.length, 0)
  await world.advance(7_000)
  await world.submitted(id, 'sms')
  assert.equal(world.carriers.sms.received.length, 1)
  assert.deepEqual(await world.history(id), [
    'whatsapp accepted',
    'whatsapp dispatched',
    'whatsapp failed',
    'sms dispatched',
  ])
})

test('a process that dies between a failure and the next channel has skipped none', async (context) => {
  const { db, world } = await running(context, { scripts: { sms: () => 'silence' } })
  const { id } = await world.send(CHAIN)
  await world.report(id, 'whatsapp', 'undelivered')
  await world.until(() => world.carriers.sms.received.length === 1)
  const next = await startOn(db, { clock: new FakeClock(START + 1_000) })
  await next.advance(1_000)
  await next.report(id, 'sms', 'delivered')
  assert.equal((await next.read(id)).status, 'delivered')
})

test('while the store is away, nothing is accepted, and the caller is told to come again', async (context) => {
  const { db, world } = await running(context)
  db.mode = 'down'
  await assert.rejects(world.chats.send(orderOf(CHAIN), null), DatabaseUnavailable)
  await assert.rejects(world.chats.sendBulk([orderOf(CHAIN), orderOf(CHAIN)], null), DatabaseUnavailable)
  const seen = await world.lookAt({ carrierId: 'whatsapp', carrierMessageId: 'x' })
  assert.equal(seen, false)
  db.mode = 'up'
  assert.deepEqual(await db.read('select id from chat_messages'), [])
})
