import { ConfigError } from './source.ts'

/** @throws ConfigError for an address we do not send credentials to: no URL, not https, or with a password of its own. */
export function httpAddress(url: URL | string, { allowPlainHttp }: { allowPlainHttp: boolean }): URL {
  const address = typeof url === 'string' ? parsed(url) : url
  if (address.username !== '' || address.password !== '') {
    throw new ConfigError(`The address ${shownAddress(address)} must not have credentials in it`)
  }
  const isPlain = address.protocol === 'http:' && (allowPlainHttp || isLoopback(address.hostname))
  if (address.protocol === 'https:' || isPlain) return address
  throw new ConfigError(`The address ${shownAddress(address)} must start with https://`)
}

/** For messages: without the query, which may hold a page token or somebody's phone number. */
export function shownAddress({ origin, pathname }: URL): string {
  return `${origin}${pathname}`
}

function parsed(url: string): URL {
  const address = URL.parse(url)
  if (address === null) throw new ConfigError(`"${url.split('?')[0]}" is not an address such as https://example.com`)
  return address
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
