/**
 * Cuts a stream of HTTP/1.1 messages into head and body. It knows Content-Length and nothing else, which both ends of
 * the bench use; in exchange it costs the machine it shares with the server very little.
 */
export class HttpFrames {
  readonly #take: (head: string, body: Buffer) => void
  #rest: Buffer = Buffer.alloc(0)

  /** `take` gets each message once it is complete, its head without the empty line. */
  constructor(take: (head: string, body: Buffer) => void) {
    this.#take = take
  }

  /** Throws when a message is chunked or larger than any that belongs here. */
  push(chunk: Buffer): void {
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (let headEnd = rest.indexOf(HEAD_END); headEnd !== -1; headEnd = rest.indexOf(HEAD_END)) {
      const head = rest.toString('latin1', 0, headEnd)
      const bodyStart = headEnd + HEAD_END.length
      const bodyEnd = bodyStart + contentLength(head)
      if (rest.length < bodyEnd) break
      this.#take(head, rest.subarray(bodyStart, bodyEnd))
      rest = rest.subarray(bodyEnd)
    }
    if (rest.length > FRAME_BYTES_MAX) throw new Error(`an HTTP message of more than ${FRAME_BYTES_MAX} bytes`)
    this.#rest = rest
  }
}

const HEAD_END = '\r\n\r\n'
const FRAME_BYTES_MAX = 65_536

function contentLength(head: string): number {
  const written = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (written !== undefined) return Number(written)
  if (/\r\ntransfer-encoding:/i.test(head)) throw new Error('a chunked HTTP message')
  return 0
}
