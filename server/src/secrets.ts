import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { base62Of } from './accounts/base62.ts'
import { readOrKeep } from './keptFile.ts'
import { OperatorError } from './operatorError.ts'

/** What all keys of this installation are derived from. Nodes that share a database must share it. */
export type Secret = string & { readonly __brand: 'Secret' }

/**
 * HELIOGRAPH_SECRET, or else the file `secret` in the data folder, made at the first start (0600, synced).
 * Throws OperatorError when the file does not hold what we wrote.
 */
export async function loadSecret(config: { secret: string | null; dataDirectory: string }): Promise<Secret> {
  if (config.secret !== null) return brand(config.secret)
  const path = join(config.dataDirectory, 'secret')
  const text = (await readOrKeep(path, () => `${randomBytes(32).toString('base64url')}\n`)).trim()
  if (text.length < SECRET_CHARACTERS_MIN) {
    throw new OperatorError(`${path} is damaged: restore it from a backup, what it encrypted cannot be read without it`)
  }
  return brand(text)
}

export const SECRET_CHARACTERS_MIN = 32

/** A key of 32 octets for one purpose (RFC 5869); knowing it tells nothing about the secret or the other keys. */
export function deriveKey(secret: Secret, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'heliograph', purpose, 32))
}

/** The demo account's API key: the same at each start, stored nowhere. */
export function demoKeyOf(secret: Secret): string {
  return `hg_demo_${base62Of(deriveKey(secret, 'demo api key'), 30)}`
}

/**
 * Encrypts and authenticates text with AES-256-GCM. `place` says where the result belongs (table, column, row id):
 * moved elsewhere it does not open.
 */
export function seal(key: Buffer, text: string, place: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(place))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return VERSION + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** What `seal` was given; null when the key, the place or a single bit is another. */
export function open(key: Buffer, sealed: string, place: string): string | null {
  const octets = Buffer.from(sealed.slice(VERSION.length), 'base64url')
  if (!sealed.startsWith(VERSION) || octets.length < NONCE_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', key, octets.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(place))
  decipher.setAuthTag(octets.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  const text = decipher.update(octets.subarray(NONCE_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([text, decipher.final()]).toString('utf8')
  } catch {
    return null // Node's only sign that the tag does not match.
  }
}

/** Lets a later format be told from this one. */
const VERSION = 'v1.'
/** NIST SP 800-38D §5.2.1.1: 96 bits, random; good for 2^32 texts under one key. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

function brand(secret: string): Secret {
  return secret as Secret
}
