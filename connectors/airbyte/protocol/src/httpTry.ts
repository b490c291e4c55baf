import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { shownAddress } from './httpAddress.ts'
import { BodyTooLarge, readBody } from './httpBody.ts'
import type { HttpLimits, JsonAnswer } from './httpClient.ts'
import { HttpStatusError } from './httpStatusError.ts'
import { ConfigError } from './source.ts'
import { createYoungCollector } from './youngMemory.ts'

/** What came of sending a request once. Errors that no further try can mend are thrown instead. */
export type Try =
  | { readonly kind: 'answer'; readonly answer: JsonAnswer }
  | {
      readonly kind: 'again'
      readonly reason: string // continues a sentence that starts with the address
      readonly status: number | null // null: no answer, or none that could be read
      readonly headers: Headers | null
      readonly isOddBody: boolean // a success, but of somebody else
    }

interface Get {
  readonly address: URL
  readonly headers: Readonly<Record<string, string>>
  readonly okStatuses: readonly number[]
  /** Ends the try when it aborts; null: nothing does. */
  readonly signal: AbortSignal | null
}

/**
 * Sends requests over connections that are kept. node:http rather than fetch: it was a little faster for pages of
 * 600 kB, follows no redirects, and tells a silent server from a slow one.
 */
export function createHttpTries({ limits, proxyEnv }: { limits: HttpLimits; proxyEnv: NodeJS.ProcessEnv | null }) {
  const kept = { keepAlive: true, maxSockets: limits.workers }
  const plain = new HttpAgent(kept)
  const collectYoung = createYoungCollector()
  const secure = new HttpsAgent(proxyEnv === null ? kept : { ...kept, proxyEnv })
  return {
    async get({ address, headers, okStatuses, signal }: Get): Promise<Try> {
      try {
        const agent = address.protocol === 'https:' ? secure : plain
        const raw = await send({ address, headers, limits, agent, signal })
        // Before it is parsed: whatever lives while young objects are collected is copied, and a page is a good deal.
        collectYoung(raw.bytes.length)
        return judge(raw, address, okStatuses)
      } catch (error) {
        return judgeError(error, address)
      }
    },
    close() {
      plain.destroy()
      secure.destroy()
    },
  }
}

interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
}

interface Sending {
  readonly address: URL
  readonly headers: Readonly<Record<string, string>>
  readonly limits: HttpLimits
  readonly agent: HttpAgent | HttpsAgent
  readonly signal: AbortSignal | null
}

function send({ address, headers, limits, agent, signal }: Sending): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  const start = address.protocol === 'https:' ? httpsRequest : httpRequest
  const request = start(address, {
    agent,
    headers: { accept: 'application/json', 'accept-encoding': 'gzip', ...headers },
    ...(signal === null ? {} : { signal }),
  })
  const tooLong = setTimeout(() => {
    request.destroy(new Error(`took more than ${limits.requestMsMax} ms`))
  }, limits.requestMsMax)
  request.setTimeout(limits.idleMs, () => request.destroy(new Error(`was silent for ${limits.idleMs} ms`)))
  request.on('error', reject)
  request.on('response', (response) => {
    readBody(response, limits.bodyBytesMax).then(
      (body) => resolve({ status: response.statusCode ?? 0, headers: headersOf(response), bytes: body }),
      (error) => {
        reject(error)
        request.destroy()
      },
    )
  })
  request.end()
  return promise.finally(() => clearTimeout(tooLong))
}

function headersOf(response: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  return headers
}

function judge({ status, headers, bytes }: RawAnswer, address: URL, okStatuses: readonly number[]): Try {
  const text = bytes.toString()
  const isSuccess = status >= 200 && status < 300
  const body = status === NO_CONTENT ? null : parseJson(text)
  if (okStatuses.includes(status) || (isSuccess && body !== undefined)) {
    return { kind: 'answer', answer: { status, headers, body: body ?? null } }
  }
  if (isSuccess) return again('answered with something that is not JSON', { isOddBody: true })
  if (status === 408 || status === 429 || status >= 500) return again(`answered ${status}`, { status, headers })
  const isRedirect = status >= 300 && status < 400
  const told = isRedirect ? 'a redirect, which is not followed' : text.slice(0, EXCERPT_CHARS)
  throw new HttpStatusError(`${shownAddress(address)} answered ${status}: ${told}`, { status, body: body ?? null })
}

function judgeError(error: unknown, address: URL): Try {
  if (error instanceof HttpStatusError) throw error
  if (error instanceof BodyTooLarge) throw new Error(`${shownAddress(address)} ${error.message}`)
  if (!(error instanceof Error)) throw error
  const code = 'code' in error ? String(error.code) : null
  if (code !== null && isCertificateFault(code)) {
    throw new ConfigError(`${shownAddress(address)} has a certificate that is not trusted (${code})`)
  }
  // Headers and options that cannot be sent are faults of ours; the network's errors are none of TypeError.
  if (error instanceof TypeError) throw error
  return again(code === null ? error.message : `could not be read (${code})`, {})
}

function again(reason: string, facts: Partial<Extract<Try, { kind: 'again' }>>): Try {
  return { kind: 'again', reason, status: null, headers: null, isOddBody: false, ...facts }
}

/** Undefined for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isCertificateFault(code: string): boolean {
  return code.startsWith('ERR_TLS_CERT') || CERTIFICATE_CODES.includes(code)
}

const CERTIFICATE_CODES = [
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]

const NO_CONTENT = 204
const EXCERPT_CHARS = 300
