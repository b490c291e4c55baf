import type { Database } from './database.ts'

/**
 * Turns the one text of a statement into the dialect of an engine. Callers cache the result per text.
 * The tokens are replaced wherever they stand, so no statement may carry `$1` or `{pg:` inside a quoted string.
 */
export function rewriteSql(engine: Database['engine'], sql: string): string {
  return engine === 'sqlite'
    ? sql
        .replace(ROWS, 'jsonb_each(?$1)')
        .replace(POSTGRES_ONLY, '')
        // node:sqlite takes positional arguments for ?1, which may repeat; for $1 it wants names.
        .replace(PARAMETER, '?$1')
    : sql.replace(ROWS, 'jsonb_array_elements($$$1)').replace(POSTGRES_ONLY, '$1')
}

const ROWS = /\brows\(\$(\d+)\)/g
const POSTGRES_ONLY = /\{pg:([^}]*)\}/g
const PARAMETER = /\$(\d+)/g
