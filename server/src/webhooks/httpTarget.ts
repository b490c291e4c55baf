/** A server that connections can be kept to. */
export interface Origin {
  /** Scheme, host and port: what tells origins apart. */
  readonly name: string
  readonly secure: boolean
  /** A name or an address, the latter without brackets. */
  readonly hostname: string
  readonly port: number
}

export interface HttpTarget {
  readonly origin: Origin
  /** For the Host header: without the port where it is the scheme's own. */
  readonly host: string
  /** With the query, without the fragment. */
  readonly path: string
}

/** Where a URL leads; null when it is no absolute http or https URL. User name and password are left out. */
export function parseHttpTarget(url: string): HttpTarget | null {
  const parsed = URL.parse(url)
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) return null
  const secure = parsed.protocol === 'https:'
  const { hostname } = parsed
  const origin = {
    name: parsed.origin,
    secure,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: parsed.port === '' ? (secure ? HTTPS_PORT : HTTP_PORT) : Number(parsed.port),
  }
  return { origin, host: parsed.host, path: parsed.pathname + parsed.search }
}

const HTTP_PORT = 80
const HTTPS_PORT = 443
