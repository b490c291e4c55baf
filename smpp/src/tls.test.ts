import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import { type BindOptions, bindEsme } from './connect.ts'
import { listenSmsc } from './listen.ts'
import { CommandStatus } from './status.ts'

const certificate = await selfSignedCertificate()
const skip = certificate === null ? 'no openssl to make a certificate with' : false

test('both sides speak TLS, and an ESME refuses a certificate it does not trust', { skip }, async (t) => {
  assert(certificate !== null)
  const sessionOptions = { windowMax: 10, responseTimeoutMs: 5000, enquireLinkMs: 0 }
  const smsc = await listenSmsc({
    host: '127.0.0.1',
    port: 0,
    tls: { key: certificate.key, cert: certificate.cert },
    session: sessionOptions,
    authenticate: () => CommandStatus.ESME_ROK,
    bound: (session) => ({
      request: (pdu) => session.respond(pdu, CommandStatus.ESME_ROK, { messageId: 'over-tls' }),
      closed: () => {},
    }),
  })
  t.after(() => smsc.close(100))
  const bind: BindOptions = {
    host: '127.0.0.1',
    port: smsc.port,
    bindType: 'transceiver',
    systemId: 'acme',
    password: 'secret',
    bindTimeoutMs: 5000,
    session: sessionOptions,
  }
  const handlers = { request: () => {}, closed: () => {} }

  const session = await bindEsme({ ...bind, tls: { ca: certificate.cert, servername: 'localhost' } }, handlers)
  let answered = 0
  await new Promise<void>((resolve) => {
    const done = () => {
      answered++
      if (answered === 200) resolve()
      else if (answered <= 191) session.request({ command: 'submit_sm', shortMessage: Buffer.alloc(140, 'x') }, done)
    }
    for (let count = 0; count < 10; count++) session.request({ command: 'submit_sm' }, done)
  })
  await session.unbind(5000)

  await assert.rejects(bindEsme({ ...bind, tls: true }, handlers), /self-signed certificate/)
  await assert.rejects(bindEsme({ ...bind, bindTimeoutMs: 300 }, handlers), { name: 'BindError' })
})

async function selfSignedCertificate(): Promise<{ key: string; cert: string } | null> {
  const directory = await mkdtemp(path.join(tmpdir(), 'smpp-tls-'))
  const [keyFile, certFile] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '1', '-out', certFile]
  try {
    await promisify(execFile)('openssl', ['req', '-x509', ...key, ...name])
    return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  } finally {
    await rm(directory, { recursive: true })
  }
}
