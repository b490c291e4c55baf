/** Keeps text secret in the database. */
export interface Sealer {
  /** `place` says where the result belongs (table, column, row id); elsewhere it does not open. */
  seal(text: string, place: string): string
  /** Null: it was sealed with another key or for another place. */
  open(sealed: string, place: string): string | null
}
