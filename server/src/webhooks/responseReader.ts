import { BodyStart } from './bodyStart.ts'
import { ChunkedBody } from './chunkedBody.ts'
import { parseResponseHead, type ResponseHead } from './responseHead.ts'

/** An answer longer than this ends with its connection. */
export const responseBytesMax = 65_536
/** Of one answer, together with the interim ones before it. */
export const responseHeadBytesMax = 16_384

/**
 * Reads one HTTP/1.1 response after the other from pieces of a connection's stream, wherever the network cut it. Never
 * throws: what cannot be read on is 'broken', and `problem` says why. The status stands even then, if one came.
 * An answer without a length is 'reading' until whoever reads the connection sees its end.
 */
export class ResponseReader {
  /** 0: no final status line yet. */
  status = 0
  retryAfter: string | null = null // null: no such header
  /** Of a complete response: whether the connection is in a known state and both sides want to keep it. */
  keepAlive = false
  problem = ''
  /** A head whose end is still to come, one character an octet. */
  #headStart = ''
  #interimBytes = 0
  #body: ResponseHead['body'] = 0
  readonly #bodyStart = new BodyStart()
  readonly #chunks = new ChunkedBody(this.#bodyStart)

  /** Before each response but the first. */
  reset(): void {
    this.status = 0
    this.retryAfter = null
    this.keepAlive = false
    this.problem = ''
    this.#headStart = ''
    this.#interimBytes = 0
    this.#bodyStart.reset()
    this.#chunks.reset()
  }

  /** Not one octet of a response came yet. */
  get untouched(): boolean {
    return this.status === 0 && this.#headStart === '' && this.#interimBytes === 0
  }

  /** The first bytes of the body as text. */
  get responseStart(): string {
    return this.#bodyStart.text()
  }

  /** Takes the first `end` octets of `source`, and refers to none of them afterwards. */
  read(source: Buffer, end: number): 'reading' | 'complete' | 'broken' {
    let at = 0
    while (this.status === 0) {
      if (at === end) return 'reading'
      const next = this.#readHead(source, at, end)
      if (next === -1) return 'broken'
      at = next
    }
    const bodyEnd = this.#readBody(source, at, end)
    if (bodyEnd === -1) return 'broken'
    if (this.#bodyStart.bytes > responseBytesMax)
      return this.#broken(`an answer of more than ${responseBytesMax} bytes`)
    if (!this.#isComplete()) return 'reading'
    // Whatever follows an answer answers nothing, and the next one could not be told from it.
    if (bodyEnd < end) this.keepAlive = false
    return 'complete'
  }

  /** Returns where the head ends, `end` when more has to come, or -1. */
  #readHead(source: Buffer, at: number, end: number): number {
    const before = this.#headStart.length
    const received = this.#headStart + source.toString('latin1', at, end)
    const emptyLineAt = received.indexOf(HEAD_END, Math.max(0, before - HEAD_END.length + 1))
    const headBytes = emptyLineAt === -1 ? received.length : emptyLineAt + HEAD_END.length
    if (this.#interimBytes + headBytes > responseHeadBytesMax) {
      this.#broken(`an answer with headers of more than ${responseHeadBytesMax} bytes`)
      return -1
    }
    if (emptyLineAt === -1) {
      this.#headStart = received
      if (received.startsWith(PROTOCOL.slice(0, received.length))) return end
    } else if (this.#takeHead(received.slice(0, emptyLineAt + 2), headBytes)) return at + headBytes - before
    this.#broken('the answer is not HTTP/1.1')
    return -1
  }

  #takeHead(received: string, headBytes: number): boolean {
    const head = parseResponseHead(received)
    // We never ask to switch protocols.
    if (head === null || head.status === SWITCHING_PROTOCOLS) return false
    this.#headStart = ''
    if (head.status < 200) {
      this.#interimBytes += headBytes
      return true
    }
    this.status = head.status
    this.retryAfter = head.retryAfter
    this.keepAlive = head.keepAlive
    this.#body = head.body
    return true
  }

  /** Returns where the body ends, `end` when more has to come, or -1. */
  #readBody(source: Buffer, at: number, end: number): number {
    const body = this.#body
    if (body === 'contradictory') {
      this.#broken('an answer whose headers contradict each other about its length')
      return -1
    }
    if (body === 'chunked') {
      const stop = this.#chunks.read(source, at, end)
      if (stop === -1) this.#broken('an answer whose chunks are malformed')
      return stop
    }
    const stop = body === 'until close' ? end : Math.min(end, at + body - this.#bodyStart.bytes)
    this.#bodyStart.add(source, at, stop)
    return stop
  }

  #isComplete(): boolean {
    const body = this.#body
    return typeof body === 'number' ? this.#bodyStart.bytes === body : body === 'chunked' && this.#chunks.complete
  }

  #broken(problem: string): 'broken' {
    this.problem = problem
    this.keepAlive = false
    return 'broken'
  }
}

const PROTOCOL = 'HTTP/1.'
const HEAD_END = '\r\n\r\n'
const SWITCHING_PROTOCOLS = 101
