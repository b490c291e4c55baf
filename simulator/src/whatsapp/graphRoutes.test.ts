import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { waitFor } from '../../test/waitFor.ts'
import { type Json, PHONE, template, text, useWhatsAppRig } from '../../test/whatsAppRig.ts'

const rig = useWhatsAppRig()
const { graph, send, refusal, write, statuses, chats } = rig

describe('a request for a message', () => {
  test('is refused as Meta would refuse it', async () => {
    const whatsapp = { messaging_product: 'whatsapp', to: PHONE }
    const wrong: [body: object | string, status: number, code: number][] = [
      ['{', 400, 100],
      [{ to: PHONE }, 400, 100],
      [{ messaging_product: 'whatsapp', type: 'text', text: { body: 'a' } }, 400, 100],
      [text('12'), 400, 131_009],
      [{ ...whatsapp, type: 'fax', fax: {} }, 400, 100],
      [{ ...whatsapp, type: 'text' }, 400, 131_008],
      [text(PHONE, ''), 400, 131_008],
      [text(PHONE, 'a'.repeat(4_097)), 400, 100],
      [{ ...whatsapp, type: 'image', image: {} }, 400, 131_008],
      [{ ...whatsapp, type: 'image', image: { id: '1', link: 'https://a.example/a.png' } }, 400, 131_008],
      [{ ...whatsapp, type: 'image', image: { link: 'file:///etc/passwd' } }, 400, 100],
      [{ ...whatsapp, type: 'image', image: { id: '1' } }, 400, 131_009],
      [{ ...whatsapp, type: 'audio', audio: { link: 'https://a.example', caption: 'a' } }, 400, 100],
      [{ ...whatsapp, type: 'video', video: { link: 'https://a.example', caption: 'a'.repeat(1_025) } }, 400, 100],
      [{ ...whatsapp, type: 'image', image: { link: 'https://a.example', filename: 'a' } }, 400, 100],
      [{ ...whatsapp, type: 'template', template: { language: { code: 'en' } } }, 400, 131_008],
      [{ ...whatsapp, type: 'template', template: { name: 'order_update' } }, 400, 131_008],
      [
        {
          ...whatsapp,
          type: 'template',
          template: { name: 'hello_world', language: { policy: 'fallback', code: 'en' } },
        },
        400,
        131_009,
      ],
      [template('nothing', 'en'), 404, 132_001],
      [template('order_update', 'fr', 'a', 'b'), 404, 132_001],
      [template('order_update', 'en', 'a'), 400, 132_000],
      [template('hello_world', 'en_US', 'a'), 400, 132_000],
      [template('order_update', 'en', 'a', ''), 400, 131_008],
      [template('order_update', 'en', 'a', 'b\nc'), 400, 132_018],
      [text('+4915112999836'), 400, 100],
    ]
    for (const [body, status, code] of wrong) {
      assert.deepEqual(await refusal(body), [status, code], JSON.stringify(body).slice(0, 200))
    }
    assert.deepEqual(await refusal(text(), '/1002/messages'), [400, 100])
    assert.deepEqual(await refusal(text(), '/1001/letters'), [404, 100])
    const unnamed = await graph('POST', '/1001/messages', text(), '')
    assert.deepEqual([unnamed.status, unnamed.body.error.code], [401, 190])
    rig.clock.advance(60_000)
    assert.deepEqual(rig.webhook.calls, [])
  })

  test('can be told to go wrong for a while, or for ever', async () => {
    const tries = async (ending: string, count: number) => {
      const answers: number[] = []
      for (let number = 0; number < count; number++) {
        const { status, body } = await graph('POST', '/1001/messages', text(`+49151129998${ending}`))
        answers.push(status === 200 ? 200 : body.error.code)
      }
      return answers
    }
    assert.deepEqual(await tries('30', 4), [130_429, 130_429, 130_429, 130_429])
    assert.deepEqual(await tries('31', 4), [130_429, 130_429, 130_429, 200])
    assert.deepEqual(await tries('32', 4), [131_056, 131_056, 131_056, 200])
    assert.deepEqual(await tries('33', 4), [131_000, 131_000, 131_000, 131_000])
    assert.deepEqual(await tries('34', 4), [131_016, 131_016, 131_016, 200])
    assert.deepEqual(await tries('35', 2), [190, 200])
    await assert.rejects(tries('41', 1))
    await assert.rejects(tries('42', 1))
    assert.deepEqual(await tries('42', 1), [200])
  })

  test('that is never answered is still carried out, and does not keep the server from closing', async () => {
    const silent = send(text('+4915112999840')).catch(() => 'cut off')
    await waitFor('the message', async () => {
      rig.clock.advance(200)
      return (await chats('4915112999840')).length === 1 || undefined
    })
    await rig.app.close()
    assert.equal(await silent, 'cut off')
  })

  test('may be answered after the first statuses have been told', async () => {
    let answered = false
    const sending = send(text('+4915112999822')).then((id) => {
      answered = true
      return id
    })
    await waitFor('both statuses', () => {
      rig.clock.advance(0)
      return rig.webhook.calls.length === 2 || undefined
    })
    assert.equal(answered, false)
    rig.clock.advance(500)
    assert.deepEqual(statuses(await sending), ['sent', 'delivered'])
  })
})

describe('an uploaded file', () => {
  async function upload(file: Blob, fields: Record<string, string> = { messaging_product: 'whatsapp' }) {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', file, 'a.pdf')
    const response = await fetch(`${rig.url}/sim/whatsapp/v23.0/1001/media`, {
      method: 'POST',
      headers: { authorization: 'Bearer token' },
      body: form,
    })
    const body: Json = await response.json()
    return { status: response.status, body }
  }

  test('reaches the phone that it is sent to', async () => {
    const bytes = Uint8Array.from({ length: 2_000_000 }, (_, index) => index % 251)
    const { body } = await upload(new Blob([bytes], { type: 'application/pdf' }))
    await write()
    const document = { id: body.id, filename: 'a.pdf', caption: 'Read' }
    await send({ messaging_product: 'whatsapp', to: PHONE, type: 'document', document })
    rig.clock.advance(200)
    const [chat] = await chats()
    assert.deepEqual([chat.text, chat.content, chat.media.contentType], ['Read', document, 'application/pdf'])
    assert.deepEqual([chat.media.id, chat.media.sizeBytes], [body.id, 2_000_000])
    const { body: media } = await graph('GET', `/${body.id}`)
    const download = await fetch(media.url, { headers: { authorization: 'Bearer token' } })
    assert.deepEqual(new Uint8Array(await download.arrayBuffer()), bytes)
  })

  test('is refused without its product, without a file, and of a type that WhatsApp does not know', async () => {
    const pdf = new Blob(['a'], { type: 'application/pdf' })
    assert.equal((await upload(pdf, {})).body.error.code, 100)
    assert.equal((await upload(new Blob(['a'], { type: 'application/x-msdownload' }))).body.error.code, 100)
    assert.deepEqual(await refusal('{}', '/1001/media'), [400, 100])
  })
})
