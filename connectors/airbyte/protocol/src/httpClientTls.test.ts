import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { createHttpClient } from './httpClient.ts'
import { ConfigError, TransientError } from './source.ts'
import { steppingClock } from './steppingClock.ts'

const certificate = await selfSignedCertificate()
const skip = certificate === null ? 'no openssl to make a certificate with' : false

test('a certificate that nobody vouches for is a config error, without further tries', { skip }, async (t) => {
  const port = await listen(
    t,
    createHttpsServer({ ...certificate }, (_request, response) => response.end('1')),
  )
  const { http, clock } = client(t, null)
  await assert.rejects(http.getJson(`https://127.0.0.1:${port}/x`), (error) => {
    return error instanceof ConfigError && /not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/.test(error.message)
  })
  assert.deepEqual(clock.waits, [])
})

test('https goes through the proxy of the environment, and a failing proxy is a passing fault', async (t) => {
  const asked: (string | undefined)[] = []
  const proxy = createHttpServer()
  proxy.on('connect', ({ url }, socket) => {
    asked.push(url)
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  const port = await listen(t, proxy)
  const { http } = client(t, { HTTPS_PROXY: `http://127.0.0.1:${port}` })
  await assert.rejects(http.getJson('https://api.example.invalid/x'), TransientError)
  assert.equal(asked[0], 'api.example.invalid:443')
})

function client(t: TestContext, proxyEnv: NodeJS.ProcessEnv | null) {
  const clock = steppingClock()
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const { signal } = new AbortController()
  const limits = { retryMsMax: 3_000 }
  const http = createHttpClient({ limits, clock, signal, log, proxyEnv, onRateLimited() {} })
  t.after(() => http.close())
  return { http, clock }
}

async function listen(t: TestContext, server: Server): Promise<number> {
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Null where openssl is not installed. */
async function selfSignedCertificate(): Promise<{ key: string; cert: string } | null> {
  const folder = await mkdtemp(join(tmpdir(), 'airbyte-tls-'))
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  try {
    await promisify(execFile)('openssl', ['req', '-x509', ...key, ...names, '-days', '1', '-out', certFile])
    return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  } finally {
    await rm(folder, { recursive: true })
  }
}
