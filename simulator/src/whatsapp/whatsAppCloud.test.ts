import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { BUSINESS, PHONE, template, text, useWhatsAppRig } from '../../test/whatsAppRig.ts'

const rig = useWhatsAppRig()
const { graph, sim, send, write, news, statuses, statusesOf, chats } = rig

describe('a message', () => {
  test('is sent and delivered as time goes on, each told signed, and the phone has it', async () => {
    await write()
    const order = { ...text(`+49 151 12345678`), context: { message_id: 'wamid.X' }, biz_opaque_callback_data: 'mine' }
    const { body } = await graph('POST', '/1001/messages', order)
    assert.deepEqual(body.contacts, [{ input: '+49 151 12345678', wa_id: PHONE }])
    const { id } = body.messages[0]
    assert.match(id, /^wamid\.[A-Za-z0-9]+=*$/)
    assert.deepEqual(await chats(), [])
    rig.clock.advance(200)
    assert.deepEqual(await statusesOf(id, 2), ['sent', 'delivered'])
    assert.deepEqual(await chats(), [
      {
        id,
        from: `+${BUSINESS}`,
        to: `+${PHONE}`,
        at: '2026-03-01T12:00:00.200Z',
        type: 'text',
        text: 'Hello',
        content: { body: 'Hello' },
        media: null,
        replyTo: 'wamid.X',
        read: false,
      },
    ])
    const call = rig.webhook.calls.at(-1)
    const signature = `sha256=${createHmac('sha256', 'secret')
      .update(call?.body ?? '')
      .digest('hex')}`
    assert.equal(call?.headers['x-hub-signature-256'], signature)
    const { metadata, statuses } = news().at(-1)
    assert.deepEqual(metadata, { display_phone_number: BUSINESS, phone_number_id: '1001' })
    const { timestamp, recipient_id: recipient, biz_opaque_callback_data: data, pricing } = statuses[0]
    assert.deepEqual([timestamp, recipient, data], ['1772366400', PHONE, 'mine'])
    assert.equal(pricing.category, 'service')
  })

  test('is read when the person opens it, and only where a phone has it', async () => {
    await write()
    const id = await send()
    assert.equal((await sim('POST', `/chats/${id}/read`)).status, 404)
    rig.clock.advance(200)
    assert.equal((await sim('POST', `/chats/${encodeURIComponent(id)}/read`)).status, 204)
    assert.deepEqual(await statusesOf(id, 3), ['sent', 'delivered', 'read'])
    assert.deepEqual(
      (await chats()).map(({ read }) => read),
      [true],
    )
    assert.equal((await sim('DELETE', `/handsets/${PHONE}/chats`)).status, 204)
    assert.deepEqual(await chats(), [])
  })

  test('fails 24 hours after the person last wrote, unless it is a template', async () => {
    const early = await send()
    await write()
    rig.clock.advance(86_400_000 - 1)
    const inTime = await send()
    rig.clock.advance(1)
    const late = await send()
    const templated = await send(template('order_update', 'de', 'Ada', '17'))
    rig.clock.advance(200)
    assert.deepEqual(await statusesOf(early, 1), ['failed 131047'])
    assert.deepEqual(await statusesOf(inTime, 2), ['sent', 'delivered'])
    assert.deepEqual(await statusesOf(late, 1), ['failed 131047'])
    assert.deepEqual(await statusesOf(templated, 2), ['sent', 'delivered'])
    assert.deepEqual(
      (await chats()).map((chat) => chat.text),
      ['Hello', 'Hallo Ada, deine Bestellung 17 ist unterwegs.'],
    )
  })

  test('goes as the ending of its number says, window or not', async () => {
    const endings: [ending: string, statuses: string[]][] = [
      ['00', ['sent', 'delivered']],
      ['01', ['sent', 'delivered', 'read']],
      ['02', ['failed 131026']],
      ['03', ['failed 131047']],
      ['04', ['failed 131049']],
      ['05', ['sent', 'failed 131053']],
      ['10', ['sent']],
      ['20', ['read', 'delivered', 'sent']],
      ['21', ['sent', 'sent', 'delivered', 'delivered', 'read', 'read']],
      ['23', ['delivered']],
      ['24', ['read']],
    ]
    for (const [ending, expected] of endings) {
      const id = await send(text(`+49151129998${ending}`))
      for (let step = 0; step < 5; step++) rig.clock.advance(100)
      assert.deepEqual(await statusesOf(id, expected.length), expected, ending)
    }
    const silent = await send(text('+4915112999811'))
    const slow = await send(text('+4915112999812'))
    rig.clock.advance(9_999)
    assert.deepEqual([(await chats('4915112999811')).length, (await chats('4915112999812')).length], [1, 0])
    rig.clock.advance(1)
    assert.deepEqual(await statusesOf(slow, 2), ['sent', 'delivered'])
    assert.deepEqual(statuses(silent), [])
  })

  test('that was overtaken by its own statuses has them dated as they happened', async () => {
    const id = await send(text('+4915112999820'))
    rig.clock.advance(400)
    await statusesOf(id, 3)
    const timestamps = news().map(({ statuses }) => Number(statuses[0].timestamp))
    assert.deepEqual(
      timestamps,
      timestamps.toSorted((left, right) => right - left),
    )
  })

  test('is marked as read by the business without further ado', async () => {
    const id = await write()
    const answer = await graph('POST', '/1001/messages', {
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: id,
    })
    assert.deepEqual([answer.status, answer.body], [200, { success: true }])
  })
})
