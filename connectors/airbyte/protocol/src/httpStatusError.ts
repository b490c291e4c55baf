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
