import assert from 'node:assert/strict'
import { afterEach, beforeEach } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { simulatorRoutes } from '../src/http.ts'
import { type Smsc, startSmsc } from '../src/smsc.ts'
import { WhatsAppCloud } from '../src/whatsapp/whatsAppCloud.ts'
import { FakeClock } from './fakeClock.ts'
import { waitFor } from './waitFor.ts'
import { Webhook } from './webhook.ts'

export const PHONE = '4915112345678'
export const BUSINESS = '442079460000'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at as they come, and a wrong shape fails the test.
export type Json = any

/** The simulator behind a real port with one business number, anew for each test of the file. */
export function useWhatsAppRig() {
  let smsc: Smsc
  let app: FastifyInstance
  let clock: FakeClock
  let webhook: Webhook
  let url: string

  beforeEach(async () => {
    clock = new FakeClock()
    webhook = await Webhook.start()
    smsc = await startSmsc({ host: '127.0.0.1', port: 0 })
    app = fastify({ forceCloseConnections: 'idle' })
    const webhookUrl = () => webhook.url
    await app.register(simulatorRoutes, {
      smsc,
      cloud: new WhatsAppCloud({ clock, seed: 'test' }),
      whatsapp: { phoneNumberId: '1001', number: `+${BUSINESS}`, webhookUrl, appSecret: 'secret' },
    })
    url = await app.listen({ host: '127.0.0.1', port: 0 })
  })

  afterEach(async () => {
    await app.close()
    await smsc.close()
    await webhook.stop()
  })

  /** A request to Meta's API. */
  async function graph(method: string, path: string, body?: object | string, token = 'token') {
    const headers = {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const response = await fetch(`${url}/sim/whatsapp/v23.0${path}`, { method, headers, ...content })
    const answer: Json = await response.json()
    return { status: response.status, headers: response.headers, body: answer }
  }

  async function sim(method: string, path: string, body?: object) {
    const headers = { 'content-type': 'application/json' }
    const json = body === undefined ? {} : { body: JSON.stringify(body), headers }
    const response = await fetch(`${url}/sim/v1${path}`, { method, ...json })
    const content = await response.text()
    const answer: Json = content === '' ? null : JSON.parse(content)
    return { status: response.status, body: answer }
  }

  /** What the webhook was told, in the order in which it came. */
  function news(): Json[] {
    return webhook.calls.map(({ body }) => JSON.parse(body).entry[0].changes[0].value)
  }

  /** Of one message, as in "delivered" or "failed 131026". */
  function statuses(id: string): string[] {
    return news()
      .flatMap((value) => value.statuses ?? [])
      .filter((status) => status.id === id)
      .map(({ status, errors }) => (errors === undefined ? status : `${status} ${errors[0].code}`))
  }

  return {
    get clock() {
      return clock
    },
    get webhook() {
      return webhook
    },
    get app() {
      return app
    },
    get url() {
      return url
    },
    graph,
    sim,
    news,
    statuses,

    async statusesOf(id: string, count: number): Promise<string[]> {
      await waitFor(`${count} statuses`, () => statuses(id).length >= count || undefined)
      return statuses(id)
    },

    /** Resolves with the id of the message, which must be taken. */
    async send(body: object = text()): Promise<string> {
      const { status, body: answer } = await graph('POST', '/1001/messages', body)
      assert.equal(status, 200, JSON.stringify(answer))
      return answer.messages[0].id
    },

    /** Checks that the answer is an error in Meta's form. */
    async refusal(body: object | string, path = '/1001/messages'): Promise<[status: number, code: number]> {
      const { status, body: answer } = await graph('POST', path, body)
      assert.deepEqual(Object.keys(answer), ['error'])
      const { message, type, code, fbtrace_id: trace } = answer.error
      const isWellFormed = message.startsWith(`(#${code}) `) && type === 'OAuthException' && trace.length > 0
      assert.ok(isWellFormed, JSON.stringify(answer))
      return [status, code]
    },

    /** A person writes, which opens the window. */
    async write(message: object = { text: 'Hi' }): Promise<string> {
      const { status, body } = await sim('POST', '/chats/inbound', { from: PHONE, to: BUSINESS, ...message })
      assert.equal(status, 202, JSON.stringify(body))
      return body.id
    },

    /** What the phone has. */
    async chats(number = PHONE): Promise<Json[]> {
      return (await sim('GET', `/handsets/+${number}/chats`)).body.chats
    },
  }
}

export function text(to = `+${PHONE}`, body = 'Hello') {
  return { messaging_product: 'whatsapp', recipient_type: 'individual', to, type: 'text', text: { body } }
}

export function template(name: string, code: string, ...values: string[]) {
  const parameters = values.map((value) => ({ type: 'text', text: value }))
  const content = { name, language: { policy: 'deterministic', code }, components: [{ type: 'body', parameters }] }
  return { messaging_product: 'whatsapp', to: PHONE, type: 'template', template: content }
}
