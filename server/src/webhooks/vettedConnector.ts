import { connect as connectTcp, isIP, type LookupFunction, type OnReadOpts, Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Origin } from './httpTarget.ts'
import type { Resolve } from './resolveAll.ts'

export interface VettedConnectorOptions {
  readonly isAllowed: (address: string) => boolean
  readonly resolve: Resolve
}

/**
 * Opens a connection; whatever stands against it is an 'error' of the socket. It can be written to from 'connect' on,
 * or 'secureConnect' where the origin is secure. What comes in goes to `onread`.
 */
export type Connect = (origin: Origin, onread: OnReadOpts) => Socket

/** The host has an address that must not be called. */
export class AddressRefused extends Error {
  override name = 'AddressRefused'
}

/** TLS sessions kept to be resumed, one for an origin. */
export const tlsSessionsMax = 1_000

/**
 * Opens connections to allowed addresses only. The check is part of the look-up that the socket itself uses, so there
 * is no second resolution for a rebinding name server to answer differently; SNI and the name that the certificate has
 * to carry stay the customer's. One address that is not allowed refuses the whole name: nobody needs such a mixture.
 */
export function vettedConnector({ isAllowed, resolve }: VettedConnectorOptions): Connect {
  const lookup: LookupFunction = (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (first === undefined) callback(new Error('the host name has no address'), '')
        else if (!addresses.every(isAllowed)) callback(new AddressRefused(refusal), '')
        else if (all) callback(null, addresses.map(withFamily))
        else callback(null, first, isIP(first))
      },
      (error) => callback(error, ''),
    )
  }
  const sessions = new Map<string, Buffer>()
  return (origin, onread) => {
    const { hostname, port, secure } = origin
    // An address needs no look-up, so the socket would not ask.
    if (isIP(hostname) !== 0 && !isAllowed(hostname)) return new Socket().destroy(new AddressRefused(refusal))
    const options = { host: hostname, port, lookup, noDelay: true, onread }
    return secure ? connectSecurely(origin, options, sessions) : connectTcp(options)
  }
}

const refusal = 'the host has a private or reserved address'

function withFamily(address: string): { address: string; family: number } {
  return { address, family: isIP(address) }
}

function connectSecurely(
  { name, hostname }: Origin,
  options: { host: string; port: number; lookup: LookupFunction; noDelay: boolean; onread: OnReadOpts },
  sessions: Map<string, Buffer>,
): TLSSocket {
  const session = sessions.get(name)
  const socket = connectTls({
    ...options,
    // An address is no server name (RFC 6066, section 3).
    ...(isIP(hostname) === 0 && { servername: hostname }),
    ...(session !== undefined && { session }),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
  })
  // Node gives a session out only after it has verified the certificate.
  return socket.on('session', (fresh) => {
    sessions.delete(name)
    sessions.set(name, fresh)
    const [oldest] = sessions.keys()
    if (sessions.size > tlsSessionsMax && oldest !== undefined) sessions.delete(oldest)
  })
}
