import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createHttpClient, type HttpLimits, HttpStatusError } from './httpClient.ts'
import { ConfigError, TransientError } from './source.ts'
import { steppingClock } from './steppingClock.ts'
import { Stopped } from './stopped.ts'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** A server that gives the answers in turn, the last one again and again, and a client of it whose waits take no time. */
async function setUp(t: TestContext, answers: readonly Answer[], limits: Partial<HttpLimits> = {}) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answers[Math.min(requests.length, answers.length) - 1]?.(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const clock = steppingClock()
  const controller = new AbortController()
  const limitedUntil: number[] = []
  const logged: string[] = []
  const write = (line: string) => void logged.push(line)
  const http = createHttpClient({
    limits,
    clock,
    signal: controller.signal,
    log: { debug: write, info: write, warn: write, error: write },
    proxyEnv: null,
    onRateLimited: (untilMs) => limitedUntil.push(untilMs),
  })
  t.after(() => {
    http.close()
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${port}/things?Page=secret`, http, requests, clock, controller, limitedUntil, logged }
}

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }
const good = json({ good: true })
const drop: Answer = (response) => response.destroy()

test('an answer comes with its status, body and headers, and connections are kept', async (t) => {
  const { http, url, requests } = await setUp(t, [json([1], 200, { 'x-page': '2' })])
  for (let i = 0; i < 5; i++) {
    const answer = await http.getJson(url, { headers: { authorization: 'Basic abc' } })
    assert.deepEqual([answer.status, answer.body, answer.headers.get('x-page')], [200, [1], '2'])
  }
  assert.equal(requests[0]?.headers.authorization, 'Basic abc')
  assert.equal(requests[0]?.url, '/things?Page=secret')
  assert.equal(new Set(requests.map(({ socket }) => socket)).size, 1)
})

test('Retry-After is obeyed as seconds, decimals and a date, and each 429 is told', async (t) => {
  const { http, url, clock, limitedUntil } = await setUp(t, [
    json({ code: 20429 }, 429, { 'retry-after': '1.5' }),
    json({}, 503, { 'retry-after': '3' }),
    json({}, 429, { 'retry-after': 'Mon, 01 Jan 2024 00:01:00 GMT' }),
    good,
  ])
  const startedAt = clock.now()
  assert.deepEqual((await http.getJson(url)).body, { good: true })
  const [first = 0, second = 0, third = 0] = clock.waits
  assert.equal(clock.waits.length, 3)
  assert.ok(first >= 1_500 && first < 2_100, `${first}`)
  assert.ok(second >= 3_000 && second < 3_700, `${second}`)
  // Until the date, 4.5 seconds of which had gone by, and five more at most.
  assert.ok(clock.now() >= startedAt + 60_000 && third <= 60_500, `${third}`)
  assert.deepEqual(limitedUntil, [startedAt + first, clock.now()])
})

test('500s, dropped connections and pages that are not JSON are tried again with growing waits', async (t) => {
  const half: Answer = (response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('{"good":', () => response.destroy())
  }
  const page: Answer = (response) => response.end('<html>')
  const { http, url, clock, logged } = await setUp(t, [json({}, 500), drop, half, page, json({}, 504), good])
  assert.deepEqual((await http.getJson(url)).body, { good: true })
  assert.equal(clock.waits.length, 5)
  assert.ok((clock.waits[4] ?? 0) >= 8_000)
  assert.ok(logged.every((line) => line.includes('/things') && !line.includes('secret')))
})

test('trying again ends late, as a transient error that tells the last reason', async (t) => {
  const { http, url, clock } = await setUp(t, [json({}, 503)])
  await assert.rejects(http.getJson(url), (error) => {
    assert.ok(error instanceof TransientError)
    assert.match(error.message, /^http:\/\/127\.0\.0\.1:\d+\/things answered 503; gave up after \d+ tries in \d+/)
    return true
  })
  const waitedMs = clock.waits.reduce((sum, ms) => sum + ms, 0)
  assert.ok(waitedMs > 28 * 60_000 && waitedMs <= 30 * 60_000, `${waitedMs}`)
})

test('a vendor that asks for more patience than there is fails at once as transient', async (t) => {
  const { http, url, clock } = await setUp(t, [json({}, 429, { 'retry-after': '86400' })])
  await assert.rejects(http.getJson(url), TransientError)
  assert.deepEqual(clock.waits, [])
})

test('a refused connection is tried again', async (t) => {
  const { http, clock } = await setUp(t, [good], { retryMsMax: 3_000 })
  await assert.rejects(http.getJson('http://127.0.0.1:9/'), (error) => {
    return error instanceof TransientError && /ECONNREFUSED|EPERM|EACCES/.test(error.message)
  })
  assert.ok(clock.waits.length > 0)
})

test('something that is never JSON is given up after a few tries', async (t) => {
  const { http, url, requests } = await setUp(t, [(response) => response.end('<html>')])
  await assert.rejects(http.getJson(url), /is not JSON; gave up after 4 tries/)
  assert.equal(requests.length, 4)
})

test('a server that hangs, or never ends, is left after its time', async (t) => {
  const silent: Answer = () => {}
  const endless: Answer = (response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write(' '), 10)
    response.on('close', () => clearInterval(timer))
  }
  const { http, url, logged } = await setUp(t, [silent, endless, good], { idleMs: 100, requestMsMax: 300 })
  assert.deepEqual((await http.getJson(url)).body, { good: true })
  assert.match(logged[0] ?? '', /was silent for 100 ms/)
  assert.match(logged[1] ?? '', /took more than 300 ms/)
})

test('a body larger than allowed fails without being read to its end, packed ones too', async (t) => {
  const large: Answer = (response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('x'.repeat(50_000)), 1)
    response.on('close', () => clearInterval(timer))
  }
  const packed: Answer = (response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(gzipSync(JSON.stringify('y'.repeat(200_000))))
  }
  const { http, url, clock } = await setUp(t, [large, packed], { bodyBytesMax: 100_000 })
  for (let i = 0; i < 2; i++) await assert.rejects(http.getJson(url), /answered with more than 100000 bytes/)
  assert.deepEqual(clock.waits, [])
})

test('packed bodies are asked for and unpacked', async (t) => {
  const { http, url, requests } = await setUp(t, [
    (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(gzipSync('{"packed":true}'))
    },
  ])
  assert.deepEqual((await http.getJson(url)).body, { packed: true })
  assert.equal(requests[0]?.headers['accept-encoding'], 'gzip')
})

test('other statuses fail at once with their body, unless they are asked for', async (t) => {
  const missing = json({ code: 20404 }, 404)
  const { http, url, clock } = await setUp(t, [missing, missing, json({ code: 20003 }, 401)])
  await assert.rejects(http.getJson(url), (error) => {
    assert.ok(error instanceof HttpStatusError)
    assert.deepEqual([error.status, error.body], [404, { code: 20404 }])
    assert.match(error.message, /\/things answered 404: \{"code":20404\}/)
    return true
  })
  assert.deepEqual((await http.getJson(url, { okStatuses: [404] })).status, 404)
  await assert.rejects(http.getJson(url), /answered 401/)
  assert.deepEqual(clock.waits, [])
})

test('an answer without content is an answer and not asked for again', async (t) => {
  const empty: Answer = (response) => {
    response.writeHead(204)
    response.end()
  }
  const { http, url, requests } = await setUp(t, [empty])
  const { status, body } = await http.getJson(url)
  assert.deepEqual([status, body, requests.length], [204, null, 1])
})

test('a redirect is not followed', async (t) => {
  const { http, url, requests } = await setUp(t, [json({}, 302, { location: 'http://127.0.0.1:1/' })])
  await assert.rejects(http.getJson(url), /answered 302: a redirect, which is not followed/)
  assert.equal(requests.length, 1)
})

test('credentials go over https only, but for this machine', async (t) => {
  const { http } = await setUp(t, [good])
  for (const url of ['http://example.com/x', 'ftp://example.com', 'http://127.0.0.1.example.com', 'nonsense']) {
    await assert.rejects(http.getJson(url), ConfigError)
  }
  await assert.rejects(http.getJson('https://user:pass@example.com/'), (error) => {
    return error instanceof ConfigError && !error.message.includes('pass')
  })
})

test('no more requests than workers run at once', async (t) => {
  const open: ServerResponse[] = []
  const { http, url } = await setUp(t, [(response) => void open.push(response)], { workers: 3 })
  const answers = Array.from({ length: 9 }, () => http.getJson(url))
  for (let done = 0; done < 9; done++) {
    const expected = Math.min(3, 9 - done)
    while (open.length < expected) await new Promise(setImmediate)
    assert.equal(open.length, expected)
    open.shift()?.end('1')
  }
  assert.equal((await Promise.all(answers)).length, 9)
})

test('after 429 fewer requests run at once', async (t) => {
  let now = 0
  let most = 0
  const refusals = Array.from({ length: 4 }, () => json({}, 429, { 'twilio-concurrent-requests': '4' }))
  const slow: Answer = (response) => {
    most = Math.max(most, ++now)
    setImmediate(() => {
      now--
      json(1, 200, { 'twilio-concurrent-requests': '9' })(response, response.req)
    })
  }
  const { http, url } = await setUp(t, [...refusals, slow], { workers: 4 })
  await Promise.all(Array.from({ length: 4 }, () => http.getJson(url)))
  most = 0
  await Promise.all(Array.from({ length: 20 }, () => http.getJson(url)))
  assert.ok(most <= 2, `${most} at once`)
})

test('once it is closed, requests under way end without a word and are not tried again', async (t) => {
  const open: ServerResponse[] = []
  const { http, url, logged, clock } = await setUp(t, [(response) => void open.push(response)])
  const running = http.getJson(url)
  while (open.length < 1) await new Promise(setImmediate)
  http.close()
  await assert.rejects(running)
  assert.deepEqual([logged, clock.waits], [[], []])
})

test('a stop ends waits and queued requests, while what is under way may finish', async (t) => {
  const open: ServerResponse[] = []
  const { http, url, controller, requests } = await setUp(t, [(response) => void open.push(response)], { workers: 1 })
  const running = http.getJson(url)
  const queued = http.getJson(url)
  while (open.length < 1) await new Promise(setImmediate)
  controller.abort(new Stopped('SIGTERM'))
  open[0]?.end('"done"')
  assert.equal((await running).body, 'done')
  await assert.rejects(queued, Stopped)
  await assert.rejects(http.getJson(url), Stopped)
  assert.equal(requests.length, 1)
})

test('a signal of its own ends requests and waits, and leaves the slots to others', async (t) => {
  const { http, url, clock, requests } = await setUp(t, [json({}, 503), good], { workers: 1 })
  const sooner = new AbortController()
  clock.wait = async (_delayMs, signal) => {
    sooner.abort(new Error('no longer wanted'))
    signal.throwIfAborted()
  }
  const client = http.until(sooner.signal)
  const waiting = client.getJson(url)
  const queued = client.getJson(url)
  const other = http.getJson(url)
  await assert.rejects(waiting, /no longer wanted/)
  await assert.rejects(queued, /no longer wanted/)
  assert.deepEqual((await other).body, { good: true })
  await assert.rejects(client.getJson(url), /no longer wanted/)
  assert.equal(requests.length, 2)
})

test('a signal of its own ends what is under way, too', async (t) => {
  const open: ServerResponse[] = []
  const { http, url, requests } = await setUp(t, [(response) => void open.push(response), good], { workers: 1 })
  const sooner = new AbortController()
  const silent = http.until(sooner.signal).getJson(url)
  while (open.length < 1) await new Promise(setImmediate)
  sooner.abort(new Error('no longer wanted'))
  await assert.rejects(silent, /no longer wanted/)
  assert.deepEqual((await http.getJson(url)).body, { good: true })
  assert.equal(requests.length, 2)
})
