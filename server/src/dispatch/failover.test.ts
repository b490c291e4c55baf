import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestStore } from '../../test/openTestStore.ts'
import { messageId, START, sampleMessage, sampleMessages } from '../../test/sampleMessages.ts'
import { refuse, ScriptedCarrier } from '../../test/scriptedCarrier.ts'
import { storedMessage } from '../../test/storedMessages.ts'
import { createTestEngine } from '../../test/testEngine.ts'

test('messages of a carrier that is down go to the next one, and to the first again once it is back', async (context) => {
  const db = await openTestStore(context)
  const [a, b] = [new ScriptedCarrier('A'), new ScriptedCarrier('B')]
  const engine = createTestEngine({ db, carriers: [a, b] })
  await engine.dispatcher.start()
  await engine.rest()
  a.goDown()
  await engine.accept(sampleMessage())
  await engine.rest()
  assert.deepEqual(b.receivedIds(), [messageId(1)])
  a.comeUp()
  await engine.accept(sampleMessage({ id: messageId(2) }))
  await engine.rest()
  assert.deepEqual(a.receivedIds(), [messageId(2)])
  assert.equal(b.received.length, 1)
})

test('messages that wait for a carrier move to the next one when it goes down', async (context) => {
  const db = await openTestStore(context)
  const [a, b] = [new ScriptedCarrier('A', { windowMax: 0 }), new ScriptedCarrier('B')]
  const engine = createTestEngine({ db, carriers: [a, b] })
  await engine.dispatcher.start()
  await engine.rest()
  await engine.accept(sampleMessage())
  await engine.rest()
  assert.equal(b.received.length, 0)
  a.goDown()
  await engine.advance(1_000)
  assert.deepEqual(b.receivedIds(), [messageId(1)])
})

test('messages of a carrier without an alternative wait for it', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A')
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  await engine.rest()
  carrier.goDown()
  await engine.accept(sampleMessage())
  await engine.advance(600_000)
  assert.equal((await storedMessage(db)).status, 'accepted')
  carrier.comeUp()
  await engine.rest()
  assert.equal((await storedMessage(db)).status, 'submitted')
})

test('a message that waits for a carrier beyond its validity expires', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A')
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  await engine.rest()
  carrier.goDown()
  await engine.accept(sampleMessage({ expiresAt: START + 60_000 }))
  await engine.advance(59_000)
  assert.equal((await storedMessage(db)).status, 'accepted')
  await engine.advance(2_000)
  assert.equal((await storedMessage(db)).status, 'expired')
})

test('a message that one carrier cannot reach is handed to the next one', async (context) => {
  const db = await openTestStore(context)
  const [a, b] = [new ScriptedCarrier('A', { script: refuse('next carrier') }), new ScriptedCarrier('B')]
  const engine = createTestEngine({ db, carriers: [a, b] })
  await engine.dispatcher.start()
  await engine.rest()
  await engine.accept(sampleMessage())
  await engine.rest()
  await engine.advance(1_000)
  assert.deepEqual([a.received.length, b.received.length], [1, 1])
  const submitted = await storedMessage(db)
  assert.deepEqual([submitted.status, submitted.carrierId, submitted.submissions], ['submitted', 'B', 2])
})

test('a message that its first carrier cannot reach comes back to it rarely while the next one is down', async (context) => {
  const db = await openTestStore(context)
  const [a, b] = [new ScriptedCarrier('A', { script: refuse('next carrier') }), new ScriptedCarrier('B')]
  const engine = createTestEngine({ db, carriers: [a, b] })
  await engine.dispatcher.start()
  await engine.rest()
  b.goDown()
  await engine.accept(sampleMessage())
  for (let seconds = 0; seconds < 60; seconds++) await engine.advance(1_000)
  assert.ok(a.received.length >= 2 && a.received.length <= 6, `${a.received.length} tries in a minute`)
  b.comeUp()
  for (let seconds = 0; seconds < 64; seconds++) await engine.advance(1_000)
  assert.equal(b.received.length, 1)
})

test('messages that failed over count for their own carrier, so the next one is not flooded from the table', async (context) => {
  const db = await openTestStore(context)
  const [a, b] = [new ScriptedCarrier('A'), new ScriptedCarrier('B', { windowMax: 0 })]
  const engine = createTestEngine({ db, carriers: [a, b] })
  await engine.dispatcher.start()
  await engine.rest()
  a.goDown()
  engine.dispatcher.dispatch(sampleMessages(10_000))
  assert.equal(engine.dispatcher.hasRoomFor('A'), false)
  assert.equal(engine.dispatcher.hasRoomFor('B'), true)
})
