import type { Page } from '../../contacts/page.ts'
import { isStorableText } from '../../db/storableText.ts'
import { constraintViolation } from '../../http/problem.ts'

/** What the descriptions of all endpoints of this API share. */
export const BYON = { tags: ['BYON'], security: [{ apikey: [] }, { apiKeyInQuery: [] }] }

export function pageOf({ page, size }: { readonly page: number; readonly size: number }): Page {
  return { number: page, size }
}

/** A filter or a name of the query; empty is as good as not given. */
export function filterOf(field: string, value: string | undefined): string | null {
  if (value === undefined || value === '') return null
  if (isStorableText(value)) return value
  throw constraintViolation([{ field, message: 'must not contain NUL or unpaired surrogates' }])
}
