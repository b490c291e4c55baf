import { createRequire } from 'node:module'
import type { AddressInfo, Server, Socket } from 'node:net'

/** The parts of the npm package `smpp` that the tests use; it has no types of its own. */
interface NpmSmpp {
  createServer(options: { key?: string; cert?: string }, onSession: (session: NpmSession) => void): Server
}

export interface NpmSession {
  readonly socket: Socket
  on(event: 'pdu', listener: (pdu: NpmPdu) => void): void
  on(event: 'error', listener: (error: Error) => void): void
  send(pdu: NpmPdu): boolean
  deliver_sm(fields: Record<string, unknown>, answered: (pdu: NpmPdu) => void): boolean
}

export interface NpmPdu {
  readonly command: string
  readonly command_status: number
  readonly destination_addr?: string
  readonly source_addr?: string
  readonly data_coding?: number
  readonly short_message?: { readonly message: string; readonly udh?: readonly Buffer[] }
  isResponse(): boolean
  response(fields?: Record<string, unknown>): NpmPdu
}

/**
 * An SMSC made of an implementation that is not ours, to find out what both ends of our own would agree on wrongly.
 * `take` answers everything but enquire_link and unbind.
 */
export async function startNpmSmsc(
  take: (pdu: NpmPdu, session: NpmSession) => void,
  tls: { key?: string; cert?: string } = {},
): Promise<{ port: number; sessions: NpmSession[]; close(): Promise<void> }> {
  const sessions: NpmSession[] = []
  const server = smpp.createServer(tls, (session) => {
    sessions.push(session)
    session.on('error', () => session.socket.destroy())
    session.on('pdu', (pdu) => {
      if (pdu.isResponse()) return
      if (pdu.command === 'enquire_link' || pdu.command === 'unbind') session.send(pdu.response())
      else take(pdu, session)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  return {
    port: address.port,
    sessions,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const { socket } of sessions) socket.destroy()
      }),
  }
}

const smpp: NpmSmpp = createRequire(import.meta.url)('smpp')
