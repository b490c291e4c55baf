import { RecentMap } from '../recentMap.ts'
import type { BusinessNumber } from './businessNumbers.ts'

/** For 24 hours after a person wrote, a business may send that person anything; after that, templates only. */
export class ServiceWindows {
  readonly #wroteAt = new RecentMap<string, number>(WINDOWS_MAX)

  open(business: BusinessNumber, person: string, at: number): void {
    this.#wroteAt.set(keyOf(business, person), at)
  }

  isOpen(business: BusinessNumber, person: string, now: number): boolean {
    const wroteAt = this.#wroteAt.get(keyOf(business, person))
    return wroteAt !== undefined && now - wroteAt < WINDOW_MS
  }
}

function keyOf({ number }: BusinessNumber, person: string): string {
  return `${number} ${person}`
}

const WINDOW_MS = 24 * 3_600_000
const WINDOWS_MAX = 10_000
