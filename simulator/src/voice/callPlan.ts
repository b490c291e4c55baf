import type { Times } from '../outcome.ts'

/** What happens to the calls to one number: how the API answers the request, and what the phone does. */
export interface CallPlan {
  readonly create: CreatePlan
  readonly ending: CallEnding
  /** From the request to the end of the ringing. */
  readonly ringMs: number
  /** From the answer to the end of the call. */
  readonly talkMs: number
}

export type CreatePlan =
  | { readonly kind: 'accept'; readonly delayMs: number }
  | {
      readonly kind: 'refuse'
      readonly status: number // HTTP
      readonly code: number // Twilio's
      readonly retryAfterSeconds: number | null // null: no such header
      readonly times: Times
    }
  /** The call is made, the request never answered. */
  | { readonly kind: 'silence'; readonly times: Times }
  /** The connection is closed without an answer and without a call. */
  | { readonly kind: 'close'; readonly times: Times }

/** How Twilio writes it. */
export type CallEnding = 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'

export const answered: CallPlan = {
  create: { kind: 'accept', delayMs: 0 },
  ending: 'completed',
  ringMs: 200,
  talkMs: 300,
}
