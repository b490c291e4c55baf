import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { openTestStore } from '../../test/openTestStore.ts'
import { messageId, START, sampleMessage, sampleMessages, textOfParts } from '../../test/sampleMessages.ts'
import { acceptAll, keepOpen, ScriptedCarrier } from '../../test/scriptedCarrier.ts'
import { storedLeases, storedMessage, storedStatuses } from '../../test/storedMessages.ts'
import { createTestEngine, type TestEngine } from '../../test/testEngine.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import type { Database } from '../db/database.ts'

/** An engine that runs, and whose carriers are up. */
async function startEngine(db: Database, carriers: readonly ScriptedCarrier[], now = START): Promise<TestEngine> {
  const engine = createTestEngine({ db, carriers, clock: new FakeClock(now) })
  await engine.dispatcher.start()
  await engine.rest()
  return engine
}

/** As app.ts stops: nothing is handed over any more, carriers drain, waiting work goes back, commits finish. */
async function stopEngine(engine: TestEngine, carriers: readonly ScriptedCarrier[]): Promise<void> {
  engine.dispatcher.pause()
  await Promise.all(carriers.map((carrier) => carrier.stop()))
  await engine.dispatcher.stop()
  await engine.commits.drain()
}

test('a stop gives back what no carrier has yet, and the next start sends each of it once', async (context) => {
  const db = await openTestStore(context)
  const before = new ScriptedCarrier('A', { windowMax: 0 })
  const engine = await startEngine(db, [before])
  await Promise.all(sampleMessages(20).map((one) => engine.accept(one)))
  await engine.rest()
  before.windowMax = 5
  before.comeUp()
  before.windowMax = 0
  await stopEngine(engine, [before])
  assert.deepEqual(new Set(await storedLeases(db)), new Set([null]))
  const after = new ScriptedCarrier('A')
  await startEngine(db, [after], START + 10_000)
  assert.deepEqual(
    [...before.receivedIds(), ...after.receivedIds()].toSorted(),
    sampleMessages(20).map(({ id }) => id),
  )
  assert.deepEqual(await storedStatuses(db), { submitted: 20 })
})

test('a stop in the middle of a long message keeps the parts that a carrier took', async (context) => {
  const db = await openTestStore(context)
  const before = new ScriptedCarrier('A', { windowMax: 1 })
  before.script = (submission, index) => {
    before.windowMax = 0
    return acceptAll(submission, index)
  }
  const engine = await startEngine(db, [before])
  await engine.accept(sampleMessage(textOfParts(3)))
  await engine.rest()
  await stopEngine(engine, [before])
  assert.deepEqual(await storedLeases(db), [null])
  const after = new ScriptedCarrier('A')
  await startEngine(db, [after], START + 10_000)
  assert.deepEqual(
    [...before.received, ...after.received].map(({ segment }) => segment.number),
    [1, 2, 3],
  )
  const { status, inDoubt } = await storedMessage(db)
  assert.deepEqual([status, inDoubt], ['submitted', false])
})

test('a stop brings outcomes to disk that the store refused a moment ago', async (context) => {
  const db = new UnreliableDatabase(await openTestStore(context))
  const carrier = new ScriptedCarrier('A', { script: keepOpen })
  const engine = await startEngine(db, [carrier])
  await engine.accept(sampleMessage())
  await engine.rest()
  db.mode = 'down'
  carrier.endOpen({ kind: 'accepted', carrierMessageId: 'x' })
  await engine.rest()
  db.mode = 'up'
  await stopEngine(engine, [carrier])
  assert.equal((await storedMessage(db)).status, 'submitted')
})

test('a stop while the store is down ends, and the next start finds what was held', async (context) => {
  const db = new UnreliableDatabase(await openTestStore(context))
  const before = new ScriptedCarrier('A', { windowMax: 0 })
  const engine = await startEngine(db, [before])
  await engine.accept(sampleMessage())
  await engine.rest()
  db.mode = 'down'
  await stopEngine(engine, [before])
  db.mode = 'up'
  const after = new ScriptedCarrier('A')
  await startEngine(db, [after], START + 10_000)
  assert.deepEqual(after.receivedIds(), [messageId(1)])
})

test('a crash loses nothing and doubles only what was handed over without its outcome on disk', async (context) => {
  const db = await openTestStore(context)
  const before = new ScriptedCarrier('A', { windowMax: 3 })
  const crashed = await startEngine(db, [before])
  await Promise.all(sampleMessages(4).map((one) => crashed.accept(one)))
  await crashed.rest()
  before.script = keepOpen
  const more = sampleMessages(10).slice(4)
  await Promise.all(more.map((one) => crashed.accept(one)))
  await crashed.rest()
  const inDoubt = before.receivedIds().slice(4)
  assert.equal(inDoubt.length, 3)
  const after = new ScriptedCarrier('A')
  const engine = await startEngine(db, [after], START + 10_000)
  assert.deepEqual(
    after.receivedIds().toSorted(),
    more.map(({ id }) => id),
  )
  assert.deepEqual(await storedStatuses(db), { submitted: 10 })
  assert.ok(engine.events.some((event) => event.kind === 'in doubt' && event.carrierId === 'A'))
})

test('a carrier that must not see a message twice is not handed one again after a crash', async (context) => {
  const db = await openTestStore(context)
  const before = new ScriptedCarrier('A', { onDoubt: 'hold', windowMax: 3, script: keepOpen })
  const crashed = await startEngine(db, [before])
  await Promise.all(sampleMessages(10, { expiresAt: START + 60_000 }).map((one) => crashed.accept(one)))
  await crashed.rest()
  assert.equal(before.received.length, 3)
  const after = new ScriptedCarrier('A', { onDoubt: 'hold' })
  const engine = await startEngine(db, [after], START + 10_000)
  assert.equal(after.received.length, 7)
  assert.equal(new Set([...before.receivedIds(), ...after.receivedIds()]).size, 10)
  for (const id of before.receivedIds()) {
    const { status, inDoubt } = await storedMessage(db, id)
    assert.deepEqual([status, inDoubt], ['submitted', true])
  }
  await engine.advance(120_000)
  assert.deepEqual(await storedStatuses(db), { submitted: 7, unknown: 3 })
  await engine.advance(3_600_000)
  assert.deepEqual(await storedStatuses(db), { unknown: 10 })
})

test('a carrier that stands in for another keeps its own rule for what is in doubt after a crash', async (context) => {
  const db = await openTestStore(context)
  const down = new ScriptedCarrier('A')
  const standIn = new ScriptedCarrier('B', { onDoubt: 'hold', script: keepOpen })
  const crashed = await startEngine(db, [down, standIn])
  down.goDown()
  await crashed.accept(sampleMessage())
  await crashed.rest()
  assert.equal(standIn.received.length, 1)
  const after = [new ScriptedCarrier('A'), new ScriptedCarrier('B', { onDoubt: 'hold' })]
  await startEngine(db, after, START + 10_000)
  assert.deepEqual(
    after.map(({ received }) => received.length),
    [0, 0],
  )
  const { status, inDoubt, carrierId } = await storedMessage(db)
  assert.deepEqual([status, inDoubt, carrierId], ['submitted', true, 'B'])
})

test('a part in doubt is not sent again by a carrier that must not see it twice, the refused part is', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A', { onDoubt: 'hold' })
  carrier.script = (submission, index) => {
    if (index.number === 1) return { kind: 'unknown', reason: 'timeout' }
    if (index.number === 2) return { kind: 'refused', code: 0x58, reason: 'busy', retry: 'same carrier later' }
    return acceptAll(submission, index)
  }
  const engine = await startEngine(db, [carrier])
  await engine.accept(sampleMessage(textOfParts(2)))
  await engine.rest()
  await engine.advance(2_000)
  assert.deepEqual(
    carrier.received.map(({ segment }) => segment.number),
    [1, 2, 2],
  )
  const { status, inDoubt } = await storedMessage(db)
  assert.deepEqual([status, inDoubt], ['submitted', true])
})

test('a carrier that may see a message twice is handed one in doubt again, after a wait', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A')
  carrier.script = (submission, index) =>
    index.number === 1 ? { kind: 'unknown', reason: 'timeout' } : acceptAll(submission, index)
  const engine = await startEngine(db, [carrier])
  await engine.accept(sampleMessage())
  await engine.rest()
  assert.deepEqual([(await storedMessage(db)).inDoubt, (await storedMessage(db)).status], [true, 'queued'])
  await engine.advance(1_000)
  assert.equal(carrier.received.length, 1)
  await engine.advance(1_000)
  assert.equal(carrier.received.length, 2)
  assert.deepEqual([(await storedMessage(db)).inDoubt, (await storedMessage(db)).status], [false, 'submitted'])
})

test('a mark that the store refused is made again, without anything else happening', async (context) => {
  const db = new UnreliableDatabase(await openTestStore(context))
  const carrier = new ScriptedCarrier('A', { onDoubt: 'hold', windowMax: 0 })
  const engine = await startEngine(db, [carrier])
  await engine.accept(sampleMessage())
  await engine.rest()
  db.mode = 'down'
  carrier.windowMax = 10
  carrier.comeUp()
  await engine.rest()
  assert.equal(carrier.received.length, 0)
  db.mode = 'up'
  await engine.advance(1_000)
  assert.equal(carrier.received.length, 1)
})

test('a stop between the mark and the hand-over leaves nothing in doubt', async (context) => {
  const db = await openTestStore(context)
  const before = new ScriptedCarrier('A', { onDoubt: 'hold', windowMax: 0 })
  const engine = await startEngine(db, [before])
  await engine.accept(sampleMessage())
  await engine.rest()
  before.windowMax = 10
  before.comeUp()
  await stopEngine(engine, [before])
  assert.equal(before.received.length, 0)
  assert.deepEqual(await storedLeases(db), [null])
  const after = new ScriptedCarrier('A', { onDoubt: 'hold' })
  await startEngine(db, [after], START + 10_000)
  assert.equal(after.received.length, 1)
})

test('while other nodes may believe this one dead it hands nothing over', async (context) => {
  const db = await openTestStore(context)
  const carrier = new ScriptedCarrier('A')
  let alive = false
  const engine = createTestEngine({ db, carriers: [carrier], isAlive: () => alive })
  await engine.dispatcher.start()
  await engine.rest()
  await engine.accept(sampleMessage())
  await engine.advance(5_000)
  assert.equal(carrier.received.length, 0)
  alive = true
  await engine.advance(1_000)
  assert.equal(carrier.received.length, 1)
})

test('what others freed because this node was silent is not sent by both', async (context) => {
  const db = await openTestStore(context)
  const [busy, idle] = [new ScriptedCarrier('A', { windowMax: 0 }), new ScriptedCarrier('A')]
  let alive = true
  const silent = createTestEngine({ db, carriers: [busy], nodeId: 'silent', isAlive: () => alive })
  const other = createTestEngine({ db, carriers: [idle], nodeId: 'other' })
  await other.dispatcher.start()
  await silent.dispatcher.start()
  await silent.rest()
  await Promise.all(sampleMessages(3).map((one) => silent.accept(one)))
  await silent.rest()
  alive = false
  await other.dispatcher.freeLeasesOf(['silent'])
  await other.advance(1_000)
  await silent.dispatcher.letGo()
  alive = true
  busy.windowMax = 5
  busy.comeUp()
  await silent.advance(2_000)
  assert.deepEqual([idle.received.length, busy.received.length], [3, 0])
})
