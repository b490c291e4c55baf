/**
 * Reads JSON over keep-alive connections, patiently: 429, 408, 5xx, refused and broken connections are tried again
 * (Retry-After where the answer has one, else exponential backoff with jitter) until `retryMsMax` have passed.
 */
export interface HttpClient {
  /**
   * @param url https, or http to a loopback address (`allowPlainHttp` allows more). Without credentials in it.
   * @returns the parsed body of a 2xx answer, or of one in `okStatuses` (body null where that one is not JSON).
   * @throws HttpStatusError for other statuses, redirects included; TransientError after the last retry;
   *   ConfigError for an address or certificate that cannot be right; the signal's reason once the sync is stopped.
   */
  getJson(url: URL | string, options?: GetOptions): Promise<JsonAnswer>
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

/** An answer that trying again will not mend. `body` is its parsed JSON, null where it is none. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError'
  readonly status: number
  readonly body: unknown

  constructor(message: string, answer: { status: number; body: unknown }) {
    super(message)
    this.status = answer.status
    this.body = answer.body
  }
}
