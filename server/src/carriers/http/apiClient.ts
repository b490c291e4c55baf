import * as http from 'node:http'
import * as https from 'node:https'
import type { Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '../../clock.ts'

export interface ApiClientOptions {
  readonly clock: Clock
  /** From `send` to the end of the answer, connecting included. */
  readonly timeoutMs: number
  /** Value of the header of that name. */
  readonly authorization: string
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly body: RequestBody | null
  /** Where this request may take longer than others. */
  readonly timeoutMs?: number
}

export type RequestBody =
  | { readonly contentType: string; readonly text: string }
  /** Must yield exactly `bytes`; an error of its own ends the request. */
  | { readonly contentType: string; readonly bytes: number; readonly stream: Readable }

export type ApiAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly retryAfter: string | null // null: no such header
      readonly body: string | null // null: it was cut off, or longer than `answerBytesMax`
    }
  /** The request left, or a part of it, and no status came back. */
  | { readonly kind: 'lost'; readonly reason: 'timeout' | 'connection lost' }
  /** There was no connection that it could leave by. */
  | { readonly kind: 'unsent'; readonly reason: string }

export const answerBytesMax = 65_536

/**
 * Asks one provider's HTTP API, and tells what may have reached it from what cannot have. Redirects are answers like any
 * other: following one would take the credentials elsewhere. The address is the operator's own, so none is refused.
 */
export class ApiClient {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #authorization: string
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
    'https:': new https.Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
  }
  /** Ends the exchanges that are open. */
  readonly #open = new Set<() => void>()
  #closed = false

  constructor({ clock, timeoutMs, authorization }: ApiClientOptions) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    this.#authorization = authorization
  }

  /** `done` is called exactly once, never before `send` returns. A stream that is sent is used up or destroyed. */
  send({ method, url, body, timeoutMs = this.#timeoutMs }: ApiRequest, done: (answer: ApiAnswer) => void): void {
    if (this.#closed) {
      abandon(body)
      setImmediate(done, { kind: 'unsent', reason: 'the carrier is stopping' })
      return
    }
    const target = new URL(url)
    const secure = target.protocol === 'https:'
    const request = (secure ? https : http).request(target, {
      method,
      agent: this.#agents[secure ? 'https:' : 'http:'],
      headers: { accept: 'application/json', authorization: this.#authorization, ...headersOf(body) },
    })
    let left = false
    const settle = (answer: ApiAnswer) => {
      if (!this.#open.delete(abort)) return
      cancelTimeout()
      abandon(body)
      done(answer)
    }
    const fail = (reason: 'timeout' | 'connection lost', detail: string) => {
      settle(left ? { kind: 'lost', reason } : { kind: 'unsent', reason: detail })
      request.destroy()
    }
    const abort = () => fail('connection lost', 'the carrier is stopping')
    this.#open.add(abort)
    const cancelTimeout = this.#clock.after(timeoutMs, () => fail('timeout', `no connection within ${timeoutMs} ms`))
    whenConnected(request, secure, () => {
      left = true
    })
    request.on('error', (error) => fail('connection lost', reasonOf(error)))
    request.on('response', (response) => readBody(response, (text) => settle(answered(response, text))))
    if (body === null) request.end()
    else if ('text' in body) request.end(body.text)
    else {
      body.stream.on('error', (error) => fail('connection lost', reasonOf(error)))
      body.stream.pipe(request)
    }
  }

  /** Ends what is open as lost or unsent, and the connections. */
  close(): void {
    this.#closed = true
    for (const abort of [...this.#open]) abort()
    for (const agent of Object.values(this.#agents)) agent.destroy()
  }
}

/** Shorter than the 5 s that many servers keep an idle connection, so that it is us who close it. */
const IDLE_CONNECTION_MS = 4_000

function headersOf(body: RequestBody | null): http.OutgoingHttpHeaders {
  if (body === null) return {}
  const bytes = 'text' in body ? Buffer.byteLength(body.text) : body.bytes
  return { 'content-type': body.contentType, 'content-length': bytes }
}

/** Whatever the stream reads from is let go, also when nobody will read it to its end. */
function abandon(body: RequestBody | null): void {
  if (body !== null && 'stream' in body) body.stream.destroy()
}

/** From this moment on bytes of the request may be on their way. */
function whenConnected(request: http.ClientRequest, secure: boolean, connected: () => void): void {
  request.on('socket', (socket: TLSSocket) => {
    if (request.reusedSocket || !(socket.connecting || (secure && socket.getProtocol() === null))) connected()
    else socket.once(secure ? 'secureConnect' : 'connect', connected)
  })
}

function readBody(response: http.IncomingMessage, done: (body: string | null) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > answerBytesMax) {
      done(null)
      response.destroy()
    } else chunks.push(chunk)
  })
  response.on('end', () => done(Buffer.concat(chunks).toString()))
  response.on('error', () => done(null))
}

function answered({ statusCode, headers }: http.IncomingMessage, body: string | null): ApiAnswer {
  return { kind: 'answered', status: statusCode ?? 0, retryAfter: headers['retry-after'] ?? null, body }
}

/** A refused connection to a name with several addresses has one error of each, and no message of its own. */
function reasonOf(error: Error): string {
  const [first] = error instanceof AggregateError ? error.errors : [error]
  return first instanceof Error ? first.message : String(first)
}
