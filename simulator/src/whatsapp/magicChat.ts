import { type AnswerPlan, acceptAtOnce } from '../answerPlan.ts'
import { PASSING_REFUSALS } from '../magicOutcome.ts'
import type { Times } from '../outcome.ts'
import { type ChatPlan, deliveredChat, type PlannedStatus, type StatusWord } from './chatPlan.ts'

/**
 * What a number's last six digits ask of chat messages to it, null when they ask for nothing. Such endings read `9998`
 * and two digits; docs/operate/simulator.md lists them for the user and must say the same as this file.
 * @param number digits, with or without anything in front of the last six
 */
export function magicChat(number: string): ChatPlan | null {
  const [, ending = ''] = /9998(\d\d)$/.exec(number) ?? []
  return Object.hasOwn(PLANS, ending) ? (PLANS[ending] ?? null) : null
}

const PLANS: Readonly<Record<string, ChatPlan>> = {
  '00': told(...deliveredChat.statuses),
  '01': told(...deliveredChat.statuses, at(400, 'read')),
  '02': told(failed(131_026)),
  '03': told(failed(131_047)),
  '04': told(failed(131_049)),
  '05': told(at(0, 'sent'), { ...failed(131_053), delayMs: 200 }),
  10: told(at(0, 'sent')),
  11: told(),
  12: told(at(0, 'sent'), at(10_000, 'delivered')),
  13: told(at(0, 'sent'), at(60_000, 'delivered')),
  20: told(at(200, 'read'), at(300, 'delivered'), at(400, 'sent')),
  21: told(...twice(at(0, 'sent')), ...twice(at(200, 'delivered')), ...twice(at(400, 'read'))),
  22: { ...told(at(0, 'sent'), at(0, 'delivered')), create: { kind: 'accept', delayMs: 500 } },
  23: told(at(200, 'delivered')),
  24: told(at(200, 'read')),
  30: refused(429, 130_429),
  31: refused(429, 130_429, PASSING_REFUSALS),
  32: refused(400, 131_056, PASSING_REFUSALS),
  33: refused(500, 131_000),
  34: refused(503, 131_016, PASSING_REFUSALS),
  35: refused(401, 190, 1),
  36: refused(400, 100),
  40: create({ kind: 'silence', times: null }),
  41: create({ kind: 'close', times: null }),
  42: create({ kind: 'close', times: 1 }),
  43: create({ kind: 'accept', delayMs: 5_000 }),
}

/** Whoever picks such a number wants to see this ending, whether the phone has written or not. */
function told(...statuses: readonly PlannedStatus[]): ChatPlan {
  return { create: acceptAtOnce, statuses, window: 'ignored' }
}

function at(delayMs: number, status: StatusWord): PlannedStatus {
  return { status, delayMs, code: null }
}

function failed(code: number): PlannedStatus {
  return { status: 'failed', delayMs: 0, code }
}

function twice(status: PlannedStatus): PlannedStatus[] {
  return [status, status]
}

function refused(status: number, code: number, times: Times = null): ChatPlan {
  return create({ kind: 'refuse', status, code, retryAfterSeconds: null, times })
}

function create(plan: AnswerPlan): ChatPlan {
  return { ...told(...deliveredChat.statuses), create: plan }
}
