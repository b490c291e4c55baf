import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { JumpingClock } from '../jumpingClock.ts'
import { waitFor } from '../waitFor.ts'
import type { Answer, CallOptions, ProblemBody } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// Every status that /openapi.json documents for media is reached, on both stores.

const CONFIG = {
  accounts: [
    { id: 'acme', apiKeys: [{ key: 'key-of-acme', scopes: ['chat'] }] },
    { id: 'slow', apiKeys: [{ key: 'key-of-slow', scopes: ['chat'] }], limits: { requestsPerSecond: 0.0001 } },
    { id: 'texts', apiKeys: [{ key: 'key-of-texts', scopes: ['messages'] }] },
  ],
  media: { bytesMax: 1_024 },
  simulator: true,
}
const MEDIA = '/conversations/v3/media'
const READING = ['/messaging/v1/chat/media', '/chat-api/v2/media', MEDIA]
const UNKNOWN = '01a200be-a3aa-76f3-adb0-c1d6fffe9b66'
const FILE = { body: 'Hello', headers: { 'content-type': 'text/plain' } }
const MINUTE_MS = 60_000

type Way = () => Promise<Pick<Answer<ProblemBody>, 'status' | 'headers' | 'text'>>

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`every status of media on ${engine}`, () => {
    let server: InProcess
    let mediaId: string
    const clock = new JumpingClock()

    before(async () => {
      server = await startInProcess(engine, CONFIG, { clock })
      mediaId = await upload()
      // Uses up what the account may ask for in its first hours.
      await server.call(MEDIA, { key: 'key-of-slow' })
    })
    after(() => server.stop())

    const upload = async () => {
      const answer = await server.call<{ mediaId: string }>(MEDIA, FILE)
      assert.equal(answer.status, 200, answer.text)
      return answer.body.mediaId
    }
    const call =
      (path: string | (() => string | Promise<string>), options: CallOptions = {}): Way =>
      async () =>
        server.call(typeof path === 'string' ? path : await path(), options)

    /** How an endpoint is refused for who calls. */
    const keyed = (path: string, options: CallOptions = {}): Record<number, Way> => ({
      401: call(path, { ...options, key: null }),
      403: call(path, { ...options, key: 'key-of-texts' }),
      429: call(path, { ...options, key: 'key-of-slow' }),
    })
    const remove = { method: 'DELETE' }

    /** 503 is reached for all of them at once, in the last test. */
    const ways: Record<string, Record<number, Way>> = {
      ...Object.fromEntries(
        READING.map((path) => [
          `get ${path}/{mediaId}`,
          {
            ...keyed(`${path}/${UNKNOWN}`),
            200: call(() => `${path}/${mediaId}`),
            404: call(`${path}/${UNKNOWN}`),
          },
        ]),
      ),
      [`get ${MEDIA}`]: { ...keyed(MEDIA), 200: call(MEDIA), 400: call(`${MEDIA}?page=0`) },
      [`post ${MEDIA}`]: {
        ...keyed(MEDIA, FILE),
        200: call(MEDIA, FILE),
        400: call(`${MEDIA}?validity=0`, FILE),
        408: dribble,
        413: call(MEDIA, { ...FILE, body: 'x'.repeat(1_025) }),
        415: call(MEDIA, { ...FILE, headers: { 'content-type': 'image/png' } }),
      },
      [`delete ${MEDIA}/{mediaId}`]: {
        ...keyed(`${MEDIA}/${UNKNOWN}`, remove),
        204: call(async () => `${MEDIA}/${await upload()}`, remove),
        404: call(`${MEDIA}/${UNKNOWN}`, remove),
      },
    }

    /** A file that comes byte by byte, for longer than it may. */
    async function dribble(): ReturnType<Way> {
      const { hostname, port } = new URL(server.url)
      const socket = connect(Number(port), hostname)
      let received = ''
      socket.setEncoding('utf8').on('data', (text) => {
        received += text
      })
      const headers = ['host: x', 'apikey: key-of-acme', 'content-type: text/plain', 'content-length: 1000']
      socket.write(`POST ${MEDIA} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
      await waitFor(() => {
        clock.jump(MINUTE_MS)
        socket.write('x')
        return received.includes('\r\n\r\n')
      })
      socket.destroy()
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1])
      const type = /^content-type: *(.*?)\r$/im.exec(received)?.[1] ?? ''
      return { status, headers: new Headers({ 'content-type': type }), text: received }
    }

    test('the table has every endpoint and every status that is documented, and no other', async () => {
      const { body } = await server.call<{ paths: Record<string, Record<string, { responses: object }>> }>(
        '/openapi.json',
      )
      const documented = Object.entries(body.paths).flatMap(([path, operations]) =>
        Object.entries(operations)
          .filter(() => READING.some((prefix) => path.startsWith(prefix)))
          .map(([method, { responses }]) => [`${method} ${path}`, Object.keys(responses).map(Number)]),
      )
      const tabled = Object.entries(ways).map(([endpoint, statuses]) => [
        endpoint,
        [...Object.keys(statuses).map(Number), 503].sort(),
      ])
      assert.deepEqual(Object.fromEntries(tabled), Object.fromEntries(documented))
    })

    for (const [endpoint, statuses] of Object.entries(ways)) {
      test(`${endpoint} answers ${Object.keys(statuses).join(', ')}`, async () => {
        for (const [status, way] of Object.entries(statuses)) expectStatus(await way(), Number(status), endpoint)
      })
    }

    test('without its store every endpoint answers 503 with Retry-After, and recovers', async (context) => {
      const { postgres } = server
      if (postgres === null) return context.skip('the embedded store is part of the process')
      await postgres.interrupt()
      for (const [endpoint, { 200: found, 404: unknown }] of Object.entries(ways)) {
        const answer = await (found ?? unknown)?.()
        assert(answer !== undefined)
        expectStatus(answer, 503, endpoint)
        assert.match(answer.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/, endpoint)
      }
      await postgres.resume()
      assert.equal((await server.call(MEDIA)).status, 200)
    })
  })
}

function expectStatus(answer: Awaited<ReturnType<Way>>, status: number, endpoint: string): void {
  assert.equal(answer.status, status, `${endpoint}: ${answer.text}`)
  if (status >= 400) assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
}
