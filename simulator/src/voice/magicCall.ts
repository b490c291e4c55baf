import type { AnswerPlan } from '../answerPlan.ts'
import { PASSING_REFUSALS } from '../magicOutcome.ts'
import type { Times } from '../outcome.ts'
import { answered, type CallEnding, type CallPlan } from './callPlan.ts'

/**
 * What a number's last six digits ask of calls to it, null when they ask for nothing. Such endings read `9997` and two
 * digits; docs/operate/simulator.md lists them for the user and must say the same as this file.
 * @param number digits, with or without anything in front of the last six
 */
export function magicCall(number: string): CallPlan | null {
  const [, ending = ''] = /9997(\d\d)$/.exec(number) ?? []
  return Object.hasOwn(PLANS, ending) ? (PLANS[ending] ?? null) : null
}

const PLANS: Readonly<Record<string, CallPlan>> = {
  '00': answered,
  '01': ending('busy'),
  '02': ending('no-answer'),
  '03': ending('failed'),
  '04': ending('canceled'),
  10: { ...answered, ringMs: 10_000 },
  20: refused(400, 21_211),
  21: refused(400, 21_215),
  22: refused(400, 21_210),
  23: refused(403, 20_003),
  30: refused(429, 20_429),
  31: refused(429, 20_429, { times: PASSING_REFUSALS, retryAfterSeconds: 1 }),
  32: refused(500, 20_500),
  33: refused(503, 20_503, { times: PASSING_REFUSALS }),
  40: create({ kind: 'silence', times: null }),
  41: create({ kind: 'close', times: null }),
  42: create({ kind: 'close', times: 1 }),
  43: create({ kind: 'accept', delayMs: 5_000 }),
}

function ending(ending: CallEnding): CallPlan {
  return { ...answered, ending }
}

function refused(
  status: number,
  code: number,
  { times = null, retryAfterSeconds = null }: { times?: Times; retryAfterSeconds?: number | null } = {},
): CallPlan {
  return create({ kind: 'refuse', status, code, retryAfterSeconds, times })
}

function create(plan: AnswerPlan): CallPlan {
  return { ...answered, create: plan }
}
