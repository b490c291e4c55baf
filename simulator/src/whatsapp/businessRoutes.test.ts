import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { template, text, useWhatsAppRig } from '../../test/whatsAppRig.ts'

const rig = useWhatsAppRig()
const { graph, sim, send, refusal } = rig

describe('what a business arranges', () => {
  const registration = (over: object = {}) => ({
    number: '+4930123456',
    webhookUrl: rig.webhook.url,
    appSecret: 's',
    ...over,
  })

  test('a number is registered once its webhook has answered the challenge', async () => {
    rig.webhook.answer = ({ url }) => {
      const query = new URL(url, 'http://a').searchParams
      const right = query.get('hub.mode') === 'subscribe' && query.get('hub.verify_token') === 'right'
      return right ? { status: 200, body: query.get('hub.challenge') ?? '' } : { status: 403 }
    }
    const put = (over: object) => sim('PUT', '/whatsapp/numbers/1002', registration(over))
    assert.equal((await put({ verifyToken: 'wrong' })).status, 409)
    const shown = {
      phoneNumberId: '1002',
      number: '+4930123456',
      webhookUrl: rig.webhook.url,
      messagesPerSecondMax: null,
    }
    assert.deepEqual(await put({ verifyToken: 'right' }), { status: 200, body: shown })
    assert.deepEqual((await sim('GET', '/whatsapp/numbers')).body.numbers[1], shown)
    const { body } = await graph('GET', '/1002')
    assert.deepEqual([body.id, body.display_phone_number], ['1002', '4930123456'])
    assert.equal((await sim('DELETE', '/whatsapp/numbers/1002')).status, 204)
    assert.equal((await sim('DELETE', '/whatsapp/numbers/1002')).status, 404)
    assert.deepEqual(await refusal(text(), '/1002/messages'), [400, 100])
    const { body: problem } = await sim('PUT', '/whatsapp/numbers/1002', { number: 'a', webhookUrl: 'ftp://a' })
    const fields = problem.violations.map(({ field }: { field: string }) => field)
    assert.deepEqual(fields, ['number', 'webhookUrl', 'appSecret'])
  })

  test('a number may have one right token, and a limit of messages in a second', async () => {
    await sim('PUT', '/whatsapp/numbers/1002', registration({ accessToken: 'mine', messagesPerSecondMax: 2 }))
    const codes: number[] = []
    for (const token of ['token', 'mine', 'mine', 'mine']) {
      const { status, body } = await graph('POST', '/1002/messages', text(), token)
      codes.push(status === 200 ? 200 : body.error.code)
    }
    assert.deepEqual(codes, [190, 200, 200, 130_429])
    rig.clock.advance(1_000)
    assert.equal((await graph('POST', '/1002/messages', text(), 'mine')).status, 200)
  })

  test('templates are listed, set and deleted, and count by their status', async () => {
    const names = async (query = '') => {
      const { body } = await graph('GET', `/100000000000001/message_templates${query}`)
      return body.data.map(({ name, language }: Record<string, string>) => `${name} ${language}`)
    }
    assert.deepEqual(await names(), ['hello_world en_US', 'order_update en', 'order_update de'])
    const put = (status: string) =>
      sim('PUT', '/whatsapp/templates/code', { language: 'en', body: 'Code {{1}}', status })
    assert.equal((await put('APPROVED')).status, 200)
    assert.deepEqual(await names('?name=code'), ['code en'])
    assert.match(await send(template('code', 'en', '1234')), /^wamid\./)
    for (const [status, code] of [
      ['PENDING', 132_001],
      ['REJECTED', 132_001],
      ['PAUSED', 132_015],
      ['DISABLED', 132_016],
    ] as const) {
      await put(status)
      assert.equal((await refusal(template('code', 'en', '1234')))[1], code)
    }
    assert.equal((await sim('DELETE', '/whatsapp/templates/code')).status, 204)
    assert.equal((await sim('DELETE', '/whatsapp/templates/code')).status, 404)
    assert.equal((await sim('PUT', '/whatsapp/templates/Bad', { language: 'en', body: 'a' })).status, 400)
  })
})
