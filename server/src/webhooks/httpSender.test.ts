import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net'
import { afterEach, test } from 'node:test'
import { waitFor } from '../../test/waitFor.ts'
import { systemClock } from '../clock.ts'
import { responseStartBytesMax } from './bodyStart.ts'
import { HttpSender, type HttpSenderOptions } from './httpSender.ts'
import { responseBytesMax } from './responseReader.ts'
import type { CallResult, EndpointCall } from './sender.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function listen(server: Server | TcpServer, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  })
  server.listen(0, host)
  await once(server, 'listening')
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

async function serve(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(listener))}`
}

function createSender(options: Partial<HttpSenderOptions> = {}): HttpSender {
  const sender = new HttpSender({
    clock: systemClock,
    userAgent: 'Heliograph/test',
    allowPrivateNetworks: true,
    ...options,
  })
  cleanups.push(() => sender.close())
  return sender
}

/** Resolves a turn after `done`, as the scheduler too makes its next call on a later turn. */
function call(sender: HttpSender, url: string, over: Partial<EndpointCall> = {}): Promise<CallResult> {
  return new Promise((resolve) => {
    sender.send({ url, method: 'POST', body: '{"a":"ü"}', headers: ['webhook-id', 'd1'], ...over }, (result) =>
      setImmediate(resolve, result),
    )
  })
}

test('a POST carries the body as JSON, the URL with its query, our headers and the user agent', async () => {
  const seen: unknown[] = []
  const origin = await serve((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      seen.push(method, url, Buffer.concat(chunks).toString(), headers['content-type'], headers['user-agent'])
      seen.push(headers['webhook-id'], headers['content-length'], headers.host)
      response.writeHead(202, { 'retry-after': '7' }).end('thanks')
    })
  })
  const result = await call(createSender(), `${origin}/dlr/x?id=1&q=a%20b#fragment`)
  assert.deepEqual(result, { kind: 'answered', status: 202, retryAfter: '7', responseStart: 'thanks' })
  const host = origin.slice('http://'.length)
  assert.deepEqual(seen.slice(0, 4), ['POST', '/dlr/x?id=1&q=a%20b', '{"a":"ü"}', 'application/json'])
  assert.deepEqual(seen.slice(4), ['Heliograph/test', 'd1', '10', host])
})

test('a GET has neither body nor content type', async () => {
  const seen: unknown[] = []
  const origin = await serve((request, response) => {
    seen.push(request.method, request.headers['content-type'], request.headers['content-length'])
    response.end()
  })
  await call(createSender(), origin, { method: 'GET', body: null })
  assert.deepEqual(seen, ['GET', undefined, undefined])
})

test('calls one after the other share a connection, calls at once have one each', async () => {
  const ports = new Set<number | undefined>()
  const waiting: (() => void)[] = []
  let together = 1
  const origin = await serve((request, response) => {
    ports.add(request.socket.remotePort)
    waiting.push(() => response.end('ok'))
    if (waiting.length === together) for (const answer of waiting.splice(0)) answer()
  })
  const sender = createSender()
  for (let i = 0; i < 5; i++) await call(sender, origin)
  assert.equal(ports.size, 1)
  together = 8
  for (let i = 0; i < 3; i++) await Promise.all(Array.from({ length: 8 }, () => call(sender, origin)))
  assert.equal(ports.size, 8)
})

test('a redirect is the answer and is not followed', async () => {
  let calls = 0
  const origin = await serve((_request, response) => {
    calls += 1
    response.writeHead(307, { location: '/elsewhere' }).end()
  })
  const result = await call(createSender(), origin)
  assert.equal(result.kind === 'answered' && result.status, 307)
  assert.equal(calls, 1)
})

test('only the start of an answer is kept, and an endless one ends with its connection', async () => {
  let closed = false
  const origin = await serve((_request, response) => {
    response.writeHead(200)
    const chunk = Buffer.alloc(16_384, 'x')
    const pour = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', pour).on('close', () => {
      closed = true
    })
    pour()
  })
  const result = await call(createSender(), origin)
  assert.deepEqual(result, {
    kind: 'answered',
    status: 200,
    retryAfter: null,
    responseStart: 'x'.repeat(responseStartBytesMax),
  })
  await waitFor(() => closed)
})

test('an answer up to the bound is read to its end and the connection kept', async () => {
  const ports = new Set<number | undefined>()
  const origin = await serve((request, response) => {
    ports.add(request.socket.remotePort)
    response.end('y'.repeat(responseBytesMax))
  })
  const sender = createSender()
  await call(sender, origin)
  await call(sender, origin)
  assert.equal(ports.size, 1)
})

test('a receiver that never answers costs the call timeout and its connection', async () => {
  let closed = false
  const origin = await serve((request) => {
    request.socket.on('close', () => {
      closed = true
    })
  })
  const result = await call(createSender({ callTimeoutMs: 300 }), origin)
  assert.deepEqual(result, { kind: 'failed', error: 'no answer within 300 ms' })
  await waitFor(() => closed)
})

test('a good status counts even when the body drips on or breaks off', async () => {
  const dripping = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('o')
    const timer = setInterval(() => response.write('o'), 20)
    response.on('close', () => clearInterval(timer))
  })
  const broken = await serve((_request, response) => {
    response.writeHead(204, { connection: 'close' }).flushHeaders()
    response.socket?.end()
  })
  const sender = createSender({ callTimeoutMs: 300 })
  const [slow, short] = await Promise.all([call(sender, dripping), call(sender, broken)])
  assert.equal(slow.kind === 'answered' && slow.status, 200)
  assert.equal(short.kind === 'answered' && short.status, 204)
})

test('headers that never end, headers too long and answers that are no HTTP fail', async () => {
  const answers = ['HTTP/1.1 200 OK\r\nx-long: ', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, '220 smtp\r\n']
  const sender = createSender({ callTimeoutMs: 400 })
  for (const answer of answers) {
    const port = await listen(createTcpServer((socket) => socket.on('data', () => socket.write(answer))))
    const result = await call(sender, `http://127.0.0.1:${port}/`)
    assert.equal(result.kind, 'failed')
  }
})

test('a refused connection, a closed one and a TLS endpoint that speaks no TLS fail with a reason', async () => {
  const closing = await listen(createTcpServer((socket) => socket.destroy()))
  const plain = await listen(createTcpServer((socket) => socket.on('data', () => socket.end('hello'))))
  const sender = createSender()
  for (const url of ['http://127.0.0.1:1/', `http://127.0.0.1:${closing}/`, `https://127.0.0.1:${plain}/`]) {
    const result = await call(sender, url)
    assert.ok(result.kind === 'failed' && result.error.length > 0, url)
  }
})

test('a TLS handshake that never ends costs the connect timeout', async () => {
  const silent = await listen(createTcpServer(() => {}))
  const result = await call(createSender({ connectTimeoutMs: 200 }), `https://127.0.0.1:${silent}/`)
  assert.ok(result.kind === 'failed' && /timeout/i.test(result.error))
})

test('closing ends open calls as aborted, each exactly once', async () => {
  let arrived = 0
  const origin = await serve(() => {
    arrived += 1
  })
  const sender = createSender()
  const results: CallResult[] = []
  for (let i = 0; i < 3; i++)
    sender.send({ url: origin, method: 'GET', body: null, headers: [] }, (r) => results.push(r))
  await waitFor(() => arrived === 3)
  await sender.close()
  assert.deepEqual(results, [{ kind: 'aborted' }, { kind: 'aborted' }, { kind: 'aborted' }])
})

test('what cannot be sent fails instead of throwing, and not before `send` returned', async () => {
  const sender = createSender()
  let returned = false
  const first = new Promise<CallResult>((resolve) => {
    sender.send({ url: 'nonsense', method: 'GET', body: null, headers: [] }, (result) => {
      assert.ok(returned)
      resolve(result)
    })
    returned = true
  })
  assert.equal((await first).kind, 'failed')
  assert.equal((await call(sender, 'ftp://127.0.0.1/')).kind, 'failed')
  for (const value of ['a\r\nx: b', 'a\nb', 'ü', '\0']) {
    const result = await call(sender, 'http://127.0.0.1:1/', { headers: ['webhook-id', value] })
    assert.deepEqual(result, { kind: 'failed', error: 'a malformed header' })
  }
})

test('a call after the end is aborted', async () => {
  const sender = createSender()
  await sender.close()
  assert.deepEqual(await call(sender, 'http://127.0.0.1:1/'), { kind: 'aborted' })
})

test('a POST without a body says that there is none', async () => {
  const seen: unknown[] = []
  const origin = await serve((request, response) => {
    seen.push(request.method, request.headers['content-type'], request.headers['content-length'])
    response.end()
  })
  await call(createSender(), origin, { body: null })
  assert.deepEqual(seen, ['POST', undefined, '0'])
})

test('a body of a megabyte arrives whole', async () => {
  let received = 0
  const origin = await serve((request, response) => {
    request.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    request.on('end', () => response.end())
  })
  const body = JSON.stringify({ text: 'ü'.repeat(500_000) })
  assert.equal((await call(createSender(), origin, { body })).kind, 'answered')
  assert.equal(received, Buffer.byteLength(body))
})

test('without private networks no address literal on loopback is called', async () => {
  let connections = 0
  const server = createTcpServer(() => {
    connections += 1
  })
  const port = await listen(server)
  const sender = createSender({ allowPrivateNetworks: false })
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '[::1]']) {
    const result = await call(sender, `http://${host}:${port}/`)
    assert.deepEqual(result, { kind: 'failed', error: 'the host has a private or reserved address' }, host)
  }
  assert.equal(connections, 0)
})

test('a name is refused when any of its addresses is private', async () => {
  const asked: string[] = []
  const sender = createSender({
    allowPrivateNetworks: false,
    async resolve(hostname) {
      asked.push(hostname)
      return ['93.184.216.34', '10.0.0.5']
    },
  })
  const result = await call(sender, 'https://mixed.example/')
  assert.deepEqual(result, { kind: 'failed', error: 'the host has a private or reserved address' })
  assert.deepEqual(asked, ['mixed.example'])
})

test('a name without addresses and a failing resolver are failures of the call', async () => {
  const empty = await call(createSender({ resolve: async () => [] }), 'http://empty.example/')
  assert.equal(empty.kind, 'failed')
  const failing = createSender({ resolve: () => Promise.reject(new Error('SERVFAIL')) })
  assert.deepEqual(await call(failing, 'http://flap.example/'), { kind: 'failed', error: 'SERVFAIL' })
})
