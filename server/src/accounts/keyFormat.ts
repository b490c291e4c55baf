import { hash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { base62Of } from './base62.ts'

/**
 * A new key: `hg_`, 8 characters by which it is found, `_`, 30 that are its secret (178 bits) and 6 of checksum. With
 * the checksum a mistyped key is refused without asking the store, and scanners for leaked keys can be sure of a find.
 */
export function makeKey(): { key: string; prefix: string } {
  const prefix = base62Of(randomBytes(16), 8)
  return { key: assembleKey(prefix, base62Of(randomBytes(32), 30)), prefix }
}

export function assembleKey(prefix: string, secret: string): string {
  const body = `hg_${prefix}_${secret}`
  return body + checksumOf(body)
}

/** The 8 characters by which a key of ours is found; null when it cannot be one. */
export function prefixOfKey(key: string): string | null {
  if (!/^hg_[0-9A-Za-z]{8}_[0-9A-Za-z]{36}$/.test(key)) return null
  return checksumOf(key.slice(0, -6)) === key.slice(-6) ? key.slice(3, 11) : null
}

/** What is kept of a key. Ours hold 178 random bits, so a plain hash cannot be turned back by trying. */
export function hashKey(key: string): string {
  return hash('sha256', key, 'base64url')
}

function checksumOf(text: string): string {
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(text))
  return base62Of(checksum, 6)
}
