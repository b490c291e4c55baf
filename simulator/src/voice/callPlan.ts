import { type AnswerPlan, acceptAtOnce } from '../answerPlan.ts'

/** What happens to the calls to one number: how the API answers the request, and what the phone does. */
export interface CallPlan {
  readonly create: AnswerPlan
  readonly ending: CallEnding
  /** From the request to the end of the ringing. */
  readonly ringMs: number
  /** From the answer to the end of the call. */
  readonly talkMs: number
}

/** How Twilio writes it. */
export type CallEnding = 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'

export const answered: CallPlan = {
  create: acceptAtOnce,
  ending: 'completed',
  ringMs: 200,
  talkMs: 300,
}
