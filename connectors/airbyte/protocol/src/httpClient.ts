import { randomInt } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Clock } from './clock.ts'
import { httpAddress, shownAddress } from './httpAddress.ts'
import { createHttpTries, type Try } from './httpTry.ts'
import type { Log } from './log.ts'
import { RequestSlots } from './requestSlots.ts'
import { retryDelayMs } from './retryDelay.ts'
import { TransientError } from './source.ts'

export { HttpStatusError } from './httpStatusError.ts'

/**
 * Reads JSON over keep-alive connections, patiently: 429, 408, 5xx, refused and broken connections are tried again
 * (Retry-After where the answer has one, else exponential backoff with jitter) until `retryMsMax` have passed.
 */
export interface HttpClient {
  /**
   * @param url https, or http to a loopback address (`allowPlainHttp` allows more). Without credentials in it.
   * @returns the parsed body of a 2xx answer, or of one in `okStatuses` (body null where that one is not JSON, and of
   *   204, which has none).
   * @throws HttpStatusError for other statuses, redirects included; TransientError after the last retry;
   *   ConfigError for an address or certificate that cannot be right; the signal's reason once the sync is stopped.
   */
  getJson(url: URL | string, options?: GetOptions): Promise<JsonAnswer>
  /**
   * The same client for requests that are dropped when the signal aborts, those under way, too: each that is not answered
   * by then fails with the signal's reason, which somebody has to await or catch.
   */
  until(signal: AbortSignal): HttpClient
}

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Statuses besides 2xx that are an answer and no error, such as 404. They are not tried again. */
  readonly okStatuses?: readonly number[]
}

export interface JsonAnswer {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
}

export interface HttpLimits {
  /** Requests at once. The client halves it while the vendor answers 429 and grows back. Default 3. */
  readonly workers: number
  /** How long one request is tried again before it fails as transient. Default 30 minutes; 15 seconds in `check`. */
  readonly retryMsMax: number
  /** Silence on a connection before the try counts as failed. Default 60 seconds. */
  readonly idleMs: number
  /** One try from its first to its last byte. Default 5 minutes. */
  readonly requestMsMax: number
  /** The longest body, unpacked. Default 64 MiB. */
  readonly bodyBytesMax: number
  /** http:// to hosts other than this machine. Default false. */
  readonly allowPlainHttp: boolean
}

export interface HttpClientOptions {
  readonly limits: Partial<HttpLimits>
  readonly clock: Clock
  /** Once aborted, nothing more is sent and waits end; what is under way may finish. */
  readonly signal: AbortSignal
  readonly log: Log
  /** HTTPS_PROXY and NO_PROXY for https addresses; null: no proxy. */
  readonly proxyEnv: NodeJS.ProcessEnv | null
  /** Told of each 429, with the moment of the next try (epoch milliseconds). */
  readonly onRateLimited: (untilMs: number) => void
}

/** @returns the client, and `close`, which ends its connections. */
export function createHttpClient(options: HttpClientOptions): HttpClient & { workers: number; close(): void } {
  const limits: HttpLimits = { ...LIMITS_DEFAULT, ...options.limits }
  const closing = new AbortController()
  const signal = AbortSignal.any([options.signal, closing.signal])
  // Every waiting request listens; there may be as many as workers.
  setMaxListeners(0, signal)
  const slots = new RequestSlots(limits.workers)
  const tries = createHttpTries({ limits, proxyEnv: options.proxyEnv })
  return {
    ...clientUntil(signal, null),
    workers: limits.workers,
    close() {
      closing.abort(new Error('The HTTP client is closed'))
      tries.close()
    },
  }

  /** `until` ends what waits, `dropping` what is under way, too. */
  function clientUntil(until: AbortSignal, dropping: AbortSignal | null): HttpClient {
    return {
      async getJson(url, { headers = {}, okStatuses = [] } = {}) {
        const address = httpAddress(url, limits)
        until.throwIfAborted()
        await slots.take()
        try {
          const tryOnce = () => tries.get({ address, headers, okStatuses, signal: dropping })
          const patience = { ...options, signal: until, retryMsMax: limits.retryMsMax }
          return await tryPatiently({ ...patience, slots, address, tryOnce })
        } finally {
          slots.give()
        }
      },
      until(sooner) {
        const signals = [AbortSignal.any([until, sooner]), AbortSignal.any([dropping ?? sooner, sooner])] as const
        setMaxListeners(0, ...signals)
        return clientUntil(...signals)
      },
    }
  }
}

const LIMITS_DEFAULT: HttpLimits = {
  workers: 3,
  retryMsMax: 30 * 60_000,
  idleMs: 60_000,
  requestMsMax: 5 * 60_000,
  bodyBytesMax: 64 * 1_048_576,
  allowPlainHttp: false,
}

interface Patience extends Pick<HttpClientOptions, 'clock' | 'signal' | 'log' | 'onRateLimited'> {
  readonly retryMsMax: number
  readonly slots: RequestSlots
  readonly address: URL
  readonly tryOnce: () => Promise<Try>
}

/** The request keeps its slot while it waits, so that a busy vendor gets fewer requests and not just later ones. */
async function tryPatiently({ clock, signal, retryMsMax, slots, address, tryOnce, ...told }: Patience) {
  const startedAtMs = clock.now()
  let oddBodies = 0
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted()
    const refusalsAtStart = slots.refusals
    const result = await tryOnce()
    if (result.kind === 'answer') {
      slots.answered(loadOf(result.answer.headers))
      return result.answer
    }
    signal.throwIfAborted()
    const { reason, headers } = result
    const nowMs = clock.now()
    const retryAfter = headers?.get('retry-after') ?? null
    const delayMs = retryDelayMs({ failures, retryAfter, nowMs, random: randomInt(RANDOM_STEPS) / RANDOM_STEPS })
    if (result.status === 429) {
      slots.refused(refusalsAtStart, loadOf(headers))
      told.onRateLimited(nowMs + delayMs)
    }
    const where = shownAddress(address)
    const spentMs = nowMs - startedAtMs
    if (result.isOddBody) oddBodies++
    if (spentMs + delayMs > retryMsMax || oddBodies >= ODD_BODIES_MAX) {
      throw new TransientError(`${where} ${reason}; gave up after ${failures} tries in ${seconds(spentMs)}`)
    }
    told.log.warn(`${where} ${reason}; next try in ${seconds(delayMs)}`)
    await clock.wait(delayMs, signal)
  }
}

/** Twilio tells how many of the account's requests it is answering at this moment. */
function loadOf(headers: Headers | null): number | null {
  const load = Number.parseInt(headers?.get('twilio-concurrent-requests') ?? '', 10)
  return Number.isNaN(load) ? null : load
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`
}

/** A load balancer's page in place of an answer may be gone in a moment; a wrong address will not be. */
const ODD_BODIES_MAX = 4

const RANDOM_STEPS = 1_000_000
