import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { SignatureMethod } from './subscription.ts'

/** A secret as its two schemes use it. */
export interface SigningSecret {
  /** Standard Webhooks: the octets behind `whsec_`, or those of any other text. */
  readonly standard: KeyObject
  /** The vendor's scheme: the octets of the text as it stands. */
  readonly vendor: KeyObject
}

/** A new secret in the form of Standard Webhooks: `whsec_` and the Base64 of 32 random octets. */
export function createSecretText(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`
}

/** What is wrong with a secret that an account brings along; null: nothing. */
export function checkSecretText(text: string): string | null {
  if (text.length < SECRET_LENGTH_MIN || text.length > SECRET_LENGTH_MAX) {
    return `must have ${SECRET_LENGTH_MIN} to ${SECRET_LENGTH_MAX} characters`
  }
  if (!/^[\x21-\x7e]+$/.test(text)) return 'must be printable ASCII without spaces'
  if (!text.startsWith(PREFIX)) return null
  const octets = Buffer.from(text.slice(PREFIX.length), 'base64')
  const isBase64 = octets.toString('base64') === text.slice(PREFIX.length)
  return isBase64 && octets.length >= STANDARD_BYTES_MIN && octets.length <= STANDARD_BYTES_MAX
    ? null
    : `must be whsec_ and the Base64 of ${STANDARD_BYTES_MIN} to ${STANDARD_BYTES_MAX} octets`
}

export function signingSecret(text: string): SigningSecret {
  const octets = text.startsWith(PREFIX) ? Buffer.from(text.slice(PREFIX.length), 'base64') : Buffer.from(text)
  return { standard: createSecretKey(octets), vendor: createSecretKey(Buffer.from(text)) }
}

/**
 * The headers that prove who calls, names and values in turn. Standard Webhooks signs id, timestamp and body with every
 * secret; the vendor's scheme (V1.0) has room for one signature, and it is the oldest secret's: a receiver can take the
 * new secret into use beside the old one before that ends.
 */
export function signatureHeaders(
  { id, timestampText, nowMs, body }: { id: string; timestampText: string; nowMs: number; body: string },
  { secrets, method }: { secrets: readonly [SigningSecret, ...SigningSecret[]]; method: SignatureMethod },
): string[] {
  const signed = `${id}.${timestampText}.${body}`
  const signatures = secrets.map(({ standard }) => `v1,${hmac('sha256', standard, signed).toString('base64')}`)
  const oldest = secrets.at(-1) ?? secrets[0]
  return [
    'webhook-signature',
    signatures.join(' '),
    ...vendorSignature({ nowMs, body }, { key: oldest.vendor, method }),
  ]
}

/** The headers of the vendor's scheme alone (V1.0). `key`: the octets of the secret's text as it stands. */
export function vendorSignature(
  { nowMs, body }: { nowMs: number; body: string },
  { key, method }: { key: KeyObject; method: SignatureMethod },
): string[] {
  const timestamp = String(nowMs)
  const algorithm = method === 'HS512' ? 'sha512' : 'sha256'
  const signature = hmac(algorithm, key, `${timestamp}\n${body}`).toString('base64url')
  return ['x-signature', signature, 'x-request-timestamp', timestamp, 'x-signature-version', 'V1.0']
}

function hmac(algorithm: 'sha256' | 'sha512', key: KeyObject, text: string): Buffer {
  return createHmac(algorithm, key).update(text).digest()
}

const PREFIX = 'whsec_'
const SECRET_BYTES = 32
// Standard Webhooks, "Signature scheme": keys of 192 to 512 bits.
const STANDARD_BYTES_MIN = 24
const STANDARD_BYTES_MAX = 64
// The vendor's bounds.
const SECRET_LENGTH_MIN = 8
const SECRET_LENGTH_MAX = 125
