/**
 * A map that keeps at least the `entriesMax` keys set last and at most twice as many. Keys live in two generations;
 * when the young one is full the old one is dropped whole. That costs nothing per entry, where deleting the oldest key
 * of one large `Map` walks over all the holes that earlier deletions left.
 */
export class RecentMap<Key, Value> {
  readonly #entriesMax: number
  #young = new Map<Key, Value>()
  #old = new Map<Key, Value>()

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  get(key: Key): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  /** Sets the key and makes it one of the most recent. */
  set(key: Key, value: Value): void {
    this.#young.set(key, value)
    if (this.#young.size >= this.#entriesMax) this.rotate()
  }

  delete(key: Key): boolean {
    const wasYoung = this.#young.delete(key)
    return this.#old.delete(key) || wasYoung
  }

  /** Forgets the old generation; the young one becomes the old one. */
  rotate(): void {
    this.#old = this.#young
    this.#young = new Map()
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  /** Each key once with its newest value; those set long ago come first. */
  *entries(): Generator<[Key, Value]> {
    for (const entry of this.#old) if (!this.#young.has(entry[0])) yield entry
    yield* this.#young
  }
}
