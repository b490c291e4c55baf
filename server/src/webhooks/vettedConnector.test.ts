import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Agent, request } from 'undici'
import { vettedConnector } from './vettedConnector.ts'

/** A loopback server on two addresses; the tests allow the first and refuse the second. */
async function startServers() {
  const hosts: string[] = []
  const start = async (address: string, port: number) => {
    const server = createServer((incoming, response) => {
      hosts.push(`${address} ${incoming.headers.host}`)
      response.end('ok')
    })
    server.listen(port, address)
    await once(server, 'listening')
    return server
  }
  const allowed = await start('127.0.0.2', 0)
  const port = (allowed.address() as AddressInfo).port
  const refused = await start('127.0.0.3', port)
  return {
    port,
    hosts,
    close() {
      for (const server of [allowed, refused]) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}

const isAllowed = (address: string) => address === '127.0.0.2'

test('a name server that changes its answer between check and connect gains nothing', async () => {
  const servers = await startServers()
  const answers = [['127.0.0.2'], ['127.0.0.3'], ['127.0.0.2', '127.0.0.3']]
  let lookups = 0
  const connect = vettedConnector({
    isAllowed,
    connectTimeoutMs: 2_000,
    resolve: async () => answers[lookups++] ?? [],
  })
  const url = `http://rebinding.example:${servers.port}/`
  const get = async () => {
    const agent = new Agent({ connect })
    try {
      const { body } = await request(url, { dispatcher: agent })
      return await body.text()
    } finally {
      await agent.destroy()
    }
  }
  try {
    assert.equal(await get(), 'ok')
    assert.equal(lookups, 1)
    await assert.rejects(get, { name: 'AddressRefused' })
    await assert.rejects(get, { name: 'AddressRefused' })
    assert.deepEqual(servers.hosts, [`127.0.0.2 rebinding.example:${servers.port}`])
  } finally {
    servers.close()
  }
})

test('every connection is vetted anew, and each by exactly one look-up', async () => {
  const servers = await startServers()
  let lookups = 0
  const connect = vettedConnector({
    isAllowed,
    connectTimeoutMs: 2_000,
    async resolve() {
      lookups += 1
      return ['127.0.0.2']
    },
  })
  const agent = new Agent({ connect, pipelining: 0 })
  try {
    for (let i = 0; i < 3; i++) {
      const { body } = await request(`http://hook.example:${servers.port}/`, { dispatcher: agent })
      await body.dump()
    }
    assert.equal(lookups, 3)
  } finally {
    await agent.destroy()
    servers.close()
  }
})
