import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { startPostgres } from '../../test/postgres.ts'
import {
  messageId,
  START,
  sampleMessage,
  sampleReceipt,
  sampleSegment,
  textOfParts,
} from '../../test/sampleMessages.ts'
import { acceptAll, keepOpen, ScriptedCarrier } from '../../test/scriptedCarrier.ts'
import { storedLeases, storedMessage, storedView } from '../../test/storedMessages.ts'
import { createTestEngine, statesCalledBack, type TestEngine } from '../../test/testEngine.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'
import { applyChange } from '../messages/changeStatus.ts'
import type { Message, SubmittedSegment } from '../messages/message.ts'
import { readSegments } from '../messages/readMessages.ts'
import { createOrphanMatcher } from './orphans.ts'

/** An engine whose dispatcher stands still, so that the test itself says what became of submissions. */
const engineOf = (db: Database) => createTestEngine({ db, carriers: [] })

/** Brings a message to the store as a carrier took it. */
async function submit(engine: TestEngine, message: Message, segments: readonly SubmittedSegment[] = [sampleSegment()]) {
  await engine.accept(message)
  engine.outcomes.push({ message: submittedOf(message), segments, recorded: () => {} })
  await engine.commits.drain()
}

const submittedOf = (message: Message) =>
  applyChange(message, { status: 'submitted', submissions: 1, submittedAt: START, dueAt: START + 9_000 }, START + 1)

const orphanCount = async (db: Database) => (await db.read('select count(*) as n from orphan_receipts'))[0]?.n

/** So many matchers have looked once each, after the clock went on. */
async function match(engine: TestEngine, count = 1): Promise<void> {
  const { db, clock, receipts } = engine
  const trouble = (error: unknown) => assert.fail(String(error))
  const matchers = Array.from({ length: count }, () => createOrphanMatcher({ db, clock, receipts, trouble }))
  for (const matcher of matchers) matcher.start()
  await engine.advance(1_000)
  await Promise.all(matchers.map((matcher) => matcher.stop()))
  await engine.commits.drain()
}

onEveryStore('receipts', (open) => {
  test('a receipt makes its message final and owes one callback, whatever is repeated', async () => {
    const db = await open()
    const engine = engineOf(db)
    await submit(engine, sampleMessage())
    const receipts = [sampleReceipt(), sampleReceipt(), sampleReceipt({ state: 'undelivered', errorCode: '0006' })]
    assert.deepEqual(await Promise.all(receipts.map((receipt) => engine.receive(receipt))), [true, true, true])
    assert.equal(await engine.receive(sampleReceipt({ state: 'rejected' })), true)
    const { message, parts } = await storedView(db)
    assert.deepEqual([message.status, message.doneAt, message.errorCode], ['delivered', START, '0000'])
    assert.deepEqual([parts[0]?.status, parts[0]?.errorCode], ['delivered', '0000'])
    assert.deepEqual(await statesCalledBack(db, messageId(1)), ['DELIVERED'])
    assert.equal(await orphanCount(db), 0)
  })

  test('of contradicting receipts in one batch the first counts', async () => {
    const db = await open()
    const engine = engineOf(db)
    const count = 20
    for (let number = 1; number <= count; number++) {
      const carrierMessageId = `id-${number}`
      const segment = sampleSegment({ messageId: messageId(number), carrierMessageId })
      await submit(engine, sampleMessage({ id: messageId(number) }), [segment])
    }
    const states = ['undelivered', 'delivered', 'expired'] as const
    await Promise.all(
      states.flatMap((state) =>
        Array.from({ length: count }, (_, index) =>
          engine.receive(sampleReceipt({ carrierMessageId: `id-${index + 1}`, state })),
        ),
      ),
    )
    for (let number = 1; number <= count; number++) {
      assert.equal((await storedMessage(db, messageId(number))).status, 'undelivered')
    }
  })

  test('an intermediate receipt changes nothing and is answered', async () => {
    const db = await open()
    const engine = engineOf(db)
    await submit(engine, sampleMessage())
    assert.equal(await engine.receive(sampleReceipt({ state: 'enroute' })), true)
    assert.deepEqual(await storedMessage(db), submittedOf(sampleMessage()))
    await engine.receive(sampleReceipt())
    assert.equal(await engine.receive(sampleReceipt({ state: 'enroute' })), true)
    assert.equal((await storedMessage(db)).status, 'delivered')
  })

  test('a receipt that comes in the same batch as the outcome of its submission is matched', async () => {
    const db = await open()
    const engine = engineOf(db)
    await engine.accept(sampleMessage())
    const answered = engine.receive(sampleReceipt())
    engine.outcomes.push({
      message: submittedOf(sampleMessage()),
      segments: [sampleSegment()],
      recorded: () => {},
    })
    assert.equal(await answered, true)
    assert.equal((await storedMessage(db)).status, 'delivered')
    assert.equal(await orphanCount(db), 0)
  })

  test('a receipt that comes before its outcome is kept, and matched once the outcome is there', async () => {
    const db = await open()
    const engine = engineOf(db)
    assert.equal(await engine.receive(sampleReceipt({ doneAt: null })), true)
    assert.equal(await engine.receive(sampleReceipt({ carrierMessageId: 'of nobody' })), true)
    assert.equal(await orphanCount(db), 2)
    await match(engine)
    assert.equal(await orphanCount(db), 2)
    await submit(engine, sampleMessage())
    await match(engine)
    const { status, updatedAt, doneAt } = await storedMessage(db)
    assert.deepEqual([status, doneAt], ['delivered', START])
    // The change is as young as the match, else readers of changes would miss it.
    assert.equal(updatedAt, engine.clock.now())
    assert.equal(await orphanCount(db), 1)
    await match(engine)
    assert.deepEqual(await statesCalledBack(db, messageId(1)), ['DELIVERED'])
  })

  test('an orphan that was matched twice before its commit makes one callback', async () => {
    const db = await open()
    const engine = engineOf(db)
    await engine.receive(sampleReceipt())
    await submit(engine, sampleMessage())
    await match(engine, 2)
    assert.deepEqual(await statesCalledBack(db, messageId(1)), ['DELIVERED'])
    assert.equal(await orphanCount(db), 0)
  })

  test('an orphan that nobody claims for a week is forgotten', async () => {
    const db = await open()
    const engine = engineOf(db)
    await engine.receive(sampleReceipt({ carrierMessageId: 'of nobody' }))
    await match(engine)
    assert.equal(await orphanCount(db), 1)
    await engine.advance(7 * 86_400_000)
    await match(engine)
    await engine.until(async () => (await orphanCount(db)) === 0)
  })

  test('an id that a carrier gave twice means the newest message', async () => {
    const db = await open()
    const engine = engineOf(db)
    await submit(engine, sampleMessage({ id: messageId(2) }), [sampleSegment({ messageId: messageId(2) })])
    await submit(engine, sampleMessage())
    await engine.receive(sampleReceipt())
    assert.equal((await storedMessage(db, messageId(2))).status, 'delivered')
    assert.equal((await storedMessage(db)).status, 'submitted')
  })

  test('the same id of another carrier is another id', async () => {
    const db = await open()
    const engine = engineOf(db)
    await submit(engine, sampleMessage())
    await engine.receive(sampleReceipt({ carrierId: 'B' }))
    assert.equal((await storedMessage(db)).status, 'submitted')
    assert.equal(await orphanCount(db), 1)
  })

  for (const together of [true, false]) {
    test(`a long message is final with its last part, receipts ${together ? 'in one batch' : 'one by one'}`, async () => {
      const db = await open()
      const engine = engineOf(db)
      const segments = [1, 2, 3].map((number) => sampleSegment({ number }))
      await submit(engine, sampleMessage(textOfParts(3)), segments)
      const receipts = [
        sampleReceipt({ carrierMessageId: 'A-1-3' }),
        sampleReceipt({ carrierMessageId: 'A-1-1', state: 'undelivered', errorCode: '0006' }),
        sampleReceipt({ carrierMessageId: 'A-1-2' }),
      ]
      const answers = receipts.map((receipt) => () => engine.receive(receipt))
      if (together) await Promise.all(answers.map((answer) => answer()))
      else for (const answer of answers) await answer()
      const { message, parts } = await storedView(db)
      assert.deepEqual([message.status, message.errorReason], ['undelivered', 'absentSubscriberSM'])
      assert.deepEqual(
        parts.map(({ status }) => status),
        ['undelivered', 'delivered', 'delivered'],
      )
      assert.deepEqual(await statesCalledBack(db, messageId(1)), ['UNDELIVERABLE'])
    })
  }

  test('two nodes that get the receipts of two parts at the same time make the message final, once', async () => {
    const db = await open()
    const nodes = [engineOf(db), engineOf(db)] as const
    for (let number = 1; number <= 10; number++) {
      const id = messageId(number)
      const ids = [1, 2].map((part) => `${number}-${part}`)
      const segments = ids.map((carrierMessageId, index) =>
        sampleSegment({ messageId: id, number: index + 1, carrierMessageId }),
      )
      await submit(nodes[0], sampleMessage({ id, ...textOfParts(2) }), segments)
      await Promise.all(nodes.map((node, index) => node.receive(sampleReceipt({ carrierMessageId: ids[index] ?? '' }))))
      assert.equal((await storedMessage(db, id)).status, 'delivered')
      assert.deepEqual(await statesCalledBack(db, id), ['DELIVERED'])
    }
  })

  test('a receipt that comes again after a lost commit answer makes no second callback', async () => {
    const db = new UnreliableDatabase(await open())
    const carrier = new ScriptedCarrier('A', { script: keepOpen })
    const engine = createTestEngine({ db, carriers: [carrier] })
    await engine.dispatcher.start()
    await engine.rest()
    await engine.accept(sampleMessage())
    await engine.rest()
    db.mode = 'answers lost'
    carrier.endOpen({ kind: 'accepted', carrierMessageId: 'once' })
    await engine.rest()
    db.mode = 'up'
    const receipt = sampleReceipt({ carrierId: 'A', carrierMessageId: 'once' })
    assert.equal(await engine.receive(receipt), true)
    await engine.advance(1_000)
    assert.equal(await engine.receive({ ...receipt, state: 'undelivered', errorCode: '0006' }), true)
    assert.deepEqual(await statesCalledBack(db, messageId(1)), ['DELIVERED'])
  })

  test('a receipt for one part moves the change time of the message and leaves its lease', async () => {
    const db = await open()
    const engine = engineOf(db)
    const message = sampleMessage(textOfParts(2))
    await engine.accept(message)
    const queued = applyChange(message, { status: 'queued', submissions: 1, dueAt: START + 5 }, START + 1)
    const refused = sampleSegment({ number: 2, status: 'refused', carrierMessageId: null })
    engine.outcomes.push({ message: queued, segments: [sampleSegment(), refused], recorded: () => {} })
    await engine.commits.drain()
    await db.write((tx) => tx.run(`update messages set leased_by = 'node-1'`))
    engine.clock.advance(10)
    await engine.receive(sampleReceipt())
    assert.deepEqual(await storedMessage(db), { ...queued, updatedAt: START + 10 })
    assert.deepEqual(await storedLeases(db), ['node-1'])
    assert.deepEqual(
      (await readSegments(db, [message.id])).map(({ status }) => status),
      ['delivered', 'refused'],
    )
  })

  test('a message given up is not called back again when its receipt comes after all', async () => {
    const db = await open()
    const engine = engineOf(db)
    await submit(engine, sampleMessage())
    const unknown = applyChange(submittedOf(sampleMessage()), { status: 'unknown', dueAt: START }, START + 2)
    engine.outcomes.push({ message: unknown, segments: [], recorded: () => {} })
    await engine.commits.drain()
    await engine.advance(3_600_000)
    assert.equal(await engine.receive(sampleReceipt()), true)
    const { message, parts } = await storedView(db)
    assert.deepEqual([message.status, parts[0]?.status], ['unknown', 'delivered'])
    assert.equal(message.updatedAt, engine.clock.now(), 'readers of changes see it again')
    assert.deepEqual(await statesCalledBack(db, messageId(1)), ['EXPIRED'])
  })
})

test('a receipt that another node has recorded owes no second callback where the submission is remembered', async (context) => {
  const postgres = await startPostgres()
  context.after(() => postgres.stop())
  const db = await openPostgres({ url: await postgres.url('receipts') })
  context.after(() => db.close())
  await migrate(db)
  const carrier = new ScriptedCarrier('A', { script: acceptAll })
  const submitting = createTestEngine({ db, carriers: [carrier] })
  await submitting.dispatcher.start()
  await submitting.rest()
  await submitting.accept(sampleMessage())
  await submitting.rest()
  const [segment] = await readSegments(db, [messageId(1)])
  const receipt = sampleReceipt({ carrierId: 'A', carrierMessageId: segment?.carrierMessageId ?? '' })
  const other = createTestEngine({ db, carriers: [], nodeId: 'other' })
  assert.equal(await other.receive(receipt), true)
  assert.equal(await submitting.receive({ ...receipt, state: 'undelivered', errorCode: '0006' }), true)
  assert.deepEqual(await statesCalledBack(db, messageId(1)), ['DELIVERED'])
})
