import type { CallEnding, CallPlan } from './callPlan.ts'
import type { TwimlVerb } from './parseTwiml.ts'

/** A request for a call, checked. */
export interface CallOrder {
  readonly accountSid: string
  /** The password that came with it: what callbacks are signed with. */
  readonly authToken: string
  readonly from: string // with +
  readonly to: string // with +
  readonly verbs: readonly TwimlVerb[]
  readonly callback: CallbackOrder | null // null: nobody wants to be told
}

export interface CallbackOrder {
  readonly url: string
  readonly events: readonly CallEvent[]
}

export type CallEvent = 'initiated' | 'ringing' | 'answered' | 'completed'

export type CallStatus = 'queued' | 'initiated' | 'ringing' | 'in-progress' | CallEnding

export interface Call {
  readonly sid: string
  readonly order: CallOrder
  readonly plan: CallPlan
  readonly createdAt: number
  status: CallStatus
  answeredAt: number | null // null: not, or not yet
  endedAt: number | null // null: it has not
}
