import { rewriteSql } from './rewriteSql.ts'

export interface PreparedText {
  readonly text: string
  readonly name?: string // absent: parsed anew each time
}

/**
 * Gives each statement its PostgreSQL text and a name under which each connection keeps it prepared. Texts beyond
 * the limit, and those that run once like `create table`, go without a name: the server would keep them for ever.
 */
export function createPreparedTexts(): (sql: string) => PreparedText {
  const known = new Map<string, PreparedText>()
  return (sql) => {
    const found = known.get(sql)
    if (found !== undefined) {
      return found
    }
    const text = rewriteSql('postgres', sql)
    if (known.size >= TEXTS_MAX || !REPEATED.test(text)) {
      return { text }
    }
    const prepared = { text, name: `s${known.size + 1}` }
    known.set(sql, prepared)
    return prepared
  }
}

const TEXTS_MAX = 500
const REPEATED = /^\s*(select|insert|update|delete|with)\b/i
