import net, { type Socket } from 'node:net'
import tls from 'node:tls'
import { systemClock } from './clock.ts'
import { SMPP_VERSION } from './encodePdu.ts'
import type { RequestPdu } from './pdu.ts'
import { type RequestResult, type SessionHandlers, type SessionOptions, SmppSession } from './session.ts'
import { CommandStatus, statusName } from './status.ts'

export interface BindOptions {
  readonly host: string
  readonly port: number
  /** True: TLS with the system's certificate authorities; otherwise options of node:tls. Left out or false: none. */
  readonly tls?: boolean | tls.ConnectionOptions
  readonly bindType: 'transceiver' | 'transmitter' | 'receiver'
  readonly systemId: string
  readonly password: string
  readonly systemType?: string
  readonly addrTon?: number
  readonly addrNpi?: number
  readonly addressRange?: string
  readonly interfaceVersion?: number // 0x34 when left out
  /** From the first SYN to the answer to the bind. */
  readonly bindTimeoutMs: number
  /** Gives up the attempt. */
  readonly signal?: AbortSignal
  readonly session: SessionOptions
}

/** Why there is no bind. The message is a full sentence for people, without credentials. */
export class BindError extends Error {
  override readonly name = 'BindError'
  /** What the SMSC refused the bind with; null: it never answered it. */
  readonly commandStatus: number | null

  constructor(message: string, commandStatus: number | null) {
    super(message)
    this.commandStatus = commandStatus
  }
}

/**
 * Connects to an SMSC and binds. Rejects with BindError; `handlers.closed` is only called for a session that was
 * bound. An SMSC may send deliver_sm right behind its answer, so `handlers.request` can be called before this resolves.
 */
export function bindEsme(options: BindOptions, handlers: SessionHandlers): Promise<SmppSession> {
  const smsc = `${options.host}:${options.port}`
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) return reject(new BindError(`The bind to ${smsc} was given up`, null))
    let bound = false
    const session = new SmppSession(openSocket(options), options.session, {
      request(pdu) {
        if (bound) handlers.request(pdu, session)
        else session.respond(pdu, CommandStatus.ESME_RINVBNDSTS)
      },
      notification(pdu) {
        if (bound) handlers.notification?.(pdu, session)
      },
      closed(reason) {
        stopWaiting()
        if (bound) handlers.closed(reason)
        else reject(new BindError(`No bind to ${smsc}: ${reason}`, null))
      },
    })
    const stopWaiting = limitWait(options, session)
    session.request(bindRequest(options), (result) => {
      const commandStatus = result.kind === 'response' ? result.pdu.commandStatus : null
      if (commandStatus === CommandStatus.ESME_ROK) {
        stopWaiting()
        bound = true
        resolve(session)
      } else if (commandStatus !== null) {
        reject(new BindError(`${smsc} refused the bind: ${statusName(commandStatus)}`, commandStatus))
        session.destroy('bind refused')
      } else {
        session.destroy(unansweredReason(result))
      }
    })
  })
}

function openSocket({ host, port, tls: tlsOptions }: BindOptions): Socket {
  if (tlsOptions === undefined || tlsOptions === false) return net.connect({ host, port })
  // An address is no server name (RFC 6066 section 3), and node warns when one is sent.
  const servername = net.isIP(host) === 0 ? { servername: host } : {}
  return tls.connect({ host, port, ...servername, ...(tlsOptions === true ? {} : tlsOptions) })
}

/** Ends the session when the bind takes too long or is given up; the returned function stops that. */
function limitWait({ session: { clock = systemClock }, bindTimeoutMs, signal }: BindOptions, session: SmppSession) {
  const giveUp = () => session.destroy('given up')
  const cancelTimer = clock.after(bindTimeoutMs, () => session.destroy(`no answer within ${bindTimeoutMs} ms`))
  signal?.addEventListener('abort', giveUp, { once: true })
  return () => {
    cancelTimer()
    signal?.removeEventListener('abort', giveUp)
  }
}

function bindRequest(options: BindOptions): RequestPdu {
  return {
    command: bindCommands[options.bindType],
    systemId: options.systemId,
    password: options.password,
    systemType: options.systemType ?? '',
    interfaceVersion: options.interfaceVersion ?? SMPP_VERSION,
    addrTon: options.addrTon ?? 0,
    addrNpi: options.addrNpi ?? 0,
    addressRange: options.addressRange ?? '',
  }
}

const bindCommands = {
  transceiver: 'bind_transceiver',
  transmitter: 'bind_transmitter',
  receiver: 'bind_receiver',
} as const

function unansweredReason(result: RequestResult): string {
  return result.kind === 'unsent' ? result.detail : 'the bind was not answered'
}
