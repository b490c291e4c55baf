import assert from 'node:assert/strict'
import type { E164 } from '../numbers/address.ts'
import type { Sealer } from '../sealer.ts'
import { type AttemptState, type CheckAnswer, check, expire, withdraw } from './attemptMachine.ts'
import { isCode } from './code.ts'
import type { Verdict } from './guard/guard.ts'
import type { CheckResult, Limited } from './otp.ts'
import type { NewEvent } from './otpEvents.ts'
import type { HeldOtp, OtpChange } from './otpRows.ts'
import { openCode } from './sealedCode.ts'

/** What one check says. */
export interface Turn {
  readonly accountId: string
  readonly code: string
  readonly at: number
}

/** A comparison that was made, for the guard's counts. */
export interface Comparison {
  readonly accountId: string
  readonly number: E164
  readonly at: number
  readonly verified: boolean
}

/** The checks of one OTP in one batch, which take their turns on the state that was read under the lock. */
export class CheckTurns {
  readonly events: NewEvent[] = []
  readonly comparisons: Comparison[] = []
  readonly #held: HeldOtp
  readonly #code: string | null // null: it is over, or was sealed under another secret: then no code is right
  readonly #newId: () => string
  readonly #first: AttemptState
  #state: AttemptState
  #finishedAt: number | null
  #refusal: Limited | null = null // null: the guard has refused none so far

  constructor(held: HeldOtp, { newId, sealer }: { readonly newId: () => string; readonly sealer: Sealer }) {
    const { otp, refusalTold, sealed } = held
    this.#held = held
    this.#newId = newId
    this.#code = openCode(sealer, otp.id, sealed)?.code ?? null
    this.#first = { status: otp.status, attempts: otp.attempts, attemptsMax: otp.attemptsMax, refusalTold }
    this.#state = this.#first
    this.#finishedAt = otp.finishedAt
  }

  get number(): E164 {
    return this.#held.otp.number
  }

  /**
   * Those that the guard is to be asked about: the first ones, as many as there are attempts left. Whoever comes after
   * them finds the attempts used, or shares the guard's refusal.
   */
  comparable<T extends Turn>(turns: readonly T[]): readonly T[] {
    const { otp, hasApplication } = this.#held
    if (otp.status !== 'active' || !hasApplication) return []
    return turns
      .filter(({ accountId, at }) => accountId === otp.accountId && at < otp.expiresAt)
      .slice(0, otp.attemptsMax - otp.attempts)
  }

  /** `verdict`: the guard's, of those it was asked about. */
  take(turn: Turn, verdict: Verdict | undefined): CheckResult {
    const { otp, hasApplication } = this.#held
    if (turn.accountId !== otp.accountId) return { kind: 'unknown' }
    if (!hasApplication) this.#become(withdraw(this.#state), turn.at)
    if (turn.at >= otp.expiresAt) this.#become(expire(this.#state), otp.expiresAt)
    if (this.#state.status !== 'active') return this.#answer(turn)
    if (verdict?.kind === 'refused') {
      const { code, reason, retryAfterMs } = verdict
      this.#refusal = { kind: 'limited', code, reason, retryAfterMs }
      return this.#refusal
    }
    if (verdict?.kind === 'allowed') return this.#answer(turn)
    assert.ok(this.#refusal !== null, 'the guard was not asked about a check that could compare')
    return this.#refusal
  }

  /** Null: nothing is to be written. */
  change(): OtpChange | null {
    if (this.#state === this.#first) return null
    const { status, attempts, refusalTold } = this.#state
    return { id: this.#held.otp.id, status, attempts, refusalTold, finishedAt: this.#finishedAt }
  }

  #answer({ code, at }: Turn): CheckResult {
    const wasActive = this.#state.status === 'active'
    const { state, answer } = check(this.#state, () => this.#code !== null && isCode(code, this.#code))
    if (wasActive) {
      const { accountId, number } = this.#held.otp
      this.comparisons.push({ accountId, number, at, verified: answer === 'verified' })
    }
    // What is over may be asked about for ever: only the first refusal is an event.
    if (answer !== 'over') this.#tell('check', { at, isSuccess: answer === 'verified', status: state.status })
    this.#become(state, at)
    return this.#result(answer)
  }

  #become(state: AttemptState, at: number): void {
    const ends = this.#state.status === 'active' && state.status !== 'active'
    this.#state = state
    if (!ends) return
    this.#finishedAt = at
    this.#tell('final', { at, isSuccess: state.status === 'verified', status: state.status })
  }

  #tell(
    kind: 'check' | 'final',
    { at, isSuccess, status }: { readonly at: number; readonly isSuccess: boolean; readonly status: string },
  ): void {
    const outcome = isSuccess ? 'success' : 'failed'
    this.events.push({ id: this.#newId(), otpId: this.#held.otp.id, at, kind, channel: null, outcome, text: status })
  }

  #result(kind: CheckAnswer): CheckResult {
    const { status, attempts } = this.#state
    return { kind, otp: { ...this.#held.otp, status, attempts, finishedAt: this.#finishedAt } }
  }
}
