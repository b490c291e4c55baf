/** How many uploads may be under way on this node, of one account and altogether. */
const PLACES_OF_ACCOUNT_MAX = 4
const PLACES_MAX = 16

/** Keeps slow uploads from taking all memory, and one account from taking all places. */
export class UploadPlaces {
  readonly #taken = new Map<string, number>()
  #total = 0

  /** Call `leave` once; or a word, of whose uploads there are too many. */
  take(accountId: string): { leave(): void } | 'account' | 'all' {
    const taken = this.#taken.get(accountId) ?? 0
    if (taken >= PLACES_OF_ACCOUNT_MAX) return 'account'
    if (this.#total >= PLACES_MAX) return 'all'
    this.#taken.set(accountId, taken + 1)
    this.#total += 1
    return { leave: () => this.#leave(accountId) }
  }

  #leave(accountId: string): void {
    const taken = this.#taken.get(accountId) ?? 0
    if (taken > 1) this.#taken.set(accountId, taken - 1)
    else this.#taken.delete(accountId)
    this.#total -= 1
  }
}
