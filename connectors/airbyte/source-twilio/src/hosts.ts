/** Twilio's hosts by the first part of their name: `api` is `https://api.twilio.com`. */
export type TwilioHost = 'api' | 'monitor' | 'conversations' | 'studio' | 'trunking' | 'verify' | 'pricing'

/** Where requests go. Addresses found in answers only ever choose a path: credentials never leave these hosts. */
export interface Hosts {
  /** @param path and query, as at Twilio's host. */
  url(host: TwilioHost, path: string): string
  /** Path and query, as at Twilio's host, of an address that an answer of that host named, relative or absolute. */
  pathOf(host: TwilioHost, address: string): string
}

/** @param baseUrl that stands for all hosts, each below it by its name (`{baseUrl}/api/2010-04-01/…`); null: Twilio. */
export function hostsAt(baseUrl: string | null): Hosts {
  const root = (host: TwilioHost) =>
    baseUrl === null ? `https://${host}.twilio.com` : `${baseUrl.replace(/\/+$/, '')}/${host}`
  return {
    url: (host, path) => `${root(host)}${path}`,
    pathOf: (host, address) => {
      if (address.startsWith('/')) return address
      const { pathname, search } = new URL(address)
      const prefix = new URL(root(host)).pathname.replace(/\/$/, '')
      const path = pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : pathname
      return `${path}${search}`
    },
  }
}
