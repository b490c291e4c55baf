import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { type RawServer, startRawServer } from '../../test/rawServer.ts'
import { waitFor } from '../../test/waitFor.ts'
import { idleConnectionMs } from './connectionPool.ts'
import { HttpSender, sweepMs } from './httpSender.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function serve(): Promise<RawServer> {
  const server = await startRawServer((socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'))
  cleanups.push(() => server.close())
  return server
}

function createSender(clock: FakeClock, idleConnectionsMax = 100): HttpSender {
  const sender = new HttpSender({ clock, userAgent: 'test', allowPrivateNetworks: true, idleConnectionsMax })
  cleanups.push(() => sender.close())
  return sender
}

function call(sender: HttpSender, url: string): Promise<unknown> {
  return new Promise((resolve) => sender.send({ url, method: 'GET', body: null, headers: [] }, resolve))
}

function open(server: RawServer): number {
  return server.connections.filter(({ socket }) => !socket.destroyed).length
}

test('a free connection is kept for its time, measured from its last use', async () => {
  const server = await serve()
  const clock = new FakeClock()
  const sender = createSender(clock)
  await call(sender, server.url)
  clock.advance(idleConnectionMs - sweepMs)
  await call(sender, server.url)
  clock.advance(idleConnectionMs - 1)
  await call(sender, server.url)
  assert.equal(server.connections.length, 1)
  clock.advance(idleConnectionMs + sweepMs)
  await waitFor(() => open(server) === 0)
  await call(sender, server.url)
  assert.equal(server.connections.length, 2)
})

test('the connection used last is used next, so that those not needed grow old', async () => {
  const server = await serve()
  const clock = new FakeClock()
  const sender = createSender(clock)
  await Promise.all([1, 2, 3].map(() => call(sender, server.url)))
  for (let i = 0; i < 5; i++) {
    clock.advance(idleConnectionMs / 4)
    await call(sender, server.url)
  }
  await waitFor(() => open(server) === 1)
  assert.equal(server.connections.length, 3)
})

test('origins do not share connections, ports and schemes included', async () => {
  const servers = [await serve(), await serve()]
  const sender = createSender(new FakeClock())
  for (const { url } of [...servers, ...servers]) await call(sender, url)
  const [first] = servers
  assert.ok(first)
  await call(sender, first.url.replace('http:', 'https:'))
  assert.deepEqual(
    servers.map((server) => server.connections.length),
    [2, 1],
  )
})

test('when too many connections are free, the one idle the longest goes', async () => {
  const [first, second] = [await serve(), await serve()]
  const sender = createSender(new FakeClock(), 8)
  await call(sender, first.url)
  await Promise.all(Array.from({ length: 8 }, () => call(sender, second.url)))
  await waitFor(() => open(first) === 0)
  assert.equal(open(second), 8)
})

test('closing closes free connections and those still being opened', async () => {
  const server = await serve()
  const sender = createSender(new FakeClock())
  await call(sender, server.url)
  const opening = [call(sender, server.url), call(sender, server.url)]
  await sender.close()
  assert.deepEqual(await Promise.all(opening), [{ kind: 'aborted' }, { kind: 'aborted' }])
  await waitFor(() => open(server) === 0)
})
