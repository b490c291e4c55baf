/** What is kept of an answer. */
export const responseStartBytesMax = 2_048

/** Counts a body and keeps its first bytes. */
export class BodyStart {
  /** Bytes of the body so far, kept or not. */
  bytes = 0
  #kept: Buffer | null = null // null: no body came on this connection yet

  reset(): void {
    this.bytes = 0
  }

  add(source: Buffer, start: number, end: number): void {
    if (this.bytes < responseStartBytesMax) {
      this.#kept ??= Buffer.allocUnsafeSlow(responseStartBytesMax)
      source.copy(this.#kept, this.bytes, start, end)
    }
    this.bytes += end - start
  }

  text(): string {
    if (this.bytes === 0 || this.#kept === null) return ''
    return this.#kept.toString('utf8', 0, Math.min(this.bytes, responseStartBytesMax))
  }
}
