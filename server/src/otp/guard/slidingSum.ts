/** How long amounts count, and how finely their times are kept. */
export interface WindowShape {
  readonly stepMs: number
  readonly windowMs: number
}

/** What is added up: counts, or money, which is exact and may be larger than a number holds. */
export interface Arithmetic<Amount> {
  readonly zero: Amount
  plus(a: Amount, b: Amount): Amount
}

export const counting: Arithmetic<number> = { zero: 0, plus: (a, b) => a + b }

/** A step of time (epoch milliseconds divided by `stepMs`) and what came in it. */
export type Step<Amount> = readonly [step: number, amount: Amount]

/**
 * The sum of what came in the last `windowMs`. Amounts are kept by step, so a step counts as a whole until its last
 * millisecond has left the window: in no stretch of `windowMs` is there more than the sum said. With steps of 1 ms it
 * is exact.
 */
export class SlidingSum<Amount> {
  readonly #shape: WindowShape
  readonly #arithmetic: Arithmetic<Amount>
  readonly #steps: Step<Amount>[] // oldest first

  constructor(shape: WindowShape, arithmetic: Arithmetic<Amount>, steps: readonly Step<Amount>[]) {
    this.#shape = shape
    this.#arithmetic = arithmetic
    this.#steps = [...steps]
  }

  add(at: number, amount: Amount): void {
    const step = Math.floor(at / this.#shape.stepMs)
    // Nodes' clocks differ a little, so what comes last is not always the latest.
    const index = this.#steps.findLastIndex(([known]) => known <= step)
    const known = this.#steps[index]
    if (known?.[0] === step) this.#steps[index] = [step, this.#arithmetic.plus(known[1], amount)]
    else this.#steps.splice(index + 1, 0, [step, amount])
  }

  sum(at: number): Amount {
    return this.#total(this.steps(at))
  }

  /** Of the window that ends at `at`, only what came before `before`, the step that it falls into left out. */
  sumBefore(before: number, at: number): Amount {
    const end = Math.floor(before / this.#shape.stepMs)
    return this.#total(this.steps(at).filter(([step]) => step < end))
  }

  /** Milliseconds after `at` until the sum fits if nothing is added, 0: it does; the whole window where it never will. */
  waitUntil(fits: (sum: Amount) => boolean, at: number): number {
    const { stepMs, windowMs } = this.#shape
    const steps = this.steps(at)
    if (fits(this.#total(steps))) return 0
    for (const [index, [step]] of steps.entries()) {
      if (fits(this.#total(steps.slice(index + 1)))) return (step + 1) * stepMs - 1 + windowMs - at
    }
    return windowMs
  }

  /** What still counts at `at`. */
  steps(at: number): Step<Amount>[] {
    const { stepMs, windowMs } = this.#shape
    return this.#steps.filter(([step]) => (step + 1) * stepMs - 1 > at - windowMs)
  }

  #total(steps: readonly Step<Amount>[]): Amount {
    return steps.reduce((sum, [, amount]) => this.#arithmetic.plus(sum, amount), this.#arithmetic.zero)
  }
}
