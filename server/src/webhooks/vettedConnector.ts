import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import type { Resolve } from './resolveAll.ts'

export interface VettedConnectorOptions {
  readonly isAllowed: (address: string) => boolean
  readonly resolve: Resolve
  /** For resolving, TCP and TLS together. */
  readonly connectTimeoutMs: number
}

/** The host has an address that must not be called. */
export class AddressRefused extends Error {
  override name = 'AddressRefused'
}

/**
 * Opens connections for undici to allowed addresses only. The check is part of the look-up that the socket itself
 * uses, so there is no second resolution for a rebinding name server to answer differently; Host header and SNI stay
 * the customer's name. One address that is not allowed refuses the whole name: nobody needs such a mixture.
 */
export function vettedConnector(options: VettedConnectorOptions): buildConnector.connector {
  const { isAllowed, resolve, connectTimeoutMs } = options
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
  const connect = buildConnector({ timeout: connectTimeoutMs, allowH2: false, lookup })
  return (target, callback) => {
    // An address needs no look-up, so the socket would not ask.
    if (isIP(target.hostname) === 0 || isAllowed(target.hostname)) connect(target, callback)
    else process.nextTick(callback, new AddressRefused(refusal), null)
  }
}

const refusal = 'the host has a private or reserved address'

function withFamily(address: string): { address: string; family: number } {
  return { address, family: isIP(address) }
}
