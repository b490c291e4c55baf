import { type AnswerPlan, acceptAtOnce } from './answerPlan.ts'
import { RecentMap } from './recentMap.ts'

/** What happens to each number: what was set for it, else what its last digits ask for, else the usual. */
export class PlanTable<Plan extends { readonly create: AnswerPlan }> {
  readonly #magic: (number: string) => Plan | null
  readonly #usual: Plan
  readonly #scripted = new Map<string, Plan>()
  readonly #tries = new RecentMap<string, number>(COUNTED_NUMBERS_MAX)

  constructor({ magic, usual }: { readonly magic: (number: string) => Plan | null; readonly usual: Plan }) {
    this.#magic = magic
    this.#usual = usual
  }

  find(number: string): Plan {
    return this.#scripted.get(number) ?? this.#magic(number) ?? this.#usual
  }

  /** The plan of what is being asked for now: a plan that goes wrong some times only counts this one. */
  next(number: string): Plan {
    const plan = this.find(number)
    if (plan.create.kind === 'accept' || plan.create.times === null) return plan
    const tries = this.#tries.get(number) ?? 0
    if (tries < plan.create.times) {
      this.#tries.set(number, tries + 1)
      return plan
    }
    this.#tries.delete(number)
    return { ...plan, create: acceptAtOnce }
  }

  /** Sets what happens to `number` from now on. False: the table is full. */
  set(number: string, plan: Plan): boolean {
    if (this.#scripted.size >= SCRIPTED_NUMBERS_MAX && !this.#scripted.has(number)) return false
    this.#scripted.set(number, plan)
    this.#tries.delete(number)
    return true
  }

  delete(number: string): boolean {
    this.#tries.delete(number)
    return this.#scripted.delete(number)
  }

  list(): { readonly number: string; readonly plan: Plan }[] {
    return [...this.#scripted].map(([number, plan]) => ({ number, plan }))
  }
}

const SCRIPTED_NUMBERS_MAX = 10_000
const COUNTED_NUMBERS_MAX = 10_000
