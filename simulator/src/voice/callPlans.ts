import { RecentMap } from '../recentMap.ts'
import { answered, type CallPlan } from './callPlan.ts'
import { magicCall } from './magicCall.ts'

/** What calls to a number do: what was set for it, else what its last digits ask for, else it answers. */
export class CallPlans {
  readonly #scripted = new Map<string, CallPlan>()
  readonly #tries = new RecentMap<string, number>(COUNTED_NUMBERS_MAX)

  find(number: string): CallPlan {
    return this.#scripted.get(number) ?? magicCall(number) ?? answered
  }

  /** The plan of a call that is being asked for now: a plan that goes wrong some times only counts this one. */
  next(number: string): CallPlan {
    const plan = this.find(number)
    if (plan.create.kind === 'accept' || plan.create.times === null) return plan
    const tries = this.#tries.get(number) ?? 0
    if (tries < plan.create.times) {
      this.#tries.set(number, tries + 1)
      return plan
    }
    this.#tries.delete(number)
    return { ...plan, create: answered.create }
  }

  /** Sets what all later calls to `number` do. False: the table is full. */
  set(number: string, plan: CallPlan): boolean {
    if (this.#scripted.size >= SCRIPTED_NUMBERS_MAX && !this.#scripted.has(number)) return false
    this.#scripted.set(number, plan)
    this.#tries.delete(number)
    return true
  }

  delete(number: string): boolean {
    this.#tries.delete(number)
    return this.#scripted.delete(number)
  }

  list(): { readonly number: string; readonly plan: CallPlan }[] {
    return [...this.#scripted].map(([number, plan]) => ({ number, plan }))
  }
}

const SCRIPTED_NUMBERS_MAX = 10_000
const COUNTED_NUMBERS_MAX = 10_000
