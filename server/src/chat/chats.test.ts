import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { START } from '../../test/sampleMessages.ts'
import { refuse } from '../../test/scriptedCarrier.ts'
import type { Database } from '../db/database.ts'
import {
  createTestChats,
  orderOf,
  prepareTold,
  STEP_WAIT_MS,
  type TestChats,
  type TestChatsOptions,
  textStep,
  toldOf,
} from './testChats.ts'

onEveryStore('chats', (open) => {
  async function running(options: Omit<TestChatsOptions, 'db'> = {}): Promise<TestChats> {
    const db = await open()
    await prepareTold(db)
    const world = createTestChats({ ...options, db })
    await world.dispatcher.start()
    await world.rest()
    return world
  }

  /** The same store, some time after START. */
  async function later(world: TestChats, ms: number): Promise<TestChats> {
    await world.rest()
    const next = createTestChats({ db: world.db, clock: new FakeClock(START + ms) })
    await next.dispatcher.start()
    next.sweeper.start()
    await next.advance(1_000)
    return next
  }

  test('the first channel that delivers ends the chain', async () => {
    const world = await running()
    const { id } = await world.send([textStep('whatsapp'), textStep('sms')])
    await world.report(id, 'whatsapp', 'delivered')
    assert.deepEqual(await world.history(id), ['whatsapp accepted', 'whatsapp dispatched', 'whatsapp success'])
    assert.deepEqual(await world.told(id), ['whatsapp accepted', 'whatsapp dispatched', 'whatsapp delivered'])
    const { status, channel, finishedAt, error } = await world.read(id)
    assert.deepEqual([status, channel, finishedAt, error], ['delivered', 'whatsapp', START, null])
    assert.equal(world.carriers.sms.received.length, 0)
  })

  test('a channel without a route is passed over in the transaction that accepts the message', async () => {
    const world = await running({ unroutable: ['whatsapp', 'echo'] })
    const { id } = await world.send([textStep('whatsapp'), textStep('echo'), textStep('sms')])
    assert.equal((await world.read(id)).channel, 'sms')
    await world.submitted(id, 'sms')
    assert.deepEqual(await world.history(id), [
      'whatsapp accepted',
      'whatsapp dispatching_failed',
      'echo dispatching_failed',
      'sms dispatched',
    ])
    assert.deepEqual(await world.told(id), [
      'whatsapp accepted',
      'whatsapp channelFailed',
      'echo channelFailed',
      'sms dispatched',
    ])
  })

  test('a message that no channel has a route for is accepted, and failed', async () => {
    const world = await running({ unroutable: ['whatsapp', 'sms'] })
    const { id, status } = await world.send([textStep('whatsapp'), textStep('sms')])
    assert.equal(status, 'accepted')
    const read = await world.read(id)
    assert.deepEqual(
      [read.status, read.channel, read.error],
      ['failed', 'sms', { code: 'sms::internal::0b01', message: 'no route to this destination' }],
    )
    assert.deepEqual(await world.told(id), ['whatsapp accepted', 'whatsapp channelFailed', 'sms failed'])
  })

  test('what a carrier refuses goes to the next channel, with the reason in the history', async () => {
    const world = await running({ scripts: { whatsapp: refuse('never', 0x0b21) } })
    const { id } = await world.send([textStep('whatsapp'), textStep('sms')])
    await world.report(id, 'sms', 'delivered')
    const events = await world.chats.events('acme', id)
    assert.deepEqual(
      events?.map(({ state, details }) => [state, details?.code ?? null]),
      [
        ['accepted', null],
        ['dispatching_failed', 'whatsapp::internal::0b21'],
        ['dispatched', null],
        ['success', null],
      ],
    )
  })

  test('an undelivered message goes to the next channel with the words of its carrier', async () => {
    const world = await running()
    const { id } = await world.send([textStep('whatsapp'), textStep('sms')])
    await world.report(id, 'whatsapp', 'undelivered', { errorReason: 'whatsapp::error::131026 Message undeliverable' })
    await world.report(id, 'sms', 'undelivered')
    assert.deepEqual(await world.history(id), [
      'whatsapp accepted',
      'whatsapp dispatched',
      'whatsapp failed',
      'sms dispatched',
      'sms failed',
    ])
    const [, , failed] = (await world.chats.events('acme', id)) ?? []
    assert.deepEqual(failed?.details, { code: 'whatsapp::error::131026', message: 'Message undeliverable' })
    assert.deepEqual((await world.read(id)).error, { code: 'sms::error::0001', message: 'unknownSubscriber' })
    const last = (await toldOf(world.db, id)).at(-1)
    assert.ok(last?.kind === 'status')
    assert.deepEqual(
      [last.event, last.message.status, last.details?.code, last.number],
      ['failed', 'failed', 'sms::error::0001', 'Heliograph'],
    )
  })

  test('a channel of which nothing is heard within its wait is given up, and what it says later changes nothing', async () => {
    const world = await running()
    const { id } = await world.send([textStep('whatsapp', { waitMs: 60_000 }), textStep('echo'), textStep('sms')])
    await world.submitted(id, 'whatsapp')
    await world.advance(59_000)
    assert.equal((await world.read(id)).channel, 'whatsapp')
    await world.advance(2_000)
    await world.submitted(id, 'echo')
    await world.advance(STEP_WAIT_MS - 3_000)
    assert.equal((await world.read(id)).channel, 'echo')
    await world.advance(3_000)
    await world.submitted(id, 'sms')
    await world.report(id, 'whatsapp', 'delivered')
    await world.look(id, 'whatsapp')
    assert.equal((await world.read(id)).status, 'accepted')
    assert.deepEqual(await world.history(id), [
      'whatsapp accepted',
      'whatsapp dispatched',
      'whatsapp unknown',
      'echo dispatched',
      'echo unknown',
      'sms dispatched',
    ])
    const next = await later(world, 49 * 3_600_000)
    await next.until(async () => (await next.read(id)).status === 'unknown')
    assert.equal((await next.read(id)).error?.code, 'sms::internal::noReceipt')
    assert.equal((await next.told(id)).at(-1), 'sms unknown')
  })

  test('a delivered message that is read later is seen; nothing else moves a final one', async () => {
    const world = await running()
    const { id } = await world.send([textStep('whatsapp'), textStep('sms')])
    await world.report(id, 'whatsapp', 'delivered')
    await world.advance(1_000)
    assert.equal(await world.look(id, 'whatsapp'), true)
    await world.look(id, 'whatsapp')
    assert.deepEqual((await world.history(id)).slice(2), ['whatsapp success', 'whatsapp seen'])
    const { status, finishedAt } = await world.read(id)
    assert.deepEqual([status, finishedAt], ['seen', START + 1_000])
  })

  test('who has read a message has received it, whichever is told first', async () => {
    const world = await running()
    const { id } = await world.send([textStep('whatsapp'), textStep('sms')])
    await world.look(id, 'whatsapp')
    await world.report(id, 'whatsapp', 'delivered')
    const after = ['whatsapp accepted', 'whatsapp dispatched']
    assert.deepEqual(await world.history(id), [...after, 'whatsapp success', 'whatsapp seen'])
    assert.deepEqual(await world.told(id), [...after, 'whatsapp delivered', 'whatsapp seen'])
    const statuses = (await toldOf(world.db, id)).map((one) => one.kind === 'status' && one.message.status)
    assert.deepEqual(statuses, ['accepted', 'accepted', 'delivered', 'seen'])
  })

  test('a report of reading that comes before its submission is recorded counts once that is', async () => {
    const world = await running({ scripts: { whatsapp: () => 'silence' } })
    world.sweeper.start()
    const { id } = await world.send([textStep('whatsapp'), textStep('sms')])
    await world.until(() => world.carriers.whatsapp.received.length === 1)
    assert.equal(await world.lookAt({ carrierId: 'whatsapp', carrierMessageId: 'wamid.1' }), true)
    assert.equal((await world.read(id)).status, 'accepted')
    world.carriers.whatsapp.endOpen({ kind: 'accepted', carrierMessageId: 'wamid.1' })
    await world.submitted(id, 'whatsapp')
    await world.advance(1_000)
    await world.until(async () => (await world.read(id)).status === 'seen')
    await world.sweeper.stop()
    assert.deepEqual(await world.db.read('select carrier_id from chat_seen_orphans'), [])
    assert.deepEqual(world.troubles, [])
  })

  test('echo sends back what it got, with from and to swapped and the same id', async () => {
    const world = await running()
    const template = {
      kind: 'template',
      templateId: 'welcome',
      language: { policy: 'deterministic', code: 'en' },
      parameters: ['Mr. Doe', 'Ms. Roe'],
    } as const
    const { id } = await world.send([textStep('echo', { sender: '4989', content: template, replyBack: true })])
    await world.report(id, 'echo', 'delivered')
    assert.deepEqual(await world.told(id), ['echo accepted', 'echo dispatched', 'echo delivered', 'inbound'])
    const reply = (await toldOf(world.db, id)).at(-1)
    assert.ok(reply?.kind === 'inbound')
    const { from, to, content, channel } = reply.inbound
    assert.deepEqual([reply.inbound.id, from, to, channel], [id, '+4915112345678', '4989', 'echo'])
    const text =
      'TemplateId[welcome] LanguagePolicy[deterministic] LanguageCode[en] Parameter1[Mr. Doe] Parameter2[Ms. Roe]'
    assert.deepEqual(content, { kind: 'text', text })
    assert.equal((await world.db.read('select id from chat_inbound')).length, 1)
  })

  test('a text of 3000 characters goes out as one SMS message, a URL as plain text', async () => {
    const world = await running()
    const text = 'ü☀'.repeat(1_500)
    await world.send([textStep('sms', { content: { kind: 'text', text } })])
    await world.send([textStep('sms', { content: { kind: 'url', url: 'https://acme.example/' } })])
    const rows = await world.db.read("select body, parts from messages where channel = 'sms' order by id")
    assert.deepEqual(
      rows.map(({ body, parts }) => [body, parts]),
      [
        [text, 46],
        ['https://acme.example/', 1],
      ],
    )
  })

  test('messages of a bulk go out one after the other, each once the one before is with its carrier or final', async () => {
    const world = await running({ unroutable: ['echo'], scripts: { sms: () => 'silence' } })
    const orders = [
      orderOf([textStep('sms')]),
      orderOf([textStep('echo')]),
      orderOf([textStep('echo'), textStep('whatsapp')]),
      orderOf([textStep('sms')]),
    ]
    const sent = await world.chats.sendBulk(orders, null)
    assert.ok(sent.kind === 'accepted')
    const ids = sent.messages.map(({ id }) => id)
    await world.until(() => world.carriers.sms.received.length === 1)
    await world.rest()
    assert.equal(world.carriers.whatsapp.received.length, 0)
    world.carriers.sms.endOpen({ kind: 'accepted', carrierMessageId: 'x' })
    await world.submitted(ids[2] ?? '', 'whatsapp')
    await world.until(() => world.carriers.sms.received.length === 2)
    const histories = await Promise.all(ids.map((id) => world.history(id)))
    assert.deepEqual(
      histories.map((history) => history.slice(1)),
      [['sms dispatched'], ['echo dispatching_failed'], ['echo dispatching_failed', 'whatsapp dispatched'], []],
    )
    assert.ok(sent.messages.every(({ bulkId }) => bulkId === sent.bulkId))
  })

  test('a second account sees nothing, and neither does who guesses', async () => {
    const world = await running()
    const { id } = await world.send([textStep('sms')])
    assert.equal((await world.chats.read('acme', id.toUpperCase()))?.id, id)
    for (const [account, chatId] of [
      ['other', id],
      ['acme', 'x'],
      ['acme', '\0'],
      ['acme', id.replace('-7', '-8')],
    ] as const) {
      assert.equal(await world.chats.read(account, chatId), null)
      assert.equal(await world.chats.events(account, chatId), null)
    }
  })

  test('48 hours after its final state nothing of a message is left in the store', async () => {
    const world = await running()
    const old = await world.send([textStep('whatsapp'), textStep('echo', { replyBack: true })])
    const open = await world.send([textStep('sms')])
    await world.submitted(open.id, 'sms')
    await world.report(old.id, 'whatsapp', 'undelivered')
    await world.report(old.id, 'echo', 'delivered')
    await world.lookAt({ carrierId: 'whatsapp', carrierMessageId: 'of somebody else' })
    const before = await later(world, 47 * 3_600_000)
    assert.equal((await before.read(old.id)).status, 'delivered')
    assert.equal((await storedOf(world.db, old.id)).length, 9)
    const after = await later(world, 48 * 3_600_000)
    assert.equal(await after.chats.read('acme', old.id), null)
    await after.until(async () => (await storedOf(world.db, old.id)).length === 0)
    await after.until(async () => (await after.read(open.id)).status === 'unknown')
    assert.deepEqual(await world.db.read('select carrier_id from chat_seen_orphans'), [])
    assert.deepEqual([before.troubles, after.troubles], [[], []])
    await Promise.all([before.sweeper.stop(), after.sweeper.stop()])
  })

  test('more that is over than one round deletes is gone within seconds', async () => {
    const world = await running()
    const { id } = await world.send([textStep('sms')])
    await world.submitted(id, 'sms')
    await world.db.write((tx) => {
      const numbers = JSON.stringify(Array.from({ length: 12_000 }, (_, index) => [index]))
      tx.run(COPY_AS_FINISHED, [numbers, id, START])
      tx.run(COPY_AS_READ, [numbers, START])
    })
    const after = await later(world, 48 * 3_600_000)
    for (let seconds = 0; seconds < 8; seconds++) {
      await after.advance(1_000)
      // A round of purging is longer than a chain of causes.
      for (let rests = 0; rests < 5; rests++) await after.rest()
    }
    const [left] = await world.db.read(
      `select (select count(*) from chat_messages where finished_at <= ${START}) as messages,
        (select count(*) from chat_seen_orphans) as orphans`,
    )
    assert.deepEqual([Number(left?.messages), Number(left?.orphans)], [0, 0])
    assert.deepEqual(after.troubles, [])
    await after.sweeper.stop()
  })

  test('a chain that moves makes nobody go through what waits in the table', async () => {
    const db = await open()
    await prepareTold(db)
    let searches = 0
    const counting: Database = {
      engine: db.engine,
      read(sql, params) {
        if (/select id from messages .* leased_by = /.test(sql)) searches++
        return db.read(sql, params)
      },
      write: (work) => db.write(work),
      close: () => db.close(),
    }
    const world = createTestChats({ db: counting, scripts: { whatsapp: refuse('never') } })
    await world.dispatcher.start()
    // A start looks for messages that it does not know of, for a while.
    await world.advance(15_000)
    const before = searches
    const { id } = await world.send([textStep('whatsapp'), textStep('sms')])
    await world.submitted(id, 'sms')
    await world.advance(3_000)
    assert.equal(searches, before)
  })

  test('a thousand messages are accepted at once, and each moves on by itself', async () => {
    const world = await running({ unroutable: ['whatsapp'] })
    const steps = [textStep('whatsapp'), textStep('sms')]
    const sent = await Promise.all(Array.from({ length: 1_000 }, () => world.send(steps)))
    assert.equal(new Set(sent.map(({ id }) => id)).size, 1_000)
    await world.until(async () => {
      const [row] = await world.db.read('select count(*) as n from chat_messages where dispatched = 1 and step = 1')
      return row?.n === 1_000
    })
  })

  test('the store says no to all of a bulk or to none of it', async () => {
    const world = await running()
    const long = 'x'.repeat(20)
    const wrong = orderOf([textStep('sms', { sender: long })])
    await assert.rejects(world.chats.sendBulk([orderOf([textStep('sms')]), wrong], null))
    assert.deepEqual(await world.db.read('select id from chat_messages'), [])
  })
})

const COPY_AS_FINISHED = `
insert into chat_messages (id, account_id, recipient, steps, step, dispatched, status, stored, events, accepted_at,
  updated_at, finished_at)
select value->>0, account_id, recipient, steps, step, 1, 'delivered', stored, 0, accepted_at, updated_at,
  cast($3 as bigint)
from rows($1) join chat_messages on chat_messages.id = $2`

const COPY_AS_READ = `
insert into chat_seen_orphans (carrier_id, carrier_message_id, seen_at, received_at)
select 'whatsapp', value->>0, cast($2 as bigint), cast($2 as bigint) from rows($1)`

/** Ids of all rows that a chat has anywhere. */
async function storedOf(db: Database, id: string): Promise<unknown[]> {
  const rows = await Promise.all([
    db.read('select id from chat_messages where id = $1', [id]),
    db.read('select number from chat_events where chat_id = $1', [id]),
    db.read('select id from messages where origin_id = $1', [id]),
    db.read('select id from chat_inbound where id = $1', [id]),
  ])
  return rows.flat()
}
