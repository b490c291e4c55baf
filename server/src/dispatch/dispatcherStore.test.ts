import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { openTestStore } from '../../test/openTestStore.ts'
import { messageId, START, sampleMessage, sampleMessages, textOfParts } from '../../test/sampleMessages.ts'
import { keepOpen, refuse, ScriptedCarrier } from '../../test/scriptedCarrier.ts'
import { storedLeases, storedMessage } from '../../test/storedMessages.ts'
import { createTestEngine, LIFETIMES } from '../../test/testEngine.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import { createMessageWriter } from '../messages/acceptMessages.ts'
import { readMessage } from '../messages/readMessages.ts'

test('while outcomes cannot be recorded nothing new is handed over, and nothing is lost or doubled', async (context) => {
  const db = new UnreliableDatabase(await openTestStore(context))
  const carrier = new ScriptedCarrier('A', { windowMax: 3, script: keepOpen })
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  await engine.rest()
  await Promise.all(sampleMessages(50).map((one) => engine.accept(one)))
  await engine.rest()
  assert.equal(carrier.received.length, 3)
  db.mode = 'down'
  carrier.endOpen({ kind: 'accepted', carrierMessageId: 'x' })
  await engine.rest()
  const handedOver = carrier.received.length
  assert.ok(handedOver <= 6)
  for (let seconds = 0; seconds < 5; seconds++) await engine.advance(1_000)
  carrier.endOpen({ kind: 'accepted', carrierMessageId: 'y' })
  await engine.advance(1_000)
  assert.equal(carrier.received.length, handedOver)
  db.mode = 'up'
  carrier.script = (_submission, { number }) => ({ kind: 'accepted', carrierMessageId: `z${number}` })
  for (let seconds = 0; seconds < 12; seconds++) await engine.advance(1_000)
  await engine.until(() => carrier.received.length >= 50)
  await engine.rest()
  assert.equal(new Set(carrier.receivedIds()).size, 50)
  assert.equal(carrier.received.length, 50)
  const [row] = await db.read(`select count(*) as n from messages where status = 'submitted' and leased_by is null`)
  assert.equal(row?.n, 50)
})

test('a change that the store took late counts as changed then, for readers that keep up with changes', async (context) => {
  const db = new UnreliableDatabase(await openTestStore(context))
  const carrier = new ScriptedCarrier('A', { script: keepOpen })
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  await engine.rest()
  await engine.accept(sampleMessage())
  db.mode = 'down'
  carrier.endOpen({ kind: 'accepted', carrierMessageId: 'x' })
  await engine.rest()
  await engine.advance(30_000)
  db.mode = 'up'
  await engine.advance(1_000)
  const { status, updatedAt } = await storedMessage(db)
  assert.equal(status, 'submitted')
  assert.ok(updatedAt >= START + 30_000)
})

test('more messages and keys than one purge takes are gone within seconds, while others are sent', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A')
  const engine = createTestEngine({ db, carriers: [carrier] })
  const old = sampleMessages(25_000, { status: 'delivered', callbackUrl: null, dueAt: START })
  const write = createMessageWriter({ dispatch: () => {}, follower: { follows: () => false, changed: () => () => {} } })
  const keys = JSON.stringify(Array.from({ length: 12_000 }, (_, index) => [`key ${index}`]))
  await db.write(async (tx) => {
    await write(
      tx,
      old.map((message) => ({ message, leasedBy: null })),
    )
    tx.run(INSERT_KEYS, [keys, START - 25 * 3_600_000])
  })
  await engine.dispatcher.start()
  const kept = messageId(90_000)
  await engine.accept(sampleMessage({ id: kept }))
  for (let seconds = 0; seconds < 10; seconds++) {
    await engine.advance(1_000)
    // A round of purging is longer than a chain of causes.
    for (let rests = 0; rests < 3; rests++) await engine.rest()
  }
  const [left] = await db.read('select (select count(*) from messages) + (select count(*) from idempotency_keys) as n')
  assert.equal(left?.n, 1)
  assert.equal((await storedMessage(db, kept)).status, 'submitted')
})

test('a message claimed from the table is not stuck when the store fails right after', async (context) => {
  const db = new UnreliableDatabase(await openTestStore(context))
  const carrier = new ScriptedCarrier('A')
  const engine = createTestEngine({ db, carriers: [carrier] })
  carrier.script = ({ segment }, { number }) =>
    segment.number === 1
      ? { kind: 'accepted', carrierMessageId: `id-${number}` }
      : { kind: 'refused', code: 0x58, reason: 'busy', retry: 'same carrier later' }
  await engine.dispatcher.start()
  await engine.rest()
  await engine.accept(sampleMessage(textOfParts(2)))
  await engine.rest()
  db.mode = 'no reads'
  await engine.advance(2_000)
  assert.equal(carrier.received.length, 2)
  db.mode = 'up'
  for (let seconds = 0; seconds < 12; seconds++) await engine.advance(1_000)
  assert.ok(carrier.received.length >= 3)
})

test('a message whose commit happened although its caller was told otherwise is sent within seconds', async (context) => {
  const db = new UnreliableDatabase(await openTestStore(context))
  const carrier = new ScriptedCarrier('A')
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  await engine.rest()
  db.mode = 'answers lost'
  await assert.rejects(engine.accept(sampleMessage()))
  assert.deepEqual(await storedLeases(db), ['node-1'])
  db.mode = 'up'
  for (let seconds = 0; seconds < 12; seconds++) await engine.advance(1_000)
  assert.equal(carrier.received.length, 1)
  assert.equal((await storedMessage(db)).status, 'submitted')
})

test('what is final is purged with its segments after its retention, also where it never had a carrier', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A', { script: refuse('never') })
  const engine = createTestEngine({ db, carriers: [carrier] })
  await engine.dispatcher.start()
  await engine.rest()
  const purgedAt = START + LIFETIMES.messageRetentionMs
  await engine.accept(sampleMessage(), { key: 'k', requestHash: 'h', response: 'r' })
  await engine.accept(sampleMessage({ id: messageId(2), status: 'rejected', carrierId: '', dueAt: purgedAt }))
  await engine.rest()
  await engine.dispatcher.stop()
  const rowsLeft = async (now: number) => {
    const later = createTestEngine({ db, carriers: [carrier], clock: new FakeClock(now) })
    await later.dispatcher.start()
    await later.rest()
    await later.dispatcher.stop()
    const tables = ['messages', 'segments', 'idempotency_keys']
    const counts = tables.map(async (table) => (await db.read(`select count(*) as n from ${table}`))[0]?.n)
    return Promise.all(counts)
  }
  assert.deepEqual(await rowsLeft(START + 3_600_000), [2, 1, 1])
  assert.deepEqual(await rowsLeft(purgedAt - 1), [2, 1, 0])
  assert.deepEqual(await rowsLeft(purgedAt), [0, 0, 0])
})

test('a message without a route that came while the process ran is purged by it, too', async (context) => {
  const db = await openTestStore(context)
  const engine = createTestEngine({ db, carriers: [new ScriptedCarrier('A')] })
  await engine.dispatcher.start()
  await engine.rest()
  await engine.accept(sampleMessage({ status: 'rejected', carrierId: '', dueAt: START + 30_000 }))
  await engine.advance(61_000)
  assert.equal(await readMessage(db, 'acme', messageId(1)), null)
})

const INSERT_KEYS = `
insert into idempotency_keys (account_id, key, request_hash, message_id, response, created_at)
select 'acme', value->>0, 'hash', 'id', '{}', cast($2 as bigint) from rows($1)`
