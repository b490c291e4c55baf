import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { messageId, START, sampleMessage } from '../../test/sampleMessages.ts'
import { createTestEngine, statesCalledBack } from '../../test/testEngine.ts'
import type { Database } from '../db/database.ts'
import { applyChange, writeChanges } from './changeStatus.ts'
import { purgeIdempotencyKeys } from './idempotency.ts'
import type { Message } from './message.ts'
import { type ChangePosition, listChangedMessages, listMessages, readMessage } from './readMessages.ts'
import { recordConversion } from './recordConversion.ts'

const DAY_MS = 86_400_000

/** Accepts through the real queue; the dispatcher does not run, so everything waits in the table. */
const intakeOf = (db: Database, clock = new FakeClock(START)) => createTestEngine({ db, carriers: [], clock })

const acceptAllOf = (db: Database, messages: readonly Message[]) => {
  const engine = intakeOf(db)
  return Promise.all(messages.map((message) => engine.accept(message)))
}

const stored = async (db: Database, id = messageId(1), accountId = 'acme') =>
  (await readMessage(db, accountId, id))?.message

const claim = (requestHash = 'hash', key = 'key') => ({ key, requestHash, response: `answer to ${requestHash}` })

onEveryStore('messages', (open) => {
  test('a message comes back as it was accepted', async () => {
    const db = await open()
    const plain = sampleMessage()
    const rich = sampleMessage({
      id: messageId(2),
      body: 'quotes " \' \\ and \u{1f600}',
      encoding: 'ucs2',
      transcoding: '{"replaced":1}',
      flash: true,
      conversion: true,
      mccmnc: null,
      price: null,
      currency: null,
      priceEffectiveAt: null,
      reference: 'order 7',
      callbackUrl: null,
      callbackMethod: 'GET',
      scheduledAt: START + 5,
      dueAt: START + 5,
    })
    await acceptAllOf(db, [plain, rich])
    assert.deepEqual(await stored(db), plain)
    assert.deepEqual(await stored(db, rich.id), rich)
  })

  test('a message of another account, one that never was and text that is no id are all unknown', async () => {
    const db = await open()
    await acceptAllOf(db, [sampleMessage()])
    assert.equal(await readMessage(db, 'other', messageId(1)), null)
    assert.equal(await readMessage(db, 'acme', messageId(2)), null)
    assert.equal(await readMessage(db, 'acme', '\0'), null)
    assert.equal(await readMessage(db, 'acme', '\ud800'), null)
  })

  test('a message born rejected owes its callback, once', async () => {
    const db = await open()
    const rejected = sampleMessage({ status: 'rejected', carrierId: '', doneAt: START, errorCode: '0b01' })
    await acceptAllOf(db, [rejected, sampleMessage({ id: messageId(2) })])
    assert.deepEqual(await statesCalledBack(db, messageId(1)), ['REJECTED'])
    assert.deepEqual(await statesCalledBack(db, messageId(2)), [])
  })

  test('the same key twice in one batch records one message and gives both callers its answer', async () => {
    const db = await open()
    const engine = intakeOf(db)
    const answers = await Promise.all([
      engine.accept(sampleMessage(), claim()),
      engine.accept(sampleMessage({ id: messageId(2) })),
      engine.accept(sampleMessage({ id: messageId(3) }), claim()),
    ])
    assert.deepEqual(answers, ['accepted', 'accepted', claim()])
    assert.equal(await stored(db, messageId(3)), undefined)
    assert.notEqual(await stored(db, messageId(2)), undefined)
  })

  test('a key used before gives the answer of then, and with another request tells its hash', async () => {
    const db = await open()
    const engine = intakeOf(db)
    await engine.accept(sampleMessage(), claim('first'))
    const later = await Promise.all(
      ['first', 'second', 'second'].map((hash, index) =>
        engine.accept(sampleMessage({ id: messageId(index + 2) }), claim(hash)),
      ),
    )
    const then = { requestHash: 'first', response: 'answer to first' }
    assert.deepEqual(later, [then, then, then])
    assert.equal((await listMessages(db, { accountId: 'acme', filter: {}, before: null, limit: 9 })).length, 1)
  })

  test('another key, or the same key of another account, is another message', async () => {
    const db = await open()
    const engine = intakeOf(db)
    await engine.accept(sampleMessage(), claim())
    const others = await Promise.all([
      engine.accept(sampleMessage({ id: messageId(2), accountId: 'other' }), claim()),
      engine.accept(sampleMessage({ id: messageId(3) }), claim('hash', 'key2')),
    ])
    assert.deepEqual(others, ['accepted', 'accepted'])
  })

  test('of two commits with the same key at the same time one records, and the other gets its answer', async () => {
    const db = await open()
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(
        [1, 2].map((side) =>
          intakeOf(db).accept(sampleMessage({ id: messageId(2 * round + side) }), claim('hash', `key ${round}`)),
        ),
      )
      assert.equal(answers.filter((answer) => answer === 'accepted').length, 1)
    }
  })

  test('a key is kept for 24 hours and free after its purge', async () => {
    const db = await open()
    const engine = intakeOf(db)
    await engine.accept(sampleMessage(), claim())
    assert.equal(await purgeIdempotencyKeys(db, START + DAY_MS), true)
    assert.notEqual(await engine.accept(sampleMessage({ id: messageId(2) }), claim()), 'accepted')
    assert.equal(await purgeIdempotencyKeys(db, START + DAY_MS + 1), true)
    assert.equal(await engine.accept(sampleMessage({ id: messageId(2) }), claim()), 'accepted')
  })

  test('a row that is final stays as it is, whatever a later change believes', async () => {
    const db = await open()
    await acceptAllOf(db, [sampleMessage(), sampleMessage({ id: messageId(2) })])
    const delivered = applyChange(sampleMessage(), { status: 'delivered', dueAt: null, doneAt: START + 1 }, START + 1)
    await db.write((tx) => writeChanges(tx, [delivered]))
    const late = [sampleMessage(), sampleMessage({ id: messageId(2) })].map((message) =>
      applyChange(message, { status: 'expired', dueAt: 1 }, START + 2),
    )
    await db.write((tx) => writeChanges(tx, late))
    assert.deepEqual(await stored(db), delivered)
    assert.equal((await stored(db, messageId(2)))?.status, 'expired')
  })

  test('pages by acceptance miss nothing and repeat nothing while new messages come in', async () => {
    const db = await open()
    const own = Array.from({ length: 25 }, (_, index) => sampleMessage({ id: messageId(2 * index + 1) }))
    const foreign = own.map(({ id }, index) => sampleMessage({ id: `${id}f`, accountId: 'other', price: `${index}` }))
    await acceptAllOf(db, [...own, ...foreign])
    const seen: string[] = []
    for (let page = 0, before: string | null = null; page < 9; page++) {
      const views = await listMessages(db, { accountId: 'acme', filter: {}, before, limit: 4 })
      seen.push(...views.map(({ message }) => message.id))
      before = seen.at(-1) ?? null
      await acceptAllOf(db, [sampleMessage({ id: messageId(1_000 + page) })])
    }
    assert.deepEqual(seen, own.map(({ id }) => id).reverse())
  })

  test('each condition of a filter narrows the list, and all hold at once', async () => {
    const db = await open()
    const recipient = sampleMessage().recipient
    await acceptAllOf(db, [
      sampleMessage(),
      sampleMessage({ id: messageId(2), sender: 'Other', reference: 'r', acceptedAt: START + 10 }),
      sampleMessage({
        id: messageId(3),
        status: 'rejected',
        reference: 'r',
        acceptedAt: START + 20,
        callbackUrl: null,
      }),
    ])
    const list = async (filter: Parameters<typeof listMessages>[1]['filter']) =>
      (await listMessages(db, { accountId: 'acme', filter, before: null, limit: 9 })).map(({ message }) => message.id)
    const [one, two, three] = [messageId(1), messageId(2), messageId(3)]
    assert.deepEqual(await list({}), [three, two, one])
    assert.deepEqual(await list({ status: 'accepted' }), [two, one])
    assert.deepEqual(await list({ recipient }), [three, two, one])
    assert.deepEqual(await list({ recipient: '+4915100000000' }), [])
    assert.deepEqual(await list({ sender: 'Other' }), [two])
    assert.deepEqual(await list({ reference: 'r' }), [three, two])
    assert.deepEqual(await list({ acceptedSince: START + 10 }), [three, two])
    assert.deepEqual(await list({ acceptedBefore: START + 10 }), [one])
    assert.deepEqual(await list({ reference: 'r', acceptedSince: START + 10, status: 'rejected' }), [three])
  })

  test('a reader of changes that keeps its place sees every change, oldest first, also of equal times', async () => {
    const db = await open()
    const messages = Array.from({ length: 12 }, (_, index) =>
      sampleMessage({ id: messageId(index), updatedAt: START + Math.floor(index / 5) }),
    )
    await acceptAllOf(db, messages.toReversed())
    const read = async (after: ChangePosition, settledBefore: number) => {
      const seen: string[] = []
      for (let place = after; ; ) {
        const request = { accountId: 'acme', filter: {}, after: place, settledBefore, limit: 2 }
        const views = await listChangedMessages(db, request)
        const last = views.at(-1)?.message
        if (last === undefined) return { seen, place }
        seen.push(...views.map(({ message }) => message.id))
        place = { updatedAt: last.updatedAt, id: last.id }
      }
    }
    const first = await read({ updatedAt: START, id: '' }, START + 2)
    assert.deepEqual(
      first.seen,
      messages.slice(0, 10).map(({ id }) => id),
    )
    const changed = applyChange(sampleMessage({ id: messageId(3) }), { status: 'delivered', dueAt: null }, START + 3)
    await db.write((tx) => writeChanges(tx, [changed]))
    const second = await read(first.place, START + 4)
    assert.deepEqual(second.seen, [messageId(10), messageId(11), messageId(3)])
    const other = {
      accountId: 'other',
      filter: {},
      after: { updatedAt: 0, id: '' },
      settledBefore: START + 9,
      limit: 9,
    }
    assert.deepEqual(await listChangedMessages(db, other), [])
  })

  test('the last conversion reported counts, and only of the own account', async () => {
    const db = await open()
    await acceptAllOf(db, [sampleMessage()])
    const report = (accountId: string, converted: boolean, at: number) =>
      recordConversion(db, { accountId, id: messageId(1), converted, at })
    assert.equal(await report('acme', true, START + 1), true)
    assert.equal(await report('acme', false, START + 2), true)
    assert.equal(await report('other', true, START + 3), false)
    assert.equal(await recordConversion(db, { accountId: 'acme', id: '\0', converted: true, at: START }), false)
    assert.deepEqual(await stored(db), {
      ...sampleMessage(),
      converted: false,
      convertedAt: START + 2,
      updatedAt: START + 2,
    })
  })
})
