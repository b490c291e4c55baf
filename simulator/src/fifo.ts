/** First in, first out, bounded. Taking is constant time, unlike `Array.shift` on a long array. */
export class Fifo<Item> {
  readonly #itemsMax: number
  #items: (Item | undefined)[] = []
  #head = 0

  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax
  }

  get length(): number {
    return this.#items.length - this.#head
  }

  get full(): boolean {
    return this.length >= this.#itemsMax
  }

  /** False: the queue is full, nothing was taken. */
  push(item: Item): boolean {
    if (this.full) return false
    this.#items.push(item)
    return true
  }

  shift(): Item | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head += 1
    if (this.#head >= COMPACT_ITEMS && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}

/** Below this many taken items the array is not worth copying. */
const COMPACT_ITEMS = 1024
