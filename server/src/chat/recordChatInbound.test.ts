import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { START } from '../../test/sampleMessages.ts'
import type { InboundChat } from '../carriers/carrier.ts'
import type { ChatInbound } from './chatInbound.ts'
import { createTestChats, prepareTold, type TestChats, textStep, WHATSAPP_NUMBER } from './testChats.ts'

onEveryStore('what persons write', (open) => {
  async function running(): Promise<TestChats> {
    const db = await open()
    await prepareTold(db)
    const world = createTestChats({ db })
    await world.dispatcher.start()
    await world.rest()
    return world
  }

  test('a message is stored with the call it owes before its carrier is answered', async () => {
    const world = await running()
    assert.equal(await receive(world, inbound()), true)
    const [told, ...more] = await toldInbounds(world)
    assert.deepEqual(more, [])
    assert.deepEqual(told, {
      id: told?.id,
      accountId: 'acme',
      channel: 'whatsapp',
      from: '+4915112345678',
      to: `+${WHATSAPP_NUMBER}`,
      at: START - 1_000,
      recordedAt: START,
      senderName: 'Peter',
      content: { kind: 'text', text: 'hi' },
      contextMessageId: null,
      forwarded: false,
      sms: null,
    })
    assert.deepEqual(await stored(world), [told?.id])
  })

  test('a message that its carrier brings again, in one webhook or later, is told once', async () => {
    const world = await running()
    await Promise.all([receive(world, inbound()), receive(world, inbound())])
    assert.equal(await receive(world, inbound({ content: IMAGE })), true)
    assert.equal((await toldInbounds(world)).length, 1)
    assert.equal((await stored(world)).length, 1)
    assert.deepEqual(world.files, [])
  })

  test('an answer names our message, and so does a reaction; what we do not know is named by nobody', async () => {
    const world = await running()
    const { id } = await world.send([textStep('whatsapp')])
    const { carrierMessageId: sent } = await world.submitted(id, 'whatsapp')
    await receive(world, inbound({ carrierMessageId: 'a', replyTo: sent }))
    const reaction = { kind: 'reaction', emoji: '👍', carrierMessageId: sent } as const
    await receive(world, inbound({ carrierMessageId: 'b', content: reaction }))
    await receive(world, inbound({ carrierMessageId: 'c', replyTo: 'a' }))
    await receive(world, inbound({ carrierMessageId: 'd', replyTo: 'x' }))
    const [answer, reacted, toOwn, toUnknown] = await toldInbounds(world)
    assert.equal(answer?.contextMessageId, id)
    assert.deepEqual(reacted?.content, { kind: 'reaction', emoji: '👍', messageId: id })
    assert.equal(toOwn?.contextMessageId, answer?.id)
    assert.equal(toUnknown?.contextMessageId, null)
  })

  test('an answer to what another account sent from the same number does not tell its id', async () => {
    const world = await running()
    const { id } = await world.send([textStep('whatsapp')])
    const { carrierMessageId } = await world.submitted(id, 'whatsapp')
    await world.db.write((tx) => tx.run("update messages set account_id = 'other'"))
    await receive(world, inbound({ replyTo: carrierMessageId }))
    const [answer] = await toldInbounds(world)
    assert.equal(answer?.contextMessageId, null)
  })

  test('a file is fetched later, and told under the id we shall keep it under', async () => {
    const world = await running()
    await receive(world, inbound({ content: IMAGE }))
    const { remoteId, contentType, fileName } = IMAGE
    assert.deepEqual(world.files, [{ accountId: 'acme', carrierId: 'whatsapp', remoteId, contentType, fileName }])
    const { kind, type, caption } = IMAGE
    const content = { kind, type, caption, mediaId: 'media-1', url: null, contentType, fileName }
    assert.deepEqual((await toldInbounds(world))[0]?.content, content)
    const [row] = await world.db.read('select content from chat_inbound')
    assert.deepEqual(JSON.parse(String(row?.content)), content)
  })

  test('what is written to nobody is taken and forgotten', async () => {
    const world = await running()
    assert.equal(await receive(world, inbound({ to: '49111' })), true)
    assert.deepEqual(await toldInbounds(world), [])
    assert.deepEqual(await stored(world), [])
  })

  test('texts that a store cannot take as they are do not hold up the carrier', async () => {
    const world = await running()
    const hostile = '\0 \ud800'
    const message = inbound({ senderName: hostile, content: { kind: 'text', text: hostile } })
    assert.equal(await receive(world, message), true)
    assert.deepEqual((await toldInbounds(world))[0]?.content, { kind: 'text', text: hostile })
  })

  test('nothing is written later than it comes, whatever the clock of its carrier says', async () => {
    const world = await running()
    await receive(world, inbound({ at: START + 86_400_000 }))
    assert.equal((await toldInbounds(world))[0]?.at, START)
  })
})

const IMAGE = {
  kind: 'media',
  type: 'image',
  remoteId: '4711',
  contentType: 'image/jpeg',
  caption: 'Look',
  fileName: null,
} as const

function inbound(over: Partial<InboundChat> = {}): InboundChat {
  return {
    carrierId: 'whatsapp',
    channel: 'whatsapp',
    carrierMessageId: 'wamid.in',
    from: '4915112345678',
    to: WHATSAPP_NUMBER,
    at: START - 1_000,
    senderName: 'Peter',
    content: { kind: 'text', text: 'hi' },
    replyTo: null,
    forwarded: false,
    ...over,
  }
}

function receive({ inbounds, clock }: TestChats, message: InboundChat): Promise<boolean> {
  return new Promise((answer) => {
    inbounds.push({ message, receivedAt: clock.now(), answer })
  })
}

async function toldInbounds({ db }: TestChats): Promise<ChatInbound[]> {
  const rows = await db.read('select body from told order by id')
  return rows.flatMap((row) => {
    const { inbound: told } = JSON.parse(String(row.body)) as { inbound?: ChatInbound }
    return told ?? []
  })
}

async function stored({ db }: TestChats): Promise<unknown[]> {
  return (await db.read('select id from chat_inbound order by id')).map(({ id }) => id)
}
