import { createHmac, timingSafeEqual } from 'node:crypto'

/** The parameters of a form; a name that came several times has a list. */
export type SignedForm = Readonly<Record<string, string | readonly string[]>>

/**
 * Whether Twilio signed this callback with `authToken`: HMAC-SHA1 over the URL and the parameters, sorted by name and
 * without anything between them, in Base64. What of an URL's default port was signed depends on the age of the product
 * that calls, so both ways count. Takes the same time whatever is wrong.
 * @param signature the header X-Twilio-Signature
 */
export function isSigned(authToken: string, { url, form, signature }: SignedCallback): boolean {
  const given = Buffer.from(signature ?? '', 'utf8')
  let right = false
  for (const spelling of spellingsOf(url)) {
    const expected = Buffer.from(signatureOf(authToken, spelling, form), 'utf8')
    if (given.length === expected.length && timingSafeEqual(given, expected)) right = true
  }
  return right
}

export interface SignedCallback {
  /** As the caller had it: scheme, host, path and query. */
  readonly url: string
  readonly form: SignedForm
  readonly signature: string | undefined
}

export function signatureOf(authToken: string, url: string, form: SignedForm): string {
  const parameters = Object.keys(form)
    .sort()
    .flatMap((name) => valuesOf(form[name]).map((value) => name + value))
  return createHmac('sha1', authToken)
    .update(url + parameters.join(''), 'utf8')
    .digest('base64')
}

/** Of several values each counts once, in order. */
function valuesOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : [...new Set(value)].sort()
}

/** The URL as it is, and with the port of its scheme written out where it has none, or left out where it has it. */
function spellingsOf(url: string): readonly string[] {
  const [, scheme, host = '', port, rest = ''] = /^(https?):\/\/([^/?#]*?)(?::(\d+))?([/?#].*)?$/i.exec(url) ?? []
  if (scheme === undefined) return [url]
  const standard = scheme.toLowerCase() === 'https' ? '443' : '80'
  if (port === undefined) return [url, `${scheme}://${host}:${standard}${rest}`]
  return port === standard ? [url, `${scheme}://${host}${rest}`] : [url]
}
