import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestStore } from '../../test/openTestStore.ts'
import {
  messageId,
  START,
  sampleMessage,
  sampleMessages,
  sampleReceipt,
  textOfParts,
} from '../../test/sampleMessages.ts'
import { refuse, ScriptedCarrier } from '../../test/scriptedCarrier.ts'
import { storedLeases, storedMessage, storedView } from '../../test/storedMessages.ts'
import { createTestEngine, statesCalledBack } from '../../test/testEngine.ts'

test('a message accepted for now goes out from memory, and its receipt is called back once', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A')
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  await engine.rest()
  await engine.accept(sampleMessage())
  await engine.rest()
  assert.deepEqual(carrier.receivedIds(), [messageId(1)])
  const { message: submitted, parts } = await storedView(db)
  assert.equal(submitted.status, 'submitted')
  assert.equal(submitted.submissions, 1)
  const carrierMessageId = parts[0]?.carrierMessageId ?? ''
  assert.equal(await engine.receive(sampleReceipt({ carrierMessageId })), true)
  assert.equal(await engine.receive(sampleReceipt({ carrierMessageId, state: 'undelivered' })), true)
  assert.equal((await storedMessage(db)).status, 'delivered')
  assert.deepEqual(await statesCalledBack(db, messageId(1)), ['DELIVERED'])
})

test('a scheduled message goes out at its time and not before', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A')
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  const scheduledAt = START + 3_600_000
  await engine.accept(sampleMessage({ scheduledAt, dueAt: scheduledAt }))
  await engine.advance(3_600_000 - 1_000)
  assert.equal(carrier.received.length, 0)
  await engine.advance(1_000)
  assert.equal(carrier.received.length, 1)
})

test('a message behind a full window expires when its validity ends', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A', { windowMax: 1, script: () => 'silence' })
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  await engine.rest()
  await engine.accept(sampleMessage({ id: messageId(2) }))
  await engine.accept(sampleMessage({ expiresAt: START + 60_000 }))
  await engine.advance(59_000)
  assert.equal((await storedMessage(db, messageId(1))).status, 'accepted')
  await engine.advance(2_000)
  assert.equal((await storedMessage(db, messageId(1))).status, 'expired')
  assert.deepEqual(carrier.receivedIds(), [messageId(2)])
})

test('a refused message is tried again, ever more rarely, until its validity ends, then expires', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A', { script: refuse('same carrier later', 0x14) })
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  await engine.rest()
  const expiresAt = START + 3_600_000
  await engine.accept(sampleMessage({ expiresAt }))
  await engine.rest()
  const waits: number[] = []
  for (let tries = 1; tries < 100; tries++) {
    assert.equal(carrier.received.length, tries)
    const { status, submissions, errorCode, dueAt } = await storedMessage(db)
    assert.deepEqual([status, submissions, errorCode], ['queued', tries, '0014'])
    assert.ok(dueAt !== null && dueAt <= expiresAt)
    waits.push(dueAt - engine.clock.now())
    // The clock may stand between two of the dispatcher's looks, which are a second apart.
    await engine.advance(dueAt - engine.clock.now() + 1_000)
    if (dueAt === expiresAt) break
  }
  assert.deepEqual(waits.slice(0, 9), [2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000])
  await engine.rest()
  assert.equal((await storedMessage(db)).status, 'expired')
  assert.equal(carrier.received.length, waits.length)
  assert.deepEqual(await statesCalledBack(db, messageId(1)), ['EXPIRED'])
})

test('a message that no carrier may take is rejected after one try', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A', { script: refuse('never', 0x0b) })
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  await engine.accept(sampleMessage())
  await engine.advance(1_000)
  await engine.advance(600_000)
  assert.equal(carrier.received.length, 1)
  assert.deepEqual(await statesCalledBack(db, messageId(1)), ['REJECTED'])
  assert.equal((await storedMessage(db)).errorCode, '000b')
})

test('what memory has no room for waits in the table and goes out all the same, each message once', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A', { windowMax: 0 })
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  await engine.rest()
  const messages = sampleMessages(10_300)
  for (let start = 0; start < messages.length; start += 2_000) {
    await Promise.all(messages.slice(start, start + 2_000).map((one) => engine.accept(one)))
  }
  assert.equal(engine.dispatcher.waiting('A'), 10_000)
  assert.equal((await storedLeases(db)).filter((node) => node === null).length, 300)
  assert.equal(engine.dispatcher.hasRoomFor('A'), false)
  carrier.windowMax = 10_000
  carrier.comeUp()
  await engine.until(() => carrier.received.length >= 10_000)
  await engine.advance(1_000)
  await engine.until(() => carrier.received.length >= messages.length)
  await engine.rest()
  assert.equal(new Set(carrier.receivedIds()).size, messages.length)
  assert.equal(carrier.received.length, messages.length)
  assert.equal(engine.dispatcher.hasRoomFor('A'), true)
})

test('only the parts of a long message that no carrier took go out again', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A')
  const engine = createTestEngine({ db, carriers: [carrier] })
  carrier.script = ({ segment }, { number }) =>
    segment.number === 2 && number < 4
      ? { kind: 'refused', code: 0x58, reason: 'throttled', retry: 'same carrier later' }
      : { kind: 'accepted', carrierMessageId: `id-${number}` }
  await engine.dispatcher.start()
  await engine.rest()
  await engine.accept(sampleMessage(textOfParts(3)))
  await engine.rest()
  assert.equal((await storedMessage(db)).status, 'queued')
  await engine.advance(2_000)
  assert.deepEqual(
    carrier.received.map(({ segment }) => segment.number),
    [1, 2, 3, 2],
  )
  assert.equal((await storedMessage(db)).status, 'submitted')
  for (const carrierMessageId of ['id-3', 'id-4', 'id-1']) await engine.receive(sampleReceipt({ carrierMessageId }))
  assert.equal((await storedMessage(db)).status, 'delivered')
  assert.deepEqual(await statesCalledBack(db, messageId(1)), ['DELIVERED'])
})

test('a receipt for one part leaves the lease of a message whose other part is being sent again', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A')
  const engine = createTestEngine({ db, carriers: [carrier] })
  carrier.script = ({ segment }, { number }) => {
    if (segment.number === 1) return { kind: 'accepted', carrierMessageId: 'one' }
    return number > 2 ? 'silence' : { kind: 'refused', code: 0x58, reason: 'busy', retry: 'same carrier later' }
  }
  await engine.dispatcher.start()
  await engine.rest()
  await engine.accept(sampleMessage(textOfParts(2)))
  await engine.rest()
  await engine.advance(2_000)
  assert.equal(carrier.received.length, 3)
  assert.equal(await engine.receive(sampleReceipt({ carrierMessageId: 'one' })), true)
  assert.deepEqual(await storedLeases(db), ['node-1'])
  await engine.advance(10_000)
  assert.equal(carrier.received.length, 3)
  carrier.endOpen({ kind: 'accepted', carrierMessageId: 'two' })
  await engine.rest()
  await engine.receive(sampleReceipt({ carrierMessageId: 'two' }))
  assert.deepEqual(await statesCalledBack(db, messageId(1)), ['DELIVERED'])
})

test('a message given up without a receipt is unknown, and a receipt at that moment makes no second callback', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A')
  const engine = createTestEngine({ db, carriers: [carrier] })
  carrier.script = ({ messageId: id }) => ({ kind: 'accepted', carrierMessageId: `of ${id}` })
  await engine.dispatcher.start()
  await engine.rest()
  const expiresAt = START + 60_000
  await Promise.all(sampleMessages(2, { expiresAt }).map((one) => engine.accept(one)))
  await engine.rest()
  engine.clock.advance(60_000 + 3_600_000)
  const receipt = sampleReceipt({ carrierMessageId: `of ${messageId(1)}` })
  await engine.until(() => engine.receive(receipt))
  await engine.advance(1_000)
  assert.equal((await storedMessage(db, messageId(2))).status, 'unknown')
  assert.equal((await statesCalledBack(db, messageId(1))).length, 1)
  assert.deepEqual(await statesCalledBack(db, messageId(2)), ['EXPIRED'])
})
