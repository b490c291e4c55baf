/**
 * Remembers the last keys it was shown, at least half of `keysMax`. Lists can show a record twice: records that arrive
 * push others onto the next page, and windows that had to be cut are asked for again.
 */
export class RecentKeys {
  readonly #generationKeysMax: number
  #younger = new Set<string>()
  #older = new Set<string>()

  constructor(keysMax: number) {
    this.#generationKeysMax = Math.ceil(keysMax / 2)
  }

  /** Whether the key is new, remembering it. */
  add(key: string): boolean {
    if (this.#younger.has(key) || this.#older.has(key)) return false
    if (this.#younger.size >= this.#generationKeysMax) {
      this.#older = this.#younger
      this.#younger = new Set()
    }
    this.#younger.add(key)
    return true
  }
}

/** Enough for the records that moved from one page to the next while it was read. */
export const PAGE_KEYS_MAX = 4000
