import { BlockList, isIP } from 'node:net'

/** URLs longer than this are refused at accept time. */
export const urlLengthMax = 2_048

/**
 * What is wrong with a customer's URL as text, for a 400 answer, or null when nothing is. An address written in the
 * URL is judged here, in any notation that the WHATWG URL parser knows; a name is judged when we connect, because what
 * it resolves to may change in between.
 */
export function checkCallbackUrl(
  url: string,
  { allowPrivateNetworks }: { allowPrivateNetworks: boolean },
): string | null {
  if (url.length > urlLengthMax) return `must not be longer than ${urlLengthMax} characters`
  if (!url.isWellFormed() || hasControlCharacter(url)) return 'must not contain control characters'
  const parsed = URL.parse(url)
  if (parsed === null) return 'must be an absolute URL'
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return 'must be an http or https URL'
  if (parsed.username !== '' || parsed.password !== '') return 'must not contain a user name or password'
  if (allowPrivateNetworks) return null
  const host = parsed.hostname.startsWith('[') ? parsed.hostname.slice(1, -1) : parsed.hostname
  if (isIP(host) !== 0) return isPublicAddress(host) ? null : notPublic
  return /(^|\.)localhost\.?$/.test(host) ? notPublic : null
}

/**
 * Whether a textual IPv4 or IPv6 address is one on the public internet. Of IPv6 only global unicast counts (2000::/3),
 * which leaves out loopback, link-local, unique local, multicast and every form that carries an IPv4 address inside:
 * v4-mapped, v4-compatible, NAT64; 6to4 and Teredo lie within and are listed.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !refusedIpv4.check(address, 'ipv4')
  if (family === 6) return globalUnicast.check(address, 'ipv6') && !refusedIpv6.check(address, 'ipv6')
  return false
}

const notPublic = 'must not point to a private or reserved address'

function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}

function blockList(family: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family)
  return list
}

// The IANA special-purpose registries, plus one cloud's metadata service that hides in public space.
const refusedIpv4 = blockList('ipv4', [
  ['0.0.0.0', 8], // this host
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's platform service
  ['169.254.0.0', 16], // link-local, cloud metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
])

const globalUnicast = blockList('ipv6', [['2000::', 3]])

const refusedIpv6 = blockList('ipv6', [
  ['2001::', 23], // protocol assignments: Teredo, benchmarking, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation
])
