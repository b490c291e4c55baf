import { isStorableText } from '../../db/storableText.ts'
import { decodeCursor } from '../../http/cursor.ts'
import { parseTime } from '../../http/parseTime.ts'
import { constraintViolation } from '../../http/problem.ts'

/** The id that a list goes on after; null: from the top. Throws a 400 for a cursor that is none of ours. */
export function beforeOf(cursor: string | undefined): string | null {
  if (cursor === undefined) return null
  const [id] = decodeCursor(cursor)
  if (typeof id === 'string' && isStorableText(id)) return id
  throw constraintViolation([{ field: 'cursor', message: 'must be a cursor from an earlier answer' }])
}

/** A number to look for: a + lost in the query, or left out, or written as 00, is put back. Throws a 400. */
export function numberOf(field: string, text: string): string {
  if (!isStorableText(text)) throw constraintViolation([{ field, message: 'must be plain text' }])
  if (text.startsWith(' ')) return `+${text.slice(1)}`
  if (text.startsWith('00')) return `+${text.slice(2)}`
  return INTERNATIONAL.test(text) ? `+${text}` : text
}

/** Longer than a short code. */
const INTERNATIONAL = /^[1-9][0-9]{8,14}$/

/** Epoch milliseconds; of a day alone, when it begins in UTC. Throws a 400. */
export function timeOf(field: string, text: string): number {
  const time = /^\d{1,15}$/.test(text) ? Number(text) : parseTime(DAY.test(text) ? `${text}T00:00Z` : text)
  if (time === null) throw constraintViolation([{ field, message: 'must be ISO 8601 or epoch milliseconds' }])
  return time
}

const DAY = /^\d{4}-\d\d-\d\d$/
