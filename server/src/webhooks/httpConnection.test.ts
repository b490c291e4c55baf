import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { afterEach, test } from 'node:test'
import { type RawServer, startRawServer } from '../../test/rawServer.ts'
import { waitFor } from '../../test/waitFor.ts'
import { systemClock } from '../clock.ts'
import { HttpSender } from './httpSender.ts'
import type { CallResult } from './sender.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function serve(...answer: Parameters<typeof startRawServer>): Promise<RawServer> {
  const server = await startRawServer(...answer)
  cleanups.push(() => server.close())
  return server
}

function createSender(callTimeoutMs = 5_000): HttpSender {
  const sender = new HttpSender({ clock: systemClock, userAgent: 'test', allowPrivateNetworks: true, callTimeoutMs })
  cleanups.push(() => sender.close())
  return sender
}

function call(sender: HttpSender, url: string): Promise<CallResult> {
  return new Promise((resolve) => sender.send({ url, method: 'POST', body: '{}', headers: [] }, resolve))
}

function answered(status: number, responseStart: string): CallResult {
  return { kind: 'answered', status, retryAfter: null, responseStart }
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

test('a request is one piece on the wire, and the next one comes only after the answer', async () => {
  const server = await serve((socket) => socket.write(ok))
  const sender = createSender()
  for (let i = 0; i < 3; i++) assert.deepEqual(await call(sender, server.url), answered(200, 'ok'))
  assert.equal(server.connections.length, 1)
  assert.equal(server.requests(), 3)
  const host = server.url.slice('http://'.length, -1)
  const [request] = server.connections[0]?.received.split('POST / ').slice(1) ?? []
  assert.deepEqual(request?.split('\r\n'), [
    'HTTP/1.1',
    `host: ${host}`,
    'connection: keep-alive',
    'user-agent: test',
    'content-type: application/json',
    'content-length: 2',
    '',
    '{}',
  ])
})

test('while a connection waits for its answer, no other call is written to it', async () => {
  const server = await serve(() => {})
  const sender = createSender()
  const calls = [call(sender, server.url), call(sender, server.url)]
  await waitFor(() => server.requests() === 2)
  assert.equal(server.connections.length, 2)
  for (const { socket } of server.connections) socket.write(ok)
  assert.deepEqual(await Promise.all(calls), [answered(200, 'ok'), answered(200, 'ok')])
})

const lastAnswers = {
  'Connection: close': 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok',
  'HTTP/1.0': 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok',
  'length and chunks': 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  'more than its length': `${ok}${ok}`,
}

for (const [name, answer] of Object.entries(lastAnswers)) {
  test(`after an answer with ${name} the connection is closed by us and the next call has a new one`, async () => {
    const server = await serve((socket) => socket.write(answer))
    const sender = createSender()
    for (let i = 0; i < 2; i++) assert.deepEqual(await call(sender, server.url), answered(200, 'ok'))
    assert.equal(server.connections.length, 2)
    await waitFor(() => server.connections.every(({ socket }) => socket.readableEnded || socket.destroyed))
  })
}

test('an answer nobody asked for closes the connection and answers no later call', async () => {
  const server = await serve((socket) => socket.write(ok))
  const sender = createSender()
  await call(sender, server.url)
  server.connections[0]?.socket.write('HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n')
  await waitFor(() => server.connections[0]?.socket.destroyed === true)
  assert.deepEqual(await call(sender, server.url), answered(200, 'ok'))
  assert.equal(server.connections.length, 2)
})

test('an answer without a length ends with the connection', async () => {
  const server = await serve((socket) => socket.end('HTTP/1.1 201 Created\r\n\r\nfine'))
  assert.deepEqual(await call(createSender(), server.url), answered(201, 'fine'))
})

test('answers whose length is contradictory or whose chunks are broken count by their status', async () => {
  const bodies = ['content-length: 1\r\ncontent-length: 2\r\n\r\nok', 'transfer-encoding: chunked\r\n\r\nzz\r\n']
  for (const body of bodies) {
    const server = await serve((socket) => socket.write(`HTTP/1.1 200 OK\r\n${body}`))
    assert.deepEqual(await call(createSender(), server.url), answered(200, ''))
    await waitFor(() => server.connections[0]?.socket.destroyed === true)
  }
})

const endings: Record<string, (socket: Socket) => void> = {
  closed: (socket) => socket.end(),
  reset: (socket) => socket.resetAndDestroy(),
}

for (const [name, end] of Object.entries(endings)) {
  test(`a kept connection ${name} instead of an answer costs a second try on a new one`, async () => {
    const server = await serve((socket, { connection, piece }) => {
      if (connection === 1 && piece === 2) end(socket)
      else socket.write(ok)
    })
    const sender = createSender()
    await call(sender, server.url)
    assert.deepEqual(await call(sender, server.url), answered(200, 'ok'))
    assert.equal(server.connections.length, 2)
    assert.equal(server.requests(), 3)
  })

  test(`a new connection ${name} instead of an answer is no reason to try again`, async () => {
    const server = await serve(end)
    assert.equal((await call(createSender(), server.url)).kind, 'failed')
    assert.equal(server.connections.length, 1)
  })
}

test('the second try is the last one', async () => {
  const server = await serve((socket, { connection, piece }) => {
    if (connection === 1 && piece === 1) socket.write(ok)
    else socket.end()
  })
  const sender = createSender()
  await call(sender, server.url)
  const error = 'the connection was closed before an answer came'
  assert.deepEqual(await call(sender, server.url), { kind: 'failed', error })
  assert.equal(server.requests(), 3)
})

test('a kept connection closed in the middle of an answer is no reason to try again', async () => {
  const server = await serve((socket, { piece }) => {
    if (piece === 1) socket.write(ok)
    else socket.end('HTTP/1.1 2')
  })
  const sender = createSender()
  await call(sender, server.url)
  assert.equal((await call(sender, server.url)).kind, 'failed')
  assert.equal(server.requests(), 2)
})

test('a kept connection that stays silent costs the call timeout and no second try', async () => {
  const server = await serve((socket, { piece }) => {
    if (piece === 1) socket.write(ok)
  })
  const sender = createSender(300)
  await call(sender, server.url)
  assert.deepEqual(await call(sender, server.url), { kind: 'failed', error: 'no answer within 300 ms' })
  assert.equal(server.requests(), 2)
})

test('a connection that the receiver closed while it was idle is not used again', async () => {
  const server = await serve((socket) => socket.write(ok))
  const sender = createSender()
  await call(sender, server.url)
  const [first] = server.connections
  first?.socket.end()
  await waitFor(() => first?.socket.destroyed === true)
  assert.deepEqual(await call(sender, server.url), answered(200, 'ok'))
  assert.equal(server.requests(), 2)
})

test('receivers that close whenever they like lose no call', async () => {
  // Closed right behind the answer, so that the end meets the next request somewhere on its way.
  const server = await serve((socket, { piece }) => {
    socket.write(ok)
    if (piece % 3 === 0) setImmediate(() => socket.end())
  })
  const sender = createSender()
  const results = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const kinds = new Set<string>()
      for (let i = 0; i < 50; i++) kinds.add((await call(sender, server.url)).kind)
      return [...kinds]
    }),
  )
  assert.deepEqual(results.flat(), Array(8).fill('answered'))
})

test('a receiver that answers before it has the whole request does not get the next one behind it', async () => {
  const server = await serve((socket, { piece }) => {
    if (piece > 1) return
    socket.pause()
    socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n')
  })
  const sender = createSender()
  const body = 'x'.repeat(16_000_000)
  const result = await new Promise<CallResult>((resolve) => {
    sender.send({ url: server.url, method: 'POST', body, headers: [] }, resolve)
  })
  assert.deepEqual(result, answered(413, ''))
  void call(sender, server.url)
  await waitFor(() => server.connections.length === 2)
})
