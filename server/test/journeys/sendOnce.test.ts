import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { JumpingClock } from '../jumpingClock.ts'
import { waitFor } from '../waitFor.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// A client that missed an answer repeats its request with the same Idempotency-Key, on every path that sends.

const CONFIG = {
  accounts: [
    { id: 'acme', apiKeys: [{ key: 'key-of-acme', scopes: ['admin'] }], senders: ['Acme'] },
    { id: 'other', apiKeys: [{ key: 'key-of-other', scopes: ['chat', 'messages'] }], senders: ['Acme'] },
  ],
  simulator: true,
}
const MEDIA = '/conversations/v3/media'
const TEXT = { contentType: 'text', text: 'Hello' }
const SMS = { own: 'Acme', foreign: 'Other' }
const WHATSAPP = { own: '+442079460000', foreign: '+442079460009' }
const chain = (from: string) => ({ channels: ['sms'], sms: { ...TEXT, from } })
const alone = (from: string) => ({ from, content: TEXT })

interface Path {
  readonly senders: { readonly own: string; readonly foreign: string }
  /** What is sent, but for whom. */
  readonly body: (from: string) => object
  readonly messages: number
}

const PATHS: Record<string, Path> = {
  '/messaging/v1/chat/messages': { senders: SMS, body: chain, messages: 1 },
  '/chat-api/v2/messages': { senders: SMS, body: chain, messages: 1 },
  '/chat-api/v2/bulks': {
    senders: SMS,
    body: (from) => ({ from, channel: 'sms', sms: [TEXT, TEXT] }),
    messages: 2,
  },
  '/conversations/v3/messages': {
    senders: SMS,
    body: (from) => ({ ...alone(from), channel: 'sms' }),
    messages: 1,
  },
  '/conversations/v3/bulks': {
    senders: SMS,
    body: (from) => ({ from, channel: 'sms', messages: [TEXT, TEXT] }),
    messages: 2,
  },
  '/conversations/v3/power-automate/messages/sms/text': { senders: SMS, body: alone, messages: 1 },
  '/conversations/v3/power-automate/messages/whatsapp/text': { senders: WHATSAPP, body: alone, messages: 1 },
}

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`sending once on ${engine}`, () => {
    let server: InProcess
    let numbers = 0
    const clock = new JumpingClock()

    before(async () => {
      server = await startInProcess(engine, CONFIG, { clock })
      await waitFor(async () => (await server.call('/readyz')).status === 200)
    })
    after(() => server.stop())

    const freshNumber = () => `+49151124${56_000 + ++numbers}`
    const send = (path: string, body: object, idempotencyKey: string, key = 'key-of-acme') =>
      server.call(path, { body, key, headers: { 'idempotency-key': idempotencyKey } })
    const sentTo = async (number: string): Promise<number> => {
      const { body } = await server.call<{ messages: unknown[] }>(`/api/v1/messages?to=${number.slice(1)}`)
      return body.messages.length
    }

    for (const [path, { senders, body, messages }] of Object.entries(PATHS)) {
      test(`a request to ${path} that is repeated is answered the same and sends nothing again`, async () => {
        const to = freshNumber()
        const request = { ...body(senders.own), to }
        const answers = await Promise.all(Array.from({ length: 10 }, () => send(path, request, path)))
        answers.push(await send(`${path}/`, request, path))
        assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]))
        assert.deepEqual(new Set(answers.map(({ text }) => text)), new Set([answers[0]?.text]))
        assert.match(answers[0]?.text ?? '', /^{"(messageId|bulkId)":"[-0-9a-f]{36}",/)
        const types = answers.map(({ headers }) => headers.get('content-type'))
        assert.deepEqual(new Set(types), new Set(['application/json; charset=utf-8']))
        const fresh = answers.filter(({ headers }) => headers.get('idempotency-replayed') !== 'true')
        assert.equal(fresh.length, 1)
        await waitFor(async () => (await sentTo(to)) === messages)

        const other = await send(path, { ...request, context: null }, path)
        assert.equal(other.status, 409, other.text)
        assert.match(other.body.detail ?? '', /Idempotency-Key/)
        assert.equal((await send(path, request, `${path} again`)).headers.get('idempotency-replayed'), null)
        await waitFor(async () => (await sentTo(to)) === 2 * messages)
      })

      test(`a request to ${path} that is refused leaves its key free`, async () => {
        const to = freshNumber()
        const request = { ...body(senders.own), to }
        const key = `${path} refused`
        assert.equal((await send(path, { ...request, to: '' }, key)).status, 400)
        assert.equal((await send(path, { ...body(senders.foreign), to }, key)).status, 403)
        const long = await send(path, request, path.padEnd(256, 'x'))
        assert.equal(long.status, 400)
        assert.deepEqual(
          long.body.violations?.map(({ field }) => field),
          ['Idempotency-Key'],
        )
        const sent = await send(path, request, key)
        assert.deepEqual([sent.status, sent.headers.get('idempotency-replayed')], [202, null])
        assert.equal((await send(path, request, path.padEnd(255, 'x'))).status, 202)
      })
    }

    test('the header is documented for each path', async () => {
      type Documented = Record<string, { post: { parameters?: readonly { name: string; in: string }[] } }>
      const { paths } = (await server.call<{ paths: Documented }>('/openapi.json')).body
      const taken = Object.keys(PATHS).map((path) => paths[path]?.post.parameters?.map((one) => [one.in, one.name]))
      assert.deepEqual(taken, Array(taken.length).fill([['header', 'idempotency-key']]))
    })

    test('a key belongs to one account and one path, and is the same for SMS', async () => {
      const to = freshNumber()
      const body = { ...chain('Acme'), to, from: 'Acme', message: 'Hello' }
      assert.equal((await send('/messaging/v1/chat/messages', body, 'shared')).status, 202)
      for (const path of ['/chat-api/v2/messages', '/messaging/v1/sms']) {
        assert.equal((await send(path, body, 'shared')).status, 409)
      }
      const foreign = await send('/messaging/v1/chat/messages', body, 'shared', 'key-of-other')
      assert.deepEqual([foreign.status, foreign.headers.get('idempotency-replayed')], [202, null])
    })

    /** Sends, lets `change` make the same request one that is refused, and repeats it. */
    const repeatRefused = async (
      { path, request, messages = 1 }: { path: string; request: { to: string }; messages?: number },
      { change, status }: { change: () => Promise<void>; status: number },
    ) => {
      const key = `${path} to ${request.to}`
      const first = await send(path, request, key)
      assert.ok(first.status < 300, first.text)
      await waitFor(async () => (await sentTo(request.to)) === messages)
      await change()
      const again = await send(path, request, key)
      assert.deepEqual([again.status, again.text], [first.status, first.text], path)
      assert.equal(again.headers.get('idempotency-replayed'), 'true')

      const others = [
        await server.call(path, { body: request }),
        await send(path, request, `${key}, never used`),
        await send(path, { ...request, to: freshNumber() }, key),
        await send(path, request, key, 'key-of-other'),
      ]
      for (const refused of others) {
        assert.deepEqual([refused.status, refused.headers.get('idempotency-replayed')], [status, null], refused.text)
        assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/)
      }
      assert.equal(await sentTo(request.to), messages)
    }

    test('a repeated request is answered the same although its media are deleted', async () => {
      const echo = (mediaId: string) => ({ from: 'echo', contentType: 'media', media: { type: 'document', mediaId } })
      const paths: Record<string, (mediaId: string) => object> = {
        '/messaging/v1/chat/messages': (id) => ({ channels: ['tyntecEcho'], tyntecEcho: echo(id) }),
        '/chat-api/v2/messages': (id) => ({ channels: ['tyntecEcho'], tyntecEcho: echo(id) }),
        '/conversations/v3/messages': (id) => ({
          from: WHATSAPP.own,
          channel: 'whatsapp',
          content: { contentType: 'document', document: { mediaId: id } },
        }),
      }
      for (const [path, body] of Object.entries(paths)) {
        const file = { body: 'Hello', headers: { 'content-type': 'text/plain' } }
        const { mediaId } = (await server.call<{ mediaId: string }>(MEDIA, file)).body
        await repeatRefused(
          { path, request: { ...body(mediaId), to: freshNumber() } },
          {
            async change() {
              assert.equal((await server.call(`${MEDIA}/${mediaId}`, { method: 'DELETE' })).status, 204)
            },
            status: 400,
          },
        )
      }
    })

    test('a repeated request is answered the same although its sender was taken away', async () => {
      const paths: Record<string, (from: string) => object> = {
        '/messaging/v1/sms': (from) => ({ from, message: 'x' }),
      }
      for (const [path, { senders, body }] of Object.entries(PATHS)) if (senders === SMS) paths[path] = body
      const contact = {
        companyName: 'Example GmbH',
        contactName: 'Erika Muster',
        contactEmail: 'erika@example.com',
        contactPhone: '49231123456789',
      }
      const { contactId } = (await server.call<{ contactId: string }>('/byon/contacts/v1', { body: contact })).body
      for (const [index, [path, body]] of Object.entries(paths).entries()) {
        const from = `+491511234500${index}`
        const wish = { body: [{ phoneNumber: from }] }
        const wished = await server.call<{ requestId: string }>(`/byon/provisioning/v1?contactId=${contactId}`, wish)
        const move = async (status: string) => {
          const moved = await server.call(`/api/v1/provisioning/${wished.body.requestId}/status`, { body: { status } })
          assert.equal(moved.status, 200, moved.text)
        }
        await move('LOA_READY')
        await move('PROVISIONED')
        await repeatRefused(
          { path, request: { ...body(from), to: freshNumber() }, messages: PATHS[path]?.messages ?? 1 },
          { change: () => move('DEPROVISIONED'), status: 403 },
        )
      }
    })

    test('a repeated SMS is answered the same although its time has gone by', async () => {
      const sendDateTime = new Date(clock.now() - 116_000).toISOString()
      const request = { to: freshNumber(), from: 'Acme', message: 'x', sendDateTime }
      const change = async () => {
        clock.jump(5_000)
      }
      await repeatRefused({ path: '/messaging/v1/sms', request }, { change, status: 400 })
    })

    test('a request without a body is refused with a key as without', async () => {
      for (const path of [...Object.keys(PATHS), '/messaging/v1/sms']) {
        const headers = { 'idempotency-key': 'of nothing' }
        assert.equal((await server.call(path, { method: 'POST', headers })).status, 400, path)
      }
    })

    test('a request that is refused is told nothing for certain while its key cannot be looked up', async (context) => {
      const { postgres } = server
      if (postgres === null) return context.skip('the embedded store is part of the process')
      await postgres.interrupt()
      for (const path of [...Object.keys(PATHS), '/messaging/v1/sms']) {
        assert.equal((await server.call(path, { body: {} })).status, 400, path)
        assert.equal((await send(path, {}, 'not to be looked up')).status, 503, path)
      }
      await postgres.resume()
      await waitFor(async () => (await server.call('/readyz')).status === 200)
    })

    test('a request that met a store that was away is sent once it is back', async (context) => {
      const { postgres } = server
      if (postgres === null) return context.skip('the embedded store is part of the process')
      const to = freshNumber()
      const repeat = () => send('/chat-api/v2/messages', { ...chain('Acme'), to }, 'away')
      await postgres.interrupt()
      const away = await repeat()
      assert.equal(away.status, 503)
      assert.match(away.body.detail ?? '', /the store cannot take work/)
      await postgres.resume()
      await waitFor(async () => (await repeat()).status === 202)
      assert.equal(await sentTo(to), 1)
    })
  })
}
