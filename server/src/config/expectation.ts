import { type TSchema, Type } from 'typebox'

/**
 * What a schema takes, in words that fit behind "expected". A schema's own `expected` option goes first; it is a must
 * where a pattern says more than "text".
 */
export function expectationOf(schema: TSchema): string {
  if ('expected' in schema) return String(schema.expected)
  if (Type.IsLiteral(schema)) return JSON.stringify(schema.const)
  if (Type.IsEnum(schema)) return listOf(schema.enum.map((value) => JSON.stringify(value)))
  if (Type.IsUnion(schema)) return listOf(schema.anyOf.map(expectationOf))
  if (Type.IsInteger(schema)) return `a whole number${rangeOf(schema)}`
  if (Type.IsNumber(schema)) return `a number${rangeOf(schema)}`
  if (Type.IsBoolean(schema)) return 'true or false'
  if (Type.IsArray(schema)) return 'a list'
  if (Type.IsObject(schema) || Type.IsRecord(schema)) return 'a map'
  return `text${lengthOf(schema)}`
}

function listOf(expectations: readonly string[]): string {
  return expectations.length < 2
    ? expectations.join('')
    : `${expectations.slice(0, -1).join(', ')} or ${expectations.at(-1)}`
}

function rangeOf(schema: TSchema): string {
  const [min, max] = [numberIn(schema, 'minimum'), numberIn(schema, 'maximum')]
  if (min !== null && max !== null) return ` ${min}–${max}`
  if (min !== null) return ` of at least ${min}`
  return max === null ? '' : ` of at most ${max}`
}

function lengthOf(schema: TSchema): string {
  const [min, max] = [numberIn(schema, 'minLength') ?? 0, numberIn(schema, 'maxLength')]
  if (max !== null) return ` of ${min === 0 ? `at most ${max}` : `${min}–${max}`} characters`
  return min === 0 ? '' : ' that is not empty'
}

function numberIn(schema: TSchema, keyword: string): number | null {
  const value = new Map<string, unknown>(Object.entries(schema)).get(keyword)
  return typeof value === 'number' ? value : null
}
