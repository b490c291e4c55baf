import type { OtpStatus } from './otp.ts'

/** What decides whether an OTP may still be verified. */
export interface AttemptState {
  readonly status: OtpStatus
  readonly attempts: number
  readonly attemptsMax: number
  /** A check was told that the time or the attempts are over; whoever asks again hears only that it is not active. */
  readonly refusalTold: boolean
}

/** What a check is answered; the API makes 202, 401, 403 and 410 of it. */
export type CheckAnswer = 'verified' | 'wrong' | 'refused' | 'over'

/**
 * The state after one check, and its answer. Only an active OTP compares, every comparison counts, the right code counts
 * on the last permitted attempt too, and a final status is never left.
 */
export function check(
  state: AttemptState,
  isRight: () => boolean,
): { readonly state: AttemptState; readonly answer: CheckAnswer } {
  if (state.status === 'active') {
    const attempts = state.attempts + 1
    if (isRight()) return { state: { ...state, attempts, status: 'verified' }, answer: 'verified' }
    const status = attempts < state.attemptsMax ? 'active' : 'too many attempts'
    return { state: { ...state, attempts, status }, answer: 'wrong' }
  }
  if (state.status === 'verified' || state.refusalTold) return { state, answer: 'over' }
  return { state: { ...state, refusalTold: true }, answer: 'refused' }
}

/** The time is over. */
export function expire(state: AttemptState): AttemptState {
  return state.status === 'active' ? { ...state, status: 'expired' } : state
}

/** The application is gone: nothing can be verified for it any more, and there is nothing to wait for. */
export function withdraw(state: AttemptState): AttemptState {
  return state.refusalTold ? state : { ...expire(state), refusalTold: true }
}
