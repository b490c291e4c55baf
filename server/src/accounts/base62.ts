/**
 * The octets as `length` letters and digits: their number modulo 62^length. With 60 bits more than the text holds every
 * text is as likely as the others, so random octets give a random text.
 */
export function base62Of(octets: Uint8Array, length: number): string {
  let rest = BigInt(`0x${Buffer.from(octets).toString('hex') || '0'}`)
  let text = ''
  while (text.length < length) {
    text = DIGITS.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  return text
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
