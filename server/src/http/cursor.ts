import { constraintViolation } from './problem.ts'

/** A place in a list, as callers carry it from page to page without looking inside. */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** The place a caller brings back. Throws a 400 when it is none of ours. */
export function decodeCursor(cursor: string): readonly unknown[] {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(place)) return place
  } catch {
    // Falls through: whatever it is, it is no cursor.
  }
  throw constraintViolation([{ field: 'cursor', message: 'must be a cursor from an earlier answer' }])
}
