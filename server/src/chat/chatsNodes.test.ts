import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { START } from '../../test/sampleMessages.ts'
import type { InboundChat } from '../carriers/carrier.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'
import {
  claim,
  createTestChats,
  expectOneSent,
  orderOf,
  prepareTold,
  type TestChats,
  textStep,
  WHATSAPP_NUMBER,
} from './testChats.ts'

let postgres: TestPostgres
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

/** Two nodes with connections of their own to one store; the first one sends. */
async function withNodes(work: (first: TestChats, second: TestChats) => Promise<void>): Promise<void> {
  const url = await postgres.url('nodes')
  const stores = [await openPostgres({ url }), await openPostgres({ url })] as const
  try {
    await migrate(stores[0])
    await prepareTold(stores[0])
    const clock = new FakeClock(START)
    const [first, second] = stores.map((db, index) => createTestChats({ db, clock, nodeId: `node-${index + 1}` }))
    assert.ok(first !== undefined && second !== undefined)
    await first.dispatcher.start()
    await first.rest()
    await work(first, second)
  } finally {
    await Promise.all(stores.map((db) => db.close()))
  }
}

test('two nodes that hear of the delivery and of the reading at once enter both, in their order', () =>
  withNodes(async (first, second) => {
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await first.send([textStep('whatsapp'), textStep('sms')])
      await first.submitted(id, 'whatsapp')
      await Promise.all([first.report(id, 'whatsapp', 'delivered'), second.look(id, 'whatsapp')])
      const after = ['whatsapp accepted', 'whatsapp dispatched']
      assert.deepEqual(await first.history(id), [...after, 'whatsapp success', 'whatsapp seen'])
      const told = await first.told(id)
      assert.deepEqual(told.toSorted(), [...after, 'whatsapp delivered', 'whatsapp seen'].toSorted())
    }
  }))

test('of two nodes that hear of a failure at once, one begins the next channel', () =>
  withNodes(async (first, second) => {
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await first.send([textStep('whatsapp'), textStep('sms')])
      await first.submitted(id, 'whatsapp')
      await Promise.all([first.report(id, 'whatsapp', 'undelivered'), second.report(id, 'whatsapp', 'undelivered')])
      const rows = await first.db.read('select channel from messages where origin_id = $1', [id])
      assert.deepEqual(rows.map(({ channel }) => channel).toSorted(), ['sms', 'whatsapp'])
    }
  }))

test('a message that a carrier brings to two nodes at once is told once', () =>
  withNodes(async (first, second) => {
    const messages = Array.from({ length: ROUNDS * 5 }, (_, index) => inbound(`wamid.${index}`))
    const taken = await Promise.all([first, second].flatMap((node) => messages.map((one) => receive(node, one))))
    assert.ok(taken.every((one) => one))
    const [row] = await first.db.read('select count(*) as told from told')
    assert.equal(row?.told, messages.length)
  }))

test('of sends with one key at two nodes at once one is sent, and all others get its answer', () =>
  withNodes(async (first, second) => {
    const send = (node: TestChats, key: string) => node.chats.send(orderOf([textStep('sms')]), claim('hash', key))
    for (let round = 0; round < ROUNDS; round++) {
      const key = `key ${round}`
      expectOneSent(
        await Promise.all(
          Array.from({ length: 10 }, () => [first, second])
            .flat()
            .map((node) => send(node, key)),
        ),
      )
    }
    const [row] = await first.db.read('select count(*) as sent from chat_messages')
    assert.equal(row?.sent, ROUNDS)
  }))

const ROUNDS = 10

function inbound(carrierMessageId: string): InboundChat {
  return {
    carrierId: 'whatsapp',
    channel: 'whatsapp',
    carrierMessageId,
    from: '4915112345678',
    to: WHATSAPP_NUMBER,
    at: START,
    senderName: null,
    content: { kind: 'text', text: 'hi' },
    replyTo: null,
    forwarded: false,
  }
}

function receive({ inbounds, clock }: TestChats, message: InboundChat): Promise<boolean> {
  return new Promise((answer) => {
    inbounds.push({ message, receivedAt: clock.now(), answer })
  })
}
