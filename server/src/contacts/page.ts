/** A page of a list in a fixed order. */
export interface Page {
  /** From 0. */
  readonly number: number
  /** Entries of a page. */
  readonly size: number
}
