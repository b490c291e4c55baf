import type { ObjectReader } from './objectReader.ts'
import type { Times } from './outcome.ts'

/** How an HTTP API answers a request that is right in itself. */
export type AnswerPlan =
  | { readonly kind: 'accept'; readonly delayMs: number }
  | {
      readonly kind: 'refuse'
      readonly status: number // HTTP
      readonly code: number // the provider's own
      readonly retryAfterSeconds: number | null // null: no such header
      readonly times: Times
    }
  /** What was asked for is done, the request never answered. */
  | { readonly kind: 'silence'; readonly times: Times }
  /** The connection is closed without an answer, and nothing is done. */
  | { readonly kind: 'close'; readonly times: Times }

export const acceptAtOnce: AnswerPlan = { kind: 'accept', delayMs: 0 }

/** Reads a plan from JSON, as in `{"kind": "refuse", "status": 429, "code": 20429, "times": 3}`. */
export function readAnswerPlan(reader: ObjectReader): AnswerPlan {
  const kind = reader.oneOf('kind', ['accept', 'refuse', 'silence', 'close'])
  switch (kind) {
    case 'accept':
      reader.allowOnly('kind', 'delayMs')
      return { kind, delayMs: reader.integer('delayMs', { min: 0, max: ANSWER_MS_MAX, fallback: 0 }) }
    case 'refuse':
      reader.allowOnly('kind', 'status', 'code', 'retryAfterSeconds', 'times')
      return {
        kind,
        status: reader.integer('status', { min: 300, max: 599 }),
        code: reader.integer('code', { min: 1, max: CODE_MAX }),
        retryAfterSeconds: readOptional(reader, 'retryAfterSeconds', 86_400),
        times: readOptional(reader, 'times', 1_000_000),
      }
    case 'silence':
    case 'close':
      reader.allowOnly('kind', 'times')
      return { kind, times: readOptional(reader, 'times', 1_000_000) }
    default:
      return kind satisfies never
  }
}

function readOptional(reader: ObjectReader, name: string, max: number): number | null {
  return reader.isNull(name) || !reader.has(name) ? null : reader.integer(name, { min: 1, max })
}

const ANSWER_MS_MAX = 3_600_000
const CODE_MAX = 9_999_999
