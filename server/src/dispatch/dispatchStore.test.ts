import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import {
  messageId,
  START,
  sampleMessage,
  sampleMessages,
  sampleSegment,
  textOfParts,
} from '../../test/sampleMessages.ts'
import { storedLeases, storedMessage } from '../../test/storedMessages.ts'
import { callbackAnnouncer, statesCalledBack } from '../../test/testEngine.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import { waitFor } from '../../test/waitFor.ts'
import type { Database } from '../db/database.ts'
import { acceptMessages, createMessageWriter } from '../messages/acceptMessages.ts'
import { applyChange, writeChanges } from '../messages/changeStatus.ts'
import type { Message, SubmittedSegment } from '../messages/message.ts'
import { readSegments } from '../messages/readMessages.ts'
import {
  carriersWithRows,
  claimMessages,
  freeLeases,
  freeStrays,
  handBack,
  leasedMessages,
  markOpening,
} from './leases.ts'
import { NodeHeartbeat } from './nodes.ts'
import { partsWithoutCarrier } from './partsWithoutCarrier.ts'
import { purgeMessages } from './purgeMessages.ts'
import { recordOutcomes } from './recordOutcomes.ts'

const NOW = START + 1_000
const follower = callbackAnnouncer({ clock: new FakeClock(NOW), nodeId: 'node-1' })

/** Stores messages as accepted ones, held by a node or by nobody. */
async function store(db: Database, messages: readonly Message[], leasedBy: string | null = null): Promise<void> {
  const step = acceptMessages(createMessageWriter({ dispatch: () => {}, follower }))
  const callbacks = { accepted: () => {}, repeated: () => {}, failed: () => {} }
  const entries = messages.map((message) => ({ message, leasedBy, idempotency: null, ...callbacks }))
  await db.write(async (tx) => {
    await step.write(tx, entries)
  })
}

/** Records plans through the step that the dispatcher uses. */
async function record(db: Database, plans: readonly { message: Message; segments: SubmittedSegment[] }[]) {
  const step = recordOutcomes({ follower, keep: () => {} })
  const after = await db.write(async (tx) =>
    step.write(
      tx,
      plans.map((plan) => ({ ...plan, recorded: () => {} })),
    ),
  )
  after?.()
}

const claim = (db: Database, over: Partial<Parameters<typeof claimMessages>[1]> = {}) =>
  claimMessages(db, { carrierId: 'A', nodeId: 'node-1', now: NOW, limit: 100, ...over })

const idsOf = (messages: readonly Message[]) => messages.map(({ id }) => id)

onEveryStore('dispatch', (open) => {
  test('a claim takes the oldest due messages of its carrier, and each message goes to one node', async () => {
    const db = await open()
    const due = sampleMessages(30).map((message, index) => ({ ...message, dueAt: NOW - index }))
    const others = [
      sampleMessage({ id: messageId(100), dueAt: NOW + 1 }),
      sampleMessage({ id: messageId(101), carrierId: 'B', dueAt: NOW - 9 }),
      sampleMessage({ id: messageId(102), status: 'rejected', callbackUrl: null, dueAt: NOW - 9 }),
    ]
    await store(db, [...due, ...others])
    assert.deepEqual(idsOf(await claim(db, { limit: 5 })), idsOf(due.slice(-5).reverse()))
    const nodes = ['node-1', 'node-2', 'node-3', 'node-4']
    const claims = await Promise.all(nodes.map((nodeId) => claim(db, { nodeId, limit: 7 })))
    const rest = await claim(db)
    assert.deepEqual(idsOf([...claims.flat(), ...rest]).toSorted(), idsOf(due.slice(0, -5)).toSorted())
    assert.deepEqual(await claim(db), [])
  })

  test('a backlog of one carrier takes no place in the claims of another', async () => {
    const db = await open()
    await store(db, sampleMessages(50, { carrierId: 'A', dueAt: 0 }))
    await store(db, [sampleMessage({ id: messageId(99), carrierId: 'B' })])
    assert.deepEqual(idsOf(await claim(db, { carrierId: 'B', limit: 1 })), [messageId(99)])
    assert.deepEqual(await carriersWithRows(db), ['A', 'B'])
  })

  test('what is handed back can be claimed again, and a mark on it is gone', async () => {
    const db = await open()
    await store(db, sampleMessages(2), 'node-1')
    await db.write((tx) => markOpening(tx, [sampleMessage({ carrierId: 'B' })]))
    assert.deepEqual([(await storedMessage(db)).inDoubt, (await storedMessage(db)).carrierId], [true, 'B'])
    await db.write((tx) => handBack(tx, { nodeId: 'node-2', messages: sampleMessages(2) }))
    assert.deepEqual(await storedLeases(db), ['node-1', 'node-1'])
    await db.write((tx) => handBack(tx, { nodeId: 'node-1', messages: sampleMessages(2) }))
    assert.equal((await storedMessage(db)).inDoubt, false)
    assert.deepEqual(await storedLeases(db), [null, null])
  })

  test('strays are found among the leases of the node that are old enough, and freed as they are', async () => {
    const db = await open()
    await store(db, sampleMessages(2, { dueAt: NOW - 10 }), 'node-1')
    await store(db, [sampleMessage({ id: messageId(3), dueAt: NOW })], 'node-1')
    await store(db, [sampleMessage({ id: messageId(4), dueAt: NOW - 10 })], 'node-2')
    const leased = await leasedMessages(db, { carrierId: 'A', nodeId: 'node-1', dueBefore: NOW - 5 })
    assert.deepEqual(leased.toSorted(), [messageId(1), messageId(2)])
    await db.write((tx) => freeStrays(tx, [messageId(1)]))
    assert.deepEqual(await storedLeases(db), [null, 'node-1', 'node-1', 'node-2'])
  })

  test('what a dead node held is sent again, in doubt, where the carrier may see it twice', async () => {
    const db = await open()
    await store(db, sampleMessages(2), 'dead')
    await store(db, [sampleMessage({ id: messageId(3) })], 'alive')
    const free = (nodeIds: string[]) =>
      db.write((tx) => freeLeases(tx, { carrierId: 'A', onDoubt: 'resend', nodeIds, now: NOW }))
    assert.equal(await free(['dead']), 2)
    assert.equal(await free(['dead']), 0)
    assert.deepEqual(await storedLeases(db), [null, null, 'alive'])
    const { status, inDoubt, updatedAt } = await storedMessage(db)
    assert.deepEqual([status, inDoubt, updatedAt], ['accepted', true, NOW])
    assert.equal((await claim(db)).length, 2)
  })

  test('what a dead node was handing over is held where the carrier must not see it twice, the rest is sent', async () => {
    const db = await open()
    const messages = sampleMessages(2)
    await store(db, messages, 'dead')
    await db.write((tx) => markOpening(tx, messages.slice(0, 1)))
    const free = { carrierId: 'A', onDoubt: 'hold' as const, nodeIds: ['dead'], now: NOW }
    assert.equal(await db.write((tx) => freeLeases(tx, free)), 1)
    const { status, inDoubt, dueAt, expiresAt } = await storedMessage(db)
    assert.deepEqual([status, inDoubt, dueAt], ['submitted', true, expiresAt])
    assert.deepEqual(idsOf(await claim(db)), [messageId(2)])
  })

  test('an outcome frees the lease and keeps its segments, also when it is recorded twice', async () => {
    const db = await open()
    await store(db, [sampleMessage()], 'node-1')
    const message = applyChange(sampleMessage(), { status: 'submitted', submissions: 1, dueAt: NOW + 9 }, NOW)
    const plan = { message, segments: [sampleSegment()] }
    await record(db, [plan])
    await record(db, [plan])
    assert.deepEqual(await storedMessage(db), message)
    assert.deepEqual(await storedLeases(db), [null])
    assert.deepEqual(await readSegments(db, [messageId(1)]), [sampleSegment()])
  })

  test('an outcome that comes after the message became final owes no second callback', async () => {
    const db = await open()
    await store(db, sampleMessages(2), 'node-1')
    const delivered = applyChange(sampleMessage(), { status: 'delivered', dueAt: NOW }, NOW)
    await db.write((tx) => writeChanges(tx, [delivered]))
    const plans = sampleMessages(2).map((message) => ({
      message: applyChange(message, { status: 'unknown', dueAt: NOW }, NOW),
      segments: [],
    }))
    await record(db, plans)
    assert.equal((await storedMessage(db)).status, 'delivered')
    assert.deepEqual(await statesCalledBack(db, messageId(1)), [])
    assert.deepEqual(await statesCalledBack(db, messageId(2)), ['EXPIRED'])
  })

  test('of a long message tried in part only the parts that no carrier has are wanted', async () => {
    const db = await open()
    const long = { ...textOfParts(4), submissions: 1, status: 'queued' as const }
    const messages = sampleMessages(3, long)
    await store(db, messages)
    const short = sampleMessage({ id: messageId(9), submissions: 3 })
    const segments = (id: string, statuses: readonly SubmittedSegment['status'][]) =>
      statuses.map((status, index) => sampleSegment({ messageId: id, number: index + 1, status }))
    await record(db, [
      {
        message: sampleMessage(long),
        segments: segments(messageId(1), ['submitted', 'refused', 'in doubt', 'delivered']),
      },
      {
        message: sampleMessage({ ...long, id: messageId(2) }),
        segments: segments(messageId(2), ['refused', 'refused']),
      },
    ])
    const wanted = async (onDoubt: 'resend' | 'hold') =>
      (await partsWithoutCarrier(db, [...messages, short], () => onDoubt)).map((one) => [
        one.partsWanted,
        one.doubtHeld,
      ])
    assert.deepEqual(await wanted('resend'), [
      [[2, 3], false],
      [null, false],
      [null, false],
      [null, false],
    ])
    assert.deepEqual(await wanted('hold'), [
      [[2], true],
      [null, false],
      [null, false],
      [null, false],
    ])
  })

  test('a purge takes final messages whose time is over with their segments, and no others', async () => {
    const db = await open()
    const final = { status: 'delivered' as const, callbackUrl: null }
    const gone = sampleMessages(1_203, { ...final, dueAt: NOW })
    const kept = [
      sampleMessage({ id: messageId(5_001), ...final, dueAt: NOW + 1 }),
      sampleMessage({ id: messageId(5_002), dueAt: NOW - 1 }),
      sampleMessage({ id: messageId(5_003), ...final, carrierId: 'B', dueAt: NOW - 1 }),
    ]
    await store(db, [...gone, ...kept])
    await record(db, [{ message: sampleMessage(final), segments: [sampleSegment()] }])
    assert.equal(await purgeMessages(db, { carrierIds: ['A', ''], now: NOW }), true)
    const left = await db.read('select id from messages order by id')
    assert.deepEqual(
      left.map((row) => row.id),
      idsOf(kept),
    )
    assert.deepEqual(await readSegments(db, [messageId(1)]), [])
  })

  test('a purge of much leaves the rest to the next, and no carrier waits for another', async () => {
    const db = await open()
    const final = { status: 'delivered' as const, callbackUrl: null, dueAt: NOW }
    await store(db, [
      ...sampleMessages(10_200, final),
      ...sampleMessages(700, final).map((message, index) => ({
        ...message,
        id: messageId(20_001 + index),
        carrierId: 'B',
      })),
    ])
    const left = async () => {
      const rows = await db.read(
        'select carrier_id, count(*) as n from messages group by carrier_id order by carrier_id',
      )
      return rows.map((row) => [row.carrier_id, Number(row.n)])
    }
    const purge = () => purgeMessages(db, { carrierIds: ['A', 'B'], now: NOW })
    assert.equal(await purge(), false)
    assert.deepEqual(await left(), [['A', 1_200]])
    assert.equal(await purge(), true)
    assert.deepEqual(await left(), [])
  })

  test('a node that stops saying that it is alive is found by another, once, and one that stopped in order is not', async () => {
    const db = await open()
    const clock = new FakeClock(START)
    const found: string[] = []
    const heartbeat = (nodeId: string) =>
      new NodeHeartbeat({
        db,
        clock: nodeId === 'crashed' ? new FakeClock(START) : clock,
        nodeId,
        onDead: async (nodeIds) => {
          found.push(...nodeIds)
        },
        onRevived: async () => {},
      })
    const [crashed, stopped, watcher] = [heartbeat('crashed'), heartbeat('stopped'), heartbeat('watcher')]
    for (const one of [crashed, stopped, watcher]) await one.start()
    assert.equal(watcher.alive, true)
    await stopped.stop()
    for (let beats = 0; beats < 8; beats++) {
      const before = await aliveUntil(db)
      clock.advance(5_000)
      await waitFor(async () => (await aliveUntil(db)) > before && clock.timers > 0)
    }
    await waitFor(() => found.length > 0)
    assert.deepEqual(found, ['crashed'])
    assert.equal(watcher.alive, true)
    await watcher.stop()
  })

  test('a node that cannot say that it is alive knows before the others may, lets go later, and can stop', async () => {
    const db = new UnreliableDatabase(await open())
    const clock = new FakeClock(START)
    let revived = 0
    const onRevived = async () => {
      assert.equal(heartbeat.alive, false)
      revived++
    }
    const heartbeat = new NodeHeartbeat({ db, clock, nodeId: 'watcher', onDead: async () => {}, onRevived })
    assert.equal(heartbeat.alive, false)
    await heartbeat.start()
    assert.equal(heartbeat.alive, true)
    const believedAliveUntil = await aliveUntil(db)
    db.mode = 'down'
    clock.advance(believedAliveUntil - START - 1_000)
    assert.equal(heartbeat.alive, false)
    assert.equal(revived, 0)
    await waitFor(() => clock.timers > 0)
    db.mode = 'up'
    clock.advance(5_000)
    await waitFor(() => heartbeat.alive)
    assert.equal(revived, 1)
    db.mode = 'down'
    await heartbeat.stop()
  })
})

async function aliveUntil(db: Database): Promise<number> {
  const rows = await db.read(`select alive_until from nodes where id = 'watcher'`)
  return Number(rows[0]?.alive_until)
}
