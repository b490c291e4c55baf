import { acceptAtOnce, readAnswerPlan } from '../answerPlan.ts'
import { ObjectReader, type Violation } from '../objectReader.ts'
import { type ChatPlan, deliveredChat, type PlannedStatus } from './chatPlan.ts'
import { magicChat } from './magicChat.ts'

export type ParsedChatPlan =
  | { readonly kind: 'plan'; readonly plan: ChatPlan }
  | { readonly kind: 'violations'; readonly violations: readonly Violation[] }

/**
 * Reads what chat messages to a number are to do from the body of a request: `{"like": "999802"}` for one of the magic
 * endings, or `{"create": {…}, "statuses": […], "window": …}` where everything left out is as for any message, but for
 * the window: who says what is to happen means it.
 */
export function parseChatPlan(body: unknown): ParsedChatPlan {
  const reader = new ObjectReader(body).allowOnly('like', 'create', 'statuses', 'window')
  const plan = reader.has('like') ? likeOf(reader) : spelledOut(reader)
  const { violations } = reader
  return violations.length > 0 ? { kind: 'violations', violations } : { kind: 'plan', plan }
}

function likeOf(reader: ObjectReader): ChatPlan {
  const others = ['create', 'statuses', 'window'].some((name) => reader.has(name))
  if (others) reader.refuse('like', 'cannot be combined with anything else')
  const plan = magicChat(reader.text('like', { lengthMax: 20 }))
  if (!plan) reader.refuse('like', 'must end in one of the documented six digits, as in "999802"')
  return plan ?? deliveredChat
}

function spelledOut(reader: ObjectReader): ChatPlan {
  return {
    create: reader.has('create') ? readAnswerPlan(reader.object('create')) : acceptAtOnce,
    statuses: reader.has('statuses')
      ? reader.objects('statuses', { itemsMax: STATUSES_MAX }).map(readStatus)
      : deliveredChat.statuses,
    window: reader.oneOf('window', ['kept', 'ignored'], 'ignored'),
  }
}

function readStatus(reader: ObjectReader): PlannedStatus {
  const status = reader.oneOf('status', ['sent', 'delivered', 'read', 'failed'])
  const failed = status === 'failed'
  reader.allowOnly('status', 'delayMs', ...(failed ? ['code'] : []))
  return {
    status,
    delayMs: reader.integer('delayMs', { min: 0, max: DELAY_MS_MAX, fallback: 0 }),
    code: failed ? reader.integer('code', { min: 1, max: CODE_MAX }) : null,
  }
}

const STATUSES_MAX = 20
const DELAY_MS_MAX = 86_400_000
const CODE_MAX = 9_999_999
