/**
 * How many pages may be asked for while the page before them still waits to be written. Lists that are read at the same
 * time keep the network busy by themselves; one page ahead does it for a list that is alone, and every further one
 * would be held in memory.
 */
export class PagesAhead {
  #free: number

  constructor(pagesMax: number) {
    this.#free = pagesMax
  }

  /** Whether a page may be asked for; if so, `give` must follow. */
  take(): boolean {
    if (this.#free === 0) return false
    this.#free -= 1
    return true
  }

  give(): void {
    this.#free += 1
  }
}
