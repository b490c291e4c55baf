import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { AccountConfiguration, ChannelConfiguration } from '../../src/api/conversations/configurationSchema.ts'
import { waitFor } from '../waitFor.ts'
import { type Answer, accountOf } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// What one account has is a 404 to another, on every route, and looks as what never was; lists come in pages.

const V3 = '/conversations/v3'
const CHANNELS = `${V3}/configurations/channels`
const NUMBER = '+4930123456'
const REGISTERED = '+4930123999'
const WHATSAPP = '+4930901820'
const NEVER = { id: '01a200be-a3aa-76f3-adb0-c1d6fffe9b66', number: '+4930999999' }
const CALLBACK = { messageStatusUrl: 'https://a.example/status' }
/** Nothing listens there: only whose its number is matters here. */
const CARRIER = {
  id: 'whatsapp',
  type: 'whatsapp',
  phoneNumberId: '17',
  number: WHATSAPP,
  accessToken: 'token',
  appSecret: 'secret',
  verifyToken: 'verify',
  accounts: ['acme'],
  baseUrl: 'http://127.0.0.1:9',
}
const CONFIG = {
  accounts: [
    accountOf('acme', { numbers: [{ number: NUMBER }, { number: '12345' }] }),
    accountOf('other', { numbers: [{ number: '+4930123457' }] }),
  ],
  carriers: [CARRIER],
  simulator: true,
}

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`accounts and their conversations on ${engine}`, () => {
    let server: InProcess
    let messageId: string
    let subscription: string

    before(async () => {
      server = await startInProcess(engine, CONFIG)
      await waitFor(async () => (await server.call('/readyz')).status === 200)
      const message = { to: '+4915112345678', from: 'Acme', channel: 'sms', content: { text: 'Hello' } }
      messageId = (await server.call<{ messageId: string }>(`${V3}/messages`, { body: message })).body.messageId
      const path = `${V3}/power-automate/webhooks/channels/sms/phone-numbers/${NUMBER}`
      const body = { inboundMessageUrl: 'https://flow.example/' }
      subscription = (await server.call<{ id: string }>(path, { body })).body.id
      const method = 'PUT'
      await server.call(`${V3}/configurations/callbacks`, { method, body: CALLBACK })
      await server.call(`${CHANNELS}/sms/phone-numbers/${NUMBER}/callbacks`, { method, body: CALLBACK })
      await register()
    })
    after(() => server.stop())

    /** A number that is the account's by registration, and ready. */
    const register = async () => {
      const body = { companyName: 'A', contactName: 'B', contactEmail: 'b@example.com', contactPhone: '+4930123456' }
      const { contactId } = (await server.call<{ contactId: string }>('/byon/contacts/v1', { body })).body
      const path = `/byon/provisioning/v1?contactId=${contactId}`
      const request = await server.call<{ requestId: string }>(path, { body: [{ phoneNumber: REGISTERED }] })
      const { requestId } = request.body
      for (const status of ['LOA_READY', 'PROVISIONING', 'PROVISIONED']) {
        await server.call(`/api/v1/provisioning/${requestId}/status`, { body: { status } })
      }
    }
    const list = (path: string, key = 'key-of-acme') =>
      server.call<ChannelConfiguration[]>(`${V3}/configurations/${path}`, { key })
    const numbersOf = ({ body }: { body: ChannelConfiguration[] }) =>
      body.map(({ channel, id }) => `${channel} ${id.phoneNumber}`)

    test('another account’s key finds nothing on any route, and cannot tell it from what never was', async () => {
      const routes = (message: string, flow: string, sms: string, whatsapp: string) =>
        [
          ['GET', `${V3}/messages/${message}/status`],
          ['GET', `${V3}/messages/${message}/events`],
          ['GET', `${CHANNELS}/sms/phone-numbers/${sms}`],
          ['PUT', `${CHANNELS}/sms/phone-numbers/${sms}/callbacks`, {}],
          ['GET', `${CHANNELS}/whatsapp/phone-numbers/${whatsapp}`],
          ['PUT', `${CHANNELS}/whatsapp/phone-numbers/${whatsapp}/callbacks`, {}],
          ...['POST', 'PUT'].flatMap((method) =>
            [`sms/phone-numbers/${sms}`, `whatsapp/phone-numbers/${whatsapp}`].map((path) => [
              method,
              `${V3}/power-automate/webhooks/channels/${path}`,
              { inboundMessageUrl: 'https://flow.example/' },
            ]),
          ),
          ['DELETE', `${V3}/power-automate/webhooks/${flow}`],
        ] as const
      const answers = async (...ids: Parameters<typeof routes>) => {
        const found = []
        for (const [method, path, body] of routes(...ids)) {
          const answer = await server.call(String(path), { method: String(method), body, key: 'key-of-other' })
          found.push({ status: answer.status, text: answer.text })
        }
        return found
      }
      const foreign = await answers(messageId, subscription, NUMBER, WHATSAPP)
      assert.deepEqual(new Set(foreign.map(({ status }) => status)), new Set([404]), JSON.stringify(foreign))
      assert.deepEqual(foreign, await answers(NEVER.id, NEVER.id, NEVER.number, NEVER.number))

      const own = await server.call<ChannelConfiguration>(`${CHANNELS}/sms/phone-numbers/${NUMBER}`)
      assert.deepEqual(own.body.callback, CALLBACK)
      const ended = await server.call(`${V3}/power-automate/webhooks/${subscription}`, { method: 'DELETE' })
      assert.equal(ended.status, 204)
    })

    test('each account has callbacks and credentials of its own', async () => {
      const path = `${V3}/configurations/mediaCredentials`
      await server.call(path, { method: 'PUT', body: { basic: { username: 'acme', password: 'secret' } } })
      const other = await server.call<AccountConfiguration>(`${V3}/configurations`, { key: 'key-of-other' })
      assert.deepEqual([other.body.callback, other.body.config], [{}, {}])
      const applications = await server.call<object[]>('/chat-api/v2/applications', { key: 'key-of-other' })
      assert.deepEqual(applications.body, [{ id: 'default', name: 'Default Application', webhooks: [] }])
      await server.call(path, { method: 'DELETE', key: 'key-of-other' })
      const webhooks = [{ events: [], callbackUrl: 'https://other.example/' }]
      const changed = { method: 'PATCH', key: 'key-of-other', body: { webhooks } }
      assert.equal((await server.call('/chat-api/v2/applications/default', changed)).status, 204)
      const { body } = await server.call<AccountConfiguration>(`${V3}/configurations`)
      assert.deepEqual(body.callback, CALLBACK)
      assert.equal(body.config.mediaCredentials?.basic?.username, 'acme')
    })

    test('an account lists its own numbers: configured, registered and of WhatsApp', async () => {
      const simulated = 'whatsapp +442079460000'
      const sms = [`sms ${NUMBER}`, `sms ${REGISTERED}`, 'sms 12345']
      const whatsapp = [`whatsapp ${WHATSAPP}`, simulated].sort()
      assert.deepEqual(numbersOf(await list('channels/sms')), sms)
      assert.deepEqual(numbersOf(await list('channels/whatsapp')), whatsapp)
      assert.deepEqual(numbersOf(await list('channels')), [...sms, ...whatsapp])
      assert.deepEqual(numbersOf(await list('channels', 'key-of-other')), ['sms +4930123457', simulated])
    })

    test('a list comes in pages that lead to one another', async () => {
      const seen: string[] = []
      let next: string | undefined = `${server.url}${CHANNELS}?SIZE=2`
      while (next !== undefined) {
        const answer: Answer<ChannelConfiguration[]> = await server.call(next)
        assert.equal(answer.status, 200, answer.text)
        assert.equal(answer.headers.get('x-total-items'), '5')
        assert.equal(answer.headers.get('x-total-pages'), '3')
        assert.equal(answer.headers.get('x-page-size'), '2')
        seen.push(...numbersOf(answer))
        next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
      }
      assert.deepEqual(seen, numbersOf(await list('channels')))
    })
  })
}
