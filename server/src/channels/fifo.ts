/** A queue that takes and gives in constant time. An array's shift() moves every element once it grows long. */
export class Fifo<T> {
  #items: (T | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head++] = undefined
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  /** Takes everything, oldest first. */
  clear(): T[] {
    const rest = this.#items.slice(this.#head).filter((item) => item !== undefined)
    this.#items = []
    this.#head = 0
    return rest
  }
}

const COMPACT_AT = 1024
