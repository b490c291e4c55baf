import { Problem, unavailable } from '../../http/problem.ts'
import type { CheckResult } from '../../otp/otp.ts'

type NotNow = Extract<CheckResult, { kind: 'limited' | 'busy' }>

/** Why something was not done now, though it may be later: Retry-After says when. */
export function asProblem(result: NotNow): Problem {
  if (result.kind === 'busy') return unavailable('too many requests wait to be stored; try again')
  const seconds = Math.max(1, Math.ceil(result.retryAfterMs / 1000))
  return new Problem(429, result.reason, { code: result.code, headers: { 'retry-after': String(seconds) } })
}
