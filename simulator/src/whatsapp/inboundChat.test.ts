import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { waitFor } from '../../test/waitFor.ts'
import { BUSINESS, PHONE, useWhatsAppRig } from '../../test/whatsAppRig.ts'

const rig = useWhatsAppRig()
const { graph, sim, write, news } = rig

describe('a person', () => {
  test('writes text, which is told once, or as often as is wanted', async () => {
    const id = await write({ text: 'Grüße', name: 'Ada', replyTo: 'wamid.Q', forwarded: true, copies: 2 })
    await waitFor('two calls', () => rig.webhook.calls.length === 2 || undefined)
    const [first, second] = news()
    assert.deepEqual(first, second)
    assert.deepEqual(first, {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: BUSINESS, phone_number_id: '1001' },
      contacts: [{ profile: { name: 'Ada' }, wa_id: PHONE }],
      messages: [
        {
          context: { from: BUSINESS, id: 'wamid.Q', forwarded: true },
          from: PHONE,
          id,
          timestamp: '1772366400',
          type: 'text',
          text: { body: 'Grüße' },
        },
      ],
    })
  })

  test('sends all kinds of things', async () => {
    const location = { latitude: 48.1, longitude: 11.6, name: 'Here', address: 'There 1' }
    const kinds: [message: object, content: object][] = [
      [{ type: 'location', location }, { location }],
      [
        { type: 'contacts', contacts: [{ name: 'Bo', phone: '+49 151 1' }] },
        {
          contacts: [
            {
              name: { formatted_name: 'Bo', first_name: 'Bo' },
              phones: [{ phone: '+49 151 1', wa_id: '491511', type: 'CELL' }],
            },
          ],
        },
      ],
      [
        { type: 'reaction', reaction: { messageId: 'wamid.A', emoji: '👍' } },
        { reaction: { message_id: 'wamid.A', emoji: '👍' } },
      ],
      [{ type: 'reaction', reaction: { messageId: 'wamid.A' } }, { reaction: { message_id: 'wamid.A' } }],
      [{ type: 'button', button: { text: 'Yes' } }, { button: { text: 'Yes', payload: 'Yes' } }],
      [
        { type: 'interactive', button: { text: 'Yes', payload: 'y' } },
        { interactive: { type: 'button_reply', button_reply: { id: 'y', title: 'Yes' } } },
      ],
    ]
    for (const [message] of kinds) await write(message)
    await write({ type: 'unsupported' })
    await waitFor('all calls', () => rig.webhook.calls.length === kinds.length + 1 || undefined)
    const found = news().map(({ messages }) => messages[0])
    for (const [message, content] of kinds) {
      const type = Reflect.get(message, 'type')
      const match = found.find(
        (candidate) =>
          candidate.type === type && JSON.stringify(content) === JSON.stringify({ [type]: candidate[type] }),
      )
      assert.ok(match !== undefined, `${JSON.stringify(content)} in ${JSON.stringify(found)}`)
    }
    assert.equal(found.find(({ type }) => type === 'unsupported').errors[0].code, 131_051)
  })

  test('sends files that the business gets by a link, with its token, for five minutes', async () => {
    const data = Buffer.from('not really a picture').toString('base64')
    await write({ type: 'image', media: { contentType: 'image/jpeg', data, caption: 'Look' } })
    await write({ type: 'voice', media: { contentType: 'audio/ogg', data } })
    await waitFor('both calls', () => rig.webhook.calls.length === 2 || undefined)
    const messages = news().map((value) => value.messages[0])
    const { image } = messages.find(({ type }) => type === 'image')
    const { audio } = messages.find(({ type }) => type === 'audio')
    assert.deepEqual([image.caption, image.mime_type, audio.voice], ['Look', 'image/jpeg', true])
    const { body: media } = await graph('GET', `/${image.id}`)
    const { mime_type: contentType, file_size: size, sha256 } = media
    assert.deepEqual([contentType, size], ['image/jpeg', 20])
    assert.equal(Buffer.from(sha256, 'hex').toString('base64'), image.sha256)
    const download = (link: string, headers = { authorization: 'Bearer token' }) => fetch(link, { headers })
    assert.equal(await (await download(media.url)).text(), 'not really a picture')
    assert.equal((await fetch(media.url)).status, 401)
    assert.equal((await download(`${media.url}0`)).status, 404)
    rig.clock.advance(5 * 60_000)
    assert.equal((await download(media.url)).status, 404)
    const { body: again } = await graph('GET', `/${image.id}`)
    assert.deepEqual((await graph('DELETE', `/${image.id}`)).body, { success: true })
    assert.equal((await download(again.url)).status, 404)
    assert.equal((await graph('GET', `/${image.id}`)).status, 400)
  })

  test('cannot write to a number that nobody has registered, nor nonsense', async () => {
    const unknown = await sim('POST', '/chats/inbound', { from: PHONE, to: '+4930123456', text: 'Hi' })
    assert.equal(unknown.status, 409)
    const wrong: [body: object, fields: string[]][] = [
      [{}, ['to', 'from', 'text']],
      [{ from: 'a', to: BUSINESS, text: 'Hi' }, ['from']],
      [{ from: PHONE, to: BUSINESS, type: 'fax' }, ['type', 'text']],
      [{ from: PHONE, to: BUSINESS, text: 'a', copies: 11, forwarded: 1 }, ['copies', 'forwarded']],
      [{ from: PHONE, to: BUSINESS, type: 'image', media: { data: '%' } }, ['media.data', 'media.contentType']],
      [
        { from: PHONE, to: BUSINESS, type: 'location', location: { latitude: 91 } },
        ['location.latitude', 'location.longitude'],
      ],
      [{ from: PHONE, to: BUSINESS, type: 'contacts', contacts: [{}] }, ['contacts[0].name', 'contacts[0].phone']],
    ]
    for (const [body, fields] of wrong) {
      const { status, body: answer } = await sim('POST', '/chats/inbound', body)
      const found = answer.violations.map(({ field }: { field: string }) => field)
      assert.deepEqual([status, found], [400, fields], JSON.stringify(body))
    }
  })
})
