/** A request that came, and what it got. */
export interface FakeRequest {
  /** Epoch milliseconds. */
  readonly at: number
  readonly method: string
  /** The prefix: `api`; null for none that is Twilio's. */
  readonly host: string | null
  /** As at Twilio, without query. */
  readonly path: string
  /** The parameters as they came, decoded: `DateSent>` and so on. */
  readonly query: Readonly<Record<string, string>>
  /** Its name in the catalogue; null: there is nothing at the path. */
  readonly resource: string | null
  /** Account or key asked with. */
  readonly user: string
  /** 0: the connection was closed instead. */
  readonly status: number
}

/** The newest requests, oldest first. */
export class RequestLog {
  readonly #requests: FakeRequest[] = []
  readonly #requestsMax: number

  constructor(requestsMax: number) {
    this.#requestsMax = requestsMax
  }

  add(request: FakeRequest): void {
    this.#requests.push(request)
    // Half at a time: a shift for each request would move all the others.
    if (this.#requests.length > 2 * this.#requestsMax) this.#requests.splice(0, this.#requestsMax)
  }

  list(): readonly FakeRequest[] {
    return this.#requests.slice(-this.#requestsMax)
  }

  clear(): void {
    this.#requests.length = 0
  }
}
