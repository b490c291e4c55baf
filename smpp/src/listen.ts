import net, { type Socket } from 'node:net'
import tls from 'node:tls'
import { systemClock } from './clock.ts'
import { SMPP_VERSION } from './encodePdu.ts'
import type { AnsweredRequest, BindPdu } from './pdu.ts'
import { type SessionHandlers, type SessionOptions, SmppSession } from './session.ts'
import { CommandStatus } from './status.ts'

export interface ListenOptions {
  readonly host: string
  readonly port: number // 0: any free one
  /** Key and certificate; left out: no TLS. */
  readonly tls?: tls.TlsOptions
  readonly session: SessionOptions
  /** From the connection to a bind that is accepted. */
  readonly bindTimeoutMs?: number
  readonly connectionsMax?: number
  /** What the SMSC calls itself in its answer to a bind. */
  readonly systemId?: string
  /** ESME_ROK lets the ESME in, any other status refuses it and closes; a rejected promise refuses with ESME_RSYSERR. */
  authenticate(bind: BindPdu, peer: Peer): number | Promise<number>
  /** Called behind the answer to the bind; what it returns gets the session's requests and its end. */
  bound(session: SmppSession, bind: BindPdu): SessionHandlers
  /** A connection could not be taken (no file descriptor left, `authenticate` rejected); listening goes on. */
  acceptFailed?(error: Error): void
}

export interface Peer {
  readonly address: string
  readonly port: number
}

export interface Smsc {
  readonly port: number
  /** Stops listening, unbinds every session (waiting up to `unbindTimeoutMs` for them) and resolves when all are closed. */
  close(unbindTimeoutMs?: number): Promise<void>
}

/** Listens as an SMSC. Rejects when the port cannot be had. */
export async function listenSmsc(options: ListenOptions): Promise<Smsc> {
  const bound = new Set<SmppSession>()
  const sockets = new Set<Socket>()
  const accept = (socket: Socket) => acceptSession(options, bound, socket)
  const handshakeTimeout = options.bindTimeoutMs ?? BIND_TIMEOUT_MS
  const server =
    options.tls === undefined
      ? net.createServer(accept)
      : tls.createServer({ handshakeTimeout, ...options.tls }, accept)
  server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      server.on('error', (error) => options.acceptFailed?.(error))
      resolve()
    })
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    async close(unbindTimeoutMs = UNBIND_TIMEOUT_MS) {
      const closed = new Promise((resolve) => server.close(resolve))
      await Promise.all(Array.from(bound, (session) => session.unbind(unbindTimeoutMs)))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

const CONNECTIONS_MAX = 1000
const UNBIND_TIMEOUT_MS = 1000
const BIND_TIMEOUT_MS = 5000

/** Until its bind is accepted a session gets nothing but refusals. */
function acceptSession(options: ListenOptions, bound: Set<SmppSession>, socket: Socket): void {
  const { session: sessionOptions, bindTimeoutMs = BIND_TIMEOUT_MS } = options
  const { clock = systemClock } = sessionOptions
  const peer = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }
  let bind: BindPdu | null = null // null: no bind was asked for
  let handlers: SessionHandlers | null = null // null: none was accepted

  const session = new SmppSession(socket, sessionOptions, {
    request(pdu) {
      if (isBind(pdu)) takeBind(pdu)
      else if (handlers !== null && bind?.command !== 'bind_receiver' && ESME_COMMANDS.has(pdu.command)) {
        handlers.request(pdu, session)
      } else {
        session.respond(pdu, CommandStatus.ESME_RINVBNDSTS)
      }
    },
    closed(reason) {
      cancelBindTimer()
      bound.delete(session)
      handlers?.closed(reason)
    },
  })
  const cancelBindTimer = clock.after(bindTimeoutMs, () => session.destroy(`no bind within ${bindTimeoutMs} ms`))

  function takeBind(pdu: BindPdu): void {
    if (bind === null) {
      bind = pdu
      askAuthentication(options, pdu, peer).then((commandStatus) => answerBind(pdu, commandStatus))
    } else {
      session.respond(pdu, CommandStatus.ESME_RALYBND)
    }
  }

  function answerBind(pdu: BindPdu, commandStatus: number): void {
    if (!session.isOpen) return
    const tlvs = { scInterfaceVersion: SMPP_VERSION }
    if (commandStatus === CommandStatus.ESME_ROK) {
      cancelBindTimer()
      session.respond(pdu, commandStatus, { systemId: options.systemId ?? '', tlvs })
      bound.add(session)
      handlers = options.bound(session, pdu)
    } else {
      session.respond(pdu, commandStatus)
      session.end('bind refused')
    }
  }
}

async function askAuthentication(options: ListenOptions, bind: BindPdu, peer: Peer): Promise<number> {
  try {
    return await options.authenticate(bind, peer)
  } catch (error) {
    options.acceptFailed?.(error instanceof Error ? error : new Error(String(error)))
    return CommandStatus.ESME_RSYSERR
  }
}

function isBind(pdu: AnsweredRequest): pdu is BindPdu {
  return pdu.command === 'bind_transceiver' || pdu.command === 'bind_transmitter' || pdu.command === 'bind_receiver'
}

/** What an ESME may ask of an SMSC once it is bound as transmitter or transceiver, section 2.3. */
const ESME_COMMANDS: ReadonlySet<AnsweredRequest['command']> = new Set([
  'submit_sm',
  'submit_multi',
  'data_sm',
  'query_sm',
  'cancel_sm',
  'replace_sm',
])
