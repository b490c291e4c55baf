import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Whether Meta signed these bytes with `appSecret`: HMAC-SHA256 in hexadecimal digits behind "sha256=". Takes the same
 * time whatever is wrong.
 * @param signature the header X-Hub-Signature-256
 */
export function isSigned(appSecret: string, body: Buffer, signature: string | undefined): boolean {
  return isSame(signatureOf(appSecret, body), signature ?? '')
}

export function signatureOf(appSecret: string, body: Buffer): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
}

/** In a time that tells neither how much of it is right nor how long the right one is. */
export function isSame(expected: string, given: string): boolean {
  return timingSafeEqual(digest(expected), digest(given))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}
