import { readAnswerPlan } from '../answerPlan.ts'
import { ObjectReader, type Violation } from '../objectReader.ts'
import { answered, type CallPlan } from './callPlan.ts'
import { magicCall } from './magicCall.ts'

export type ParsedCallPlan =
  | { readonly kind: 'plan'; readonly plan: CallPlan }
  | { readonly kind: 'violations'; readonly violations: readonly Violation[] }

/**
 * Reads what calls to a number are to do from the body of a request: `{"like": "999701"}` for one of the magic endings,
 * or `{"create": {…}, "ending": …, "ringMs": …, "talkMs": …}` where everything left out is as for any call.
 */
export function parseCallPlan(body: unknown): ParsedCallPlan {
  const reader = new ObjectReader(body).allowOnly('like', 'create', 'ending', 'ringMs', 'talkMs')
  const plan = reader.has('like') ? likeOf(reader) : spelledOut(reader)
  const { violations } = reader
  return violations.length > 0 ? { kind: 'violations', violations } : { kind: 'plan', plan }
}

function likeOf(reader: ObjectReader): CallPlan {
  const others = ['create', 'ending', 'ringMs', 'talkMs'].some((name) => reader.has(name))
  if (others) reader.refuse('like', 'cannot be combined with anything else')
  const plan = magicCall(reader.text('like', { lengthMax: 20 }))
  if (!plan) reader.refuse('like', 'must end in one of the documented six digits, as in "999701"')
  return plan ?? answered
}

function spelledOut(reader: ObjectReader): CallPlan {
  return {
    create: reader.has('create') ? readAnswerPlan(reader.object('create')) : answered.create,
    ending: reader.oneOf('ending', ['completed', 'busy', 'no-answer', 'failed', 'canceled'], answered.ending),
    ringMs: reader.integer('ringMs', { min: 0, max: DELAY_MS_MAX, fallback: answered.ringMs }),
    talkMs: reader.integer('talkMs', { min: 0, max: DELAY_MS_MAX, fallback: answered.talkMs }),
  }
}

const DELAY_MS_MAX = 3_600_000
