import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, test } from 'node:test'
import { createResolve } from './resolveAll.ts'

const closes: (() => void)[] = []
afterEach(() => {
  for (const close of closes.splice(0)) close()
})

const A = 1
const AAAA = 28
const NXDOMAIN = 3

/** A name server on loopback; `answer` gives the addresses of a query type, a response code, or null for silence. */
async function startNameServer(answer: (type: number) => readonly Buffer[] | number | null): Promise<string> {
  const socket = createSocket('udp4')
  socket.on('message', (query, peer) => {
    // RFC 1035: 12 octets of header, then the one question: a name that ends with a zero octet, type, class.
    const end = query.indexOf(0, 12) + 5
    const type = query.readUInt16BE(end - 4)
    const addresses = answer(type)
    if (addresses === null) return
    const code = typeof addresses === 'number' ? addresses : 0
    const records = typeof addresses === 'number' ? [] : addresses.map((address) => record(type, address))
    const header = Buffer.alloc(12)
    query.copy(header, 0, 0, 2)
    header.writeUInt16BE(0x8180 | code, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(records.length, 6)
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), peer.port, peer.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  closes.push(() => socket.close())
  return `127.0.0.1:${socket.address().port}`
}

function record(type: number, address: Buffer): Buffer {
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, address.length])
  return Buffer.concat([head, address])
}

const ipv4 = Buffer.from([93, 184, 216, 34])
const ipv6 = Buffer.from('20010db8000000000000000000000001', 'hex')

test('all addresses of both families are returned, so that none escapes the check', async () => {
  const server = await startNameServer((type) => (type === A ? [ipv4, Buffer.from([10, 0, 0, 1])] : [ipv6]))
  const addresses = await createResolve({ servers: [server] })('hook.example')
  assert.deepEqual(addresses.toSorted(), ['10.0.0.1', '2001:db8::1', '93.184.216.34'])
})

test('one family is enough', async () => {
  const server = await startNameServer((type) => (type === AAAA ? [] : [ipv4]))
  assert.deepEqual(await createResolve({ servers: [server] })('hook.example'), ['93.184.216.34'])
})

test('a name the name servers do not know may be in the hosts file', async () => {
  const server = await startNameServer(() => NXDOMAIN)
  const addresses = await createResolve({ servers: [server] })('localhost')
  assert.ok(addresses.length > 0 && addresses.every((address) => ['127.0.0.1', '::1'].includes(address)))
})

test('a silent name server is an error in bounded time and never reaches the shared look-up threads', async () => {
  const server = await startNameServer(() => null)
  const resolve = createResolve({ servers: [server], queryTimeoutMs: 50 })
  // The hosts file would know this name at once.
  await assert.rejects(resolve('localhost'), { code: 'ETIMEOUT' })
})
