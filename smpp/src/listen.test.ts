import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import test, { type TestContext } from 'node:test'
import { until } from '../test/until.ts'
import { BindError, type BindOptions, bindEsme } from './connect.ts'
import { type ListenOptions, listenSmsc } from './listen.ts'
import { decodePdu, encodePdu, type PduToSend } from './pdu.ts'
import type { SmppSession } from './session.ts'
import { CommandStatus } from './status.ts'

const sessionOptions = { windowMax: 10, responseTimeoutMs: 5000, enquireLinkMs: 0 }
const quiet = { request: () => {}, closed: () => {} }

test('a bind with the right password is a session on both sides', async (t) => {
  const { bind, bound } = await smscFor(t)
  const session = await bindEsme(bind, quiet)
  t.after(() => session.destroy('over'))
  assert.equal(session.isOpen, true)
  assert.deepEqual(bound, ['acme'])
})

test('a refused bind rejects with the status by name and without the password', async (t) => {
  const { bind, bound } = await smscFor(t)
  await assert.rejects(bindEsme({ ...bind, password: 'wrong' }, quiet), (error) => {
    assert(error instanceof BindError)
    assert.equal(error.commandStatus, CommandStatus.ESME_RINVPASWD)
    assert.match(error.message, /^127\.0\.0\.1:\d+ refused the bind: ESME_RINVPASWD$/)
    return true
  })
  assert.deepEqual(bound, [])
})

test('an authentication that fails by itself refuses the bind and is told', async (t) => {
  const failures: string[] = []
  const { bind } = await smscFor(t, {
    authenticate: () => Promise.reject(new Error('no database')),
    acceptFailed: ({ message }) => failures.push(message),
  })
  await assert.rejects(bindEsme(bind, quiet), { commandStatus: CommandStatus.ESME_RSYSERR })
  assert.deepEqual(failures, ['no database'])
})

test('an SMSC that does not exist, does not answer or hangs up rejects the bind', async (t) => {
  const { bind } = await smscFor(t)
  const silent = net.createServer((socket) => t.after(() => socket.destroy()))
  const hangingUp = net.createServer((socket) => socket.end())
  const [silentPort, hangingUpPort] = await Promise.all([silent, hangingUp].map((server) => listening(t, server)))
  assert(silentPort !== undefined && hangingUpPort !== undefined)
  await assert.rejects(
    bindEsme({ ...bind, port: await freePort() }, quiet),
    /No bind to 127\.0\.0\.1:\d+: .*ECONNREFUSED/,
  )
  await assert.rejects(bindEsme({ ...bind, port: silentPort, bindTimeoutMs: 50 }, quiet), /no answer within 50 ms/)
  await assert.rejects(bindEsme({ ...bind, port: hangingUpPort }, quiet), /closed by the peer/)
})

test('a bind that is given up rejects at once, before and after it began', async (t) => {
  const { bind } = await smscFor(t, { authenticate: () => new Promise(() => {}) })
  const abort = new AbortController()
  const binding = bindEsme({ ...bind, signal: abort.signal }, quiet)
  setImmediate(() => abort.abort())
  await assert.rejects(binding, /given up/)
  await assert.rejects(bindEsme({ ...bind, signal: abort.signal }, quiet), /given up/)
})

test('nothing is taken before the bind, and a second bind is refused', async (t) => {
  const { port, handed } = await smscFor(t)
  const talk = await rawEsme(t, port)
  assert.equal((await talk({ command: 'submit_sm', sequenceNumber: 1 })).commandStatus, CommandStatus.ESME_RINVBNDSTS)
  const bind = { command: 'bind_transceiver', sequenceNumber: 2, systemId: 'acme', password: 'secret' } as const
  assert.equal((await talk(bind)).commandStatus, CommandStatus.ESME_ROK)
  assert.equal((await talk({ ...bind, sequenceNumber: 3 })).commandStatus, CommandStatus.ESME_RALYBND)
  assert.deepEqual(handed, [])
})

test('a receiver may not submit, and nobody may deliver to an SMSC', async (t) => {
  const { port, handed } = await smscFor(t)
  for (const command of ['bind_receiver', 'bind_transceiver'] as const) {
    const talk = await rawEsme(t, port)
    await talk({ command, sequenceNumber: 1, systemId: 'acme', password: 'secret' })
    const wrong = command === 'bind_receiver' ? 'submit_sm' : 'deliver_sm'
    const refusal = await talk({ command: wrong, sequenceNumber: 2 })
    assert.deepEqual([refusal.command, refusal.commandStatus], [`${wrong}_resp`, CommandStatus.ESME_RINVBNDSTS])
  }
  assert.deepEqual(handed, [])
})

test('a connection that does not bind in time is closed', async (t) => {
  const { port } = await smscFor(t, { bindTimeoutMs: 30 })
  const socket = net.connect(port, '127.0.0.1')
  socket.resume()
  await once(socket, 'close')
})

test('an SMSC may deliver right behind its answer to the bind', async (t) => {
  const { bind } = await smscFor(t, {
    bound(session) {
      session.request({ command: 'deliver_sm', sourceAddr: '491' }, () => {})
      return quiet
    },
  })
  const requests: string[] = []
  const session = await bindEsme(bind, { request: (pdu) => requests.push(pdu.command), closed: () => {} })
  t.after(() => session.destroy('over'))
  await until('the deliver_sm', () => requests.length === 1)
  assert.deepEqual(requests, ['deliver_sm'])
})

test('closing an SMSC unbinds the bound, drops the others and gives up its port', async (t) => {
  const { bind, port, smsc } = await smscFor(t, { bindTimeoutMs: 600_000 })
  const closed: string[] = []
  await bindEsme(bind, { request: () => {}, closed: (reason) => closed.push(reason) })
  const unbound = net.connect(port, '127.0.0.1')
  await once(unbound, 'connect')
  const ended = once(unbound, 'close')
  unbound.on('error', () => {})
  unbound.resume()
  await smsc.close()
  await ended
  assert.deepEqual(closed, ['unbound by the peer'])
  const again = await listenSmsc({ ...listenOptions, port })
  await again.close()
})

test('a port that is taken rejects', async (t) => {
  const { port } = await smscFor(t)
  await assert.rejects(listenSmsc({ ...listenOptions, port }), { code: 'EADDRINUSE' })
})

test('garbage before the bind leaves the SMSC open for others', async (t) => {
  const { bind, port } = await smscFor(t)
  for (const garbage of ['GET / HTTP/1.1\r\n\r\n', '\0\0\0\x10\0\0\0\x09', '\xff'.repeat(100)]) {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.end(Buffer.from(garbage, 'latin1'))
    socket.resume()
    await once(socket, 'close')
  }
  const session = await bindEsme(bind, quiet)
  await session.unbind(1000)
})

const listenOptions: ListenOptions = {
  host: '127.0.0.1',
  port: 0,
  session: sessionOptions,
  authenticate: ({ password }) => (password === 'secret' ? CommandStatus.ESME_ROK : CommandStatus.ESME_RINVPASWD),
  bound: () => quiet,
}

async function smscFor(t: TestContext, options: Partial<ListenOptions> = {}) {
  const bound: string[] = []
  const handed: string[] = []
  const smsc = await listenSmsc({
    ...listenOptions,
    bound(session: SmppSession, { systemId }) {
      bound.push(systemId)
      return { request: (pdu) => handed.push(pdu.command), closed: () => assert.equal(session.isOpen, false) }
    },
    ...options,
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
  return { smsc, port: smsc.port, bind, bound, handed }
}

/** Sends one PDU at a time and gives back the next one that comes. */
async function rawEsme(t: TestContext, port: number) {
  const socket = net.connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  return async (pdu: PduToSend) => {
    const answered = once(socket, 'data')
    socket.write(encodePdu(pdu))
    const [octets] = await answered
    return decodePdu(octets)
  }
}

async function listening(t: TestContext, server: net.Server): Promise<number> {
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A port that was free a moment ago and that nothing listens on. */
async function freePort(): Promise<number> {
  const smsc = await listenSmsc(listenOptions)
  await smsc.close()
  return smsc.port
}
