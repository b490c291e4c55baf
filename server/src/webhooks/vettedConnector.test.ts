import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { test } from 'node:test'
import { waitFor } from '../../test/waitFor.ts'
import { type Connect, vettedConnector } from './vettedConnector.ts'

/** Loopback servers on one port of two addresses, which greet; the tests allow the first and refuse the second. */
async function startServers() {
  const called: string[] = []
  const start = async (address: string, port: number): Promise<Server> => {
    const server = createServer((socket) => {
      called.push(address)
      socket.on('error', () => {}).end('welcome')
    })
    server.listen(port, address)
    await once(server, 'listening')
    return server
  }
  const allowed = await start('127.0.0.2', 0)
  const { port } = allowed.address() as AddressInfo
  const refused = await start('127.0.0.3', port)
  return {
    port,
    called,
    close() {
      for (const server of [allowed, refused]) server.close()
    },
  }
}

const isAllowed = (address: string) => address === '127.0.0.2'

/** What the server says; rejects with the socket's error. */
async function greeting(connect: Connect, hostname: string, port: number): Promise<string> {
  const buffer = Buffer.alloc(100)
  let said = ''
  const callback = (bytes: number) => {
    said += buffer.toString('latin1', 0, bytes)
    return true
  }
  const origin = { name: `http://${hostname}:${port}`, secure: false, hostname, port }
  const socket = connect(origin, { buffer, callback })
  await once(socket, 'close')
  return said
}

test('a name server that changes its answer between check and connect gains nothing', async () => {
  const servers = await startServers()
  const answers = [['127.0.0.2'], ['127.0.0.3'], ['127.0.0.2', '127.0.0.3'], []]
  let lookups = 0
  const connect = vettedConnector({ isAllowed, resolve: async () => answers[lookups++] ?? [] })
  const greet = () => greeting(connect, 'rebinding.example', servers.port)
  try {
    assert.equal(await greet(), 'welcome')
    assert.equal(lookups, 1)
    await assert.rejects(greet, { name: 'AddressRefused' })
    await assert.rejects(greet, { name: 'AddressRefused' })
    await assert.rejects(greet, /no address/)
    assert.deepEqual(servers.called, ['127.0.0.2'])
  } finally {
    servers.close()
  }
})

test('every connection is vetted anew, and each by exactly one look-up', async () => {
  const servers = await startServers()
  const asked: string[] = []
  const connect = vettedConnector({
    isAllowed,
    async resolve(hostname) {
      asked.push(hostname)
      return ['127.0.0.2']
    },
  })
  try {
    for (let i = 0; i < 3; i++) await greeting(connect, 'hook.example', servers.port)
    assert.deepEqual(asked, Array(3).fill('hook.example'))
  } finally {
    servers.close()
  }
})

test('an address in place of a name is checked without a look-up', async () => {
  const servers = await startServers()
  const connect = vettedConnector({ isAllowed, resolve: () => Promise.reject(new Error('asked')) })
  try {
    assert.equal(await greeting(connect, '127.0.0.2', servers.port), 'welcome')
    await assert.rejects(greeting(connect, '127.0.0.3', servers.port), { name: 'AddressRefused' })
    await assert.rejects(greeting(connect, '::1', servers.port), { name: 'AddressRefused' })
    assert.deepEqual(servers.called, ['127.0.0.2'])
  } finally {
    servers.close()
  }
})

test('of several allowed addresses the next one is tried when the first refuses', async () => {
  const servers = await startServers()
  const resolve = async () => ['127.0.0.4', '127.0.0.2']
  const connect = vettedConnector({ isAllowed: (address) => address !== '127.0.0.3', resolve })
  try {
    assert.equal(await greeting(connect, 'hook.example', servers.port), 'welcome')
    await waitFor(() => servers.called.length === 1)
  } finally {
    servers.close()
  }
})
