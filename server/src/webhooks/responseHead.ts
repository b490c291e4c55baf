/** The part of a response's head that decides something. */
export interface ResponseHead {
  readonly status: number
  readonly retryAfter: string | null // null: no such header
  /** How the body ends: after so many bytes, with its last chunk, with the connection, or nobody can say. */
  readonly body: number | 'chunked' | 'until close' | 'contradictory'
  /** Whether the connection may carry another call afterwards. */
  readonly keepAlive: boolean
}

/**
 * Reads a response's head, one character an octet, up to and including the line break before the empty line (RFC 9112,
 * sections 4 to 6). Null: it is no HTTP/1 response. Line breaks are CR LF only and names are tokens, so that nobody
 * sees other headers than we do; a message whose length can be read in two ways never keeps its connection.
 */
export function parseResponseHead(received: string): ResponseHead | null {
  if (headShape.test(received)) return readHead(received)
  // Obsolete, yet still sent by some: a value that goes on in the next line (section 5.2).
  const unfolded = received.replace(lineFold, ' ')
  return headShape.test(unfolded) ? readHead(unfolded) : null
}

const headShape = /^HTTP\/1\.[01] [1-9]\d\d(?: [^\r\n\0]*)?\r\n(?:[\w!#$%&'*+.^`|~-]+:[^\r\n\0]*\r\n)*$/
const lineFold = /\r\n[ \t]+/g
const VERSION_AT = 'HTTP/1.'.length
const STATUS_AT = 'HTTP/1.1 '.length

function readHead(head: string): ResponseHead {
  const status = Number(head.slice(STATUS_AT, STATUS_AT + 3))
  let retryAfter: string | null = null
  let connection: string | null = null
  let length: string | null = null
  let codings: string | null = null
  let lineAt = head.indexOf('\r\n') + 2
  while (lineAt < head.length) {
    const colonAt = head.indexOf(':', lineAt)
    const lineEnd = head.indexOf('\r\n', colonAt)
    if (namesOfInterest.has(colonAt - lineAt)) {
      const name = head.slice(lineAt, colonAt).toLowerCase()
      const value = head.slice(colonAt + 1, lineEnd).trim()
      if (name === 'content-length') length = joined(length, value)
      else if (name === 'transfer-encoding') codings = joined(codings, value.toLowerCase())
      else if (name === 'connection') connection = joined(connection, value.toLowerCase())
      else if (name === 'retry-after') retryAfter = value
    }
    lineAt = lineEnd + 2
  }
  const body = bodyOf(status, length, codings)
  const isOld = head[VERSION_AT] === '0'
  // With both headers, or chunks from HTTP/1.0, somebody on the way may have seen another end (section 6.1).
  const isClear = typeof body === 'number' ? codings === null : body === 'chunked' && length === null && !isOld
  return { status, retryAfter, body, keepAlive: isClear && staysOpen(connection, isOld) }
}

const namesOfInterest = new Set(
  ['content-length', 'transfer-encoding', 'connection', 'retry-after'].map((name) => name.length),
)

/** Several headers of one name are one list (RFC 9110, section 5.2). */
function joined(before: string | null, value: string): string {
  return before === null ? value : `${before},${value}`
}

function bodyOf(status: number, length: string | null, codings: string | null): ResponseHead['body'] {
  if (status < 200 || status === 204 || status === 304) return 0
  if (codings !== null) return bodyOfCodings(codings)
  return length === null ? 'until close' : bodyOfLength(length)
}

function bodyOfCodings(codings: string): ResponseHead['body'] {
  const list = codings.split(',').map((coding) => coding.trim())
  const chunkedAt = list.indexOf('chunked')
  if (chunkedAt === -1) return 'until close'
  return chunkedAt === list.length - 1 ? 'chunked' : 'contradictory'
}

function bodyOfLength(length: string): ResponseHead['body'] {
  if (digits.test(length)) return Number(length)
  // The same length twice is a known fault of intermediaries and says nothing wrong (RFC 9110, section 8.6).
  const [first = '', ...others] = length.split(',').map((value) => value.trim())
  return digits.test(first) && others.every((other) => other === first) ? Number(first) : 'contradictory'
}

const digits = /^\d+$/

function staysOpen(connection: string | null, isOld: boolean): boolean {
  if (connection === null) return !isOld
  if (connection === 'keep-alive') return true
  const options = connection.split(',').map((option) => option.trim())
  return !options.includes('close') && (!isOld || options.includes('keep-alive'))
}
