/** What goes wrong with which requests, in place of or before the right answer. */
export interface FaultRule {
  /** The resource, by name; left out: any. A request for what there is not has none. */
  readonly resource?: string
  /** Tried on path and query, without origin and host prefix; left out: any. */
  readonly address?: RegExp
  /** So many of those requests go well first; default 0. */
  readonly after?: number
  /** How many of them it befalls then; default 1, `Infinity` for all. */
  readonly times?: number
  readonly fault: Fault
}

export type Fault =
  /** 429 with code 20429. `retryAfter` is the header as it is: seconds, also broken ones, or a date. */
  | { readonly kind: 'too many requests'; readonly retryAfter?: string }
  /** Any error of Twilio's; 500 has code 20500. */
  | {
      readonly kind: 'error'
      readonly status: number
      readonly code: number
      readonly message?: string
      readonly retryAfter?: string
    }
  /** The connection closes after so many bytes of the body; 0: before anything is answered. */
  | { readonly kind: 'drop'; readonly afterBytes: number }
  /** The right answer, late. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Something else: a proxy's page, for example. */
  | { readonly kind: 'body'; readonly status: number; readonly contentType: string; readonly text: string }

export interface AskedRequest {
  readonly resource: string | null
  readonly address: string
}

/** The rules in the order in which they were added; the first one that applies decides. */
export class Faults {
  readonly #rules = new Set<{ readonly rule: FaultRule; seen: number }>()

  /** Returns what takes it back. */
  add(rule: FaultRule): () => void {
    const entry = { rule, seen: 0 }
    this.#rules.add(entry)
    return () => this.#rules.delete(entry)
  }

  clear(): void {
    this.#rules.clear()
  }

  /** The fault of this request, which counts it. */
  take(asked: AskedRequest): Fault | null {
    for (const entry of this.#rules) {
      const { rule } = entry
      if (rule.resource !== undefined && rule.resource !== asked.resource) continue
      if (rule.address !== undefined && asked.address.search(rule.address) < 0) continue
      entry.seen += 1
      const turn = entry.seen - (rule.after ?? 0)
      if (turn >= (rule.times ?? 1)) this.#rules.delete(entry)
      if (turn >= 1) return rule.fault
    }
    return null
  }
}
