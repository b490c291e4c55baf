import assert from 'node:assert/strict'
import { Problem, type Violation } from '../../http/problem.ts'
import type { RefusalCode } from '../../otp/refusal.ts'

/** What is wrong with a request, gathered so that one answer names all of it. */
export class Mistakes {
  readonly #violations: Violation[] = []
  #first: RefusalCode | null = null

  /** Null, to stand in for what could not be read. */
  add(code: RefusalCode, field: string, message: string): null {
    this.#first ??= code
    this.#violations.push({ field, message })
    return null
  }

  get any(): boolean {
    return this.#violations.length > 0
  }

  /** A 400 with the code of the first mistake. Only where there are any. */
  problem(): Problem {
    assert(this.#first !== null, 'nothing was wrong')
    const message = this.#violations.map(({ field, message }) => `${field}: ${message}`).join('; ')
    return new Problem(400, message, { violations: this.#violations, code: this.#first })
  }
}
