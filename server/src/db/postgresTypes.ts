import type { CustomTypesConfig } from 'pg'

/**
 * Reads columns as SQLite would give them: every kind of number as a number, true and false as 1 and 0, all else as
 * text. PostgreSQL sums bigint to numeric, and money is kept as text, so numeric is a number too.
 */
export const postgresTypes: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') {
      throw new Error('Rows are read in text format')
    }
    return NUMBER_OIDS.has(oid) ? Number : oid === BOOLEAN_OID ? booleanNumber : String
  },
}

/** int8, int2, int4, oid, float4, float8, numeric: fixed numbers of PostgreSQL's catalogue pg_type. */
const NUMBER_OIDS = new Set([20, 21, 23, 26, 700, 701, 1700])
const BOOLEAN_OID = 16

function booleanNumber(text: string): number {
  return text === 't' ? 1 : 0
}
