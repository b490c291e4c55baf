import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { systemClock } from '../clock.ts'
import { HttpSender } from './httpSender.ts'
import type { CallResult } from './sender.ts'

const certificate = await selfSignedCertificate()
const skip = certificate === null ? 'no openssl to make a certificate with' : false

interface Seen {
  readonly host: string | undefined
  readonly servername: unknown
  readonly resumed: boolean
  readonly port: number | undefined
}

let server: Server
let port = 0
const seen: Seen[] = []

before(async () => {
  server = createServer({ ...certificate }, ({ headers, socket }, response) => {
    assert(socket instanceof TLSSocket)
    const servername: unknown = 'servername' in socket ? socket.servername : undefined
    seen.push({ host: headers.host, servername, resumed: socket.isSessionReused(), port: socket.remotePort })
    response.writeHead(200, headers['webhook-id'] === 'last' ? { connection: 'close' } : {}).end('secret')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

after(() => {
  server.closeAllConnections()
  server.close()
})

function createSender(addresses = ['127.0.0.1']): HttpSender {
  const resolve = async () => addresses
  return new HttpSender({ clock: systemClock, userAgent: 'test', allowPrivateNetworks: true, resolve })
}

function call(sender: HttpSender, url: string, id: string): Promise<CallResult> {
  return new Promise((done) => {
    sender.send({ url, method: 'POST', body: '{}', headers: ['webhook-id', id] }, done)
  })
}

test('a certificate of nobody known is refused', { skip }, async () => {
  const sender = createSender()
  const result = await call(sender, `https://hook.example:${port}/`, 'a')
  assert.ok(result.kind === 'failed' && /self-signed certificate/.test(result.error))
  assert.equal(seen.length, 0)
  await sender.close()
})

test('TLS goes by the name in the URL, whatever the address, and resumes its session on the next connection', {
  skip,
}, async () => {
  assert(certificate !== null)
  const known = getCACertificates('default')
  setDefaultCACertificates([certificate.cert])
  const sender = createSender()
  try {
    for (const id of ['first', 'last', 'new']) {
      const result = await call(sender, `https://hook.example:${port}/`, id)
      assert.deepEqual(result, { kind: 'answered', status: 200, retryAfter: null, responseStart: 'secret' })
    }
    const [first, last, resumed] = seen
    assert.equal(first?.host, `hook.example:${port}`)
    assert.equal(first?.servername, 'hook.example')
    assert.equal(last?.port, first?.port)
    assert.deepEqual([first?.resumed, resumed?.resumed], [false, true])
    const other = await call(sender, `https://other.example:${port}/`, 'a')
    assert.ok(other.kind === 'failed' && /does not match certificate/.test(other.error))
    const again = await call(sender, `https://other.example:${port}/`, 'a')
    assert.deepEqual(again, other)
    assert.equal(seen.length, 3)
    const address = await call(sender, `https://127.0.0.1:${port}/`, 'a')
    assert.equal(address.kind, 'answered')
    const second = createSender(['127.0.0.9', '127.0.0.1'])
    const moved = await call(second, `https://hook.example:${port}/`, 'last')
    assert.equal(moved.kind, 'answered')
    assert.equal(seen.at(-1)?.servername, 'hook.example')
    await second.close()
  } finally {
    await sender.close()
    setDefaultCACertificates(known)
  }
})

async function selfSignedCertificate(): Promise<{ key: string; cert: string } | null> {
  const directory = await mkdtemp(path.join(tmpdir(), 'webhook-tls-'))
  const [keyFile, certFile] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  const names = ['-subj', '/CN=hook.example', '-addext', 'subjectAltName=DNS:hook.example,IP:127.0.0.1']
  try {
    await promisify(execFile)('openssl', ['req', '-x509', ...key, ...names, '-days', '1', '-out', certFile])
    return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  } finally {
    await rm(directory, { recursive: true })
  }
}
