/** Makes HTTP calls. It knows nothing of deliveries, ladders or the database. */
export interface Sender {
  /**
   * Makes one call; `done` is called exactly once, never before `send` returns. Never throws. A call made in or after
   * the last one's `done` can use its connection.
   */
  send(call: EndpointCall, done: (result: CallResult) => void): void
  /** Ends every open call as 'aborted' and closes the connections. */
  close(): Promise<void>
}

export interface EndpointCall {
  readonly url: string
  readonly method: 'POST' | 'GET'
  readonly body: string | null
  /** Names and values in turn: what the receiver needs beside the content type and the user agent. */
  readonly headers: readonly string[]
}

export type CallResult =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly retryAfter: string | null // null: no such header
      /** The first bytes of the answer as text. */
      readonly responseStart: string
    }
  /** No status line came: refused, timed out, not a vetted address, TLS … */
  | { readonly kind: 'failed'; readonly error: string }
  /** We stopped it; it says nothing about the endpoint. */
  | { readonly kind: 'aborted' }
