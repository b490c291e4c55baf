import { lookup, Resolver } from 'node:dns/promises'

/** All addresses of a host name, at least one; rejects when there are none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>

export interface ResolveOptions {
  /** Name servers as 'address:port' instead of the system's. */
  readonly servers?: readonly string[]
  readonly queryTimeoutMs?: number
}

const queryTimeoutMsDefault = 2_000
const queryTriesMax = 2

/**
 * Asks the name servers directly first. `dns.lookup` runs on the four threads that all file access shares, so a few
 * customers with dead name servers could stop the process with it; it is asked only about names the name servers say
 * do not exist, for then it answers at once: hosts file, search domains.
 */
export function createResolve(options: ResolveOptions = {}): Resolve {
  const resolver = new Resolver({ timeout: options.queryTimeoutMs ?? queryTimeoutMsDefault, tries: queryTriesMax })
  if (options.servers !== undefined) resolver.setServers(options.servers)
  return async (hostname) => {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const addresses = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (addresses.length > 0) return addresses
    const slow = [v4, v6].find((answer) => answer.status === 'rejected' && !isNegative(answer.reason))
    if (slow?.status === 'rejected') throw slow.reason
    return (await lookup(hostname, { all: true })).map((entry) => entry.address)
  }
}

function isNegative(reason: unknown): boolean {
  return reason instanceof Error && 'code' in reason && (reason.code === 'ENOTFOUND' || reason.code === 'ENODATA')
}
