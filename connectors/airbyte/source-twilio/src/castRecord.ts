import type { Fields, FieldType } from './fields.ts'
import { toIsoTime } from './isoTime.ts'

/** A record as Twilio's JSON has it. */
export type TwilioRecord = Record<string, unknown>

/**
 * Makes a function that gives a record's fields the types that the schema promises: `"-0.0075"` becomes -0.0075 where it
 * is a number, 30005 becomes `"30005"` where it is a string, RFC 2822 times become ISO 8601. It changes the record in its
 * place. What cannot be cast, null before all, stays as it is.
 */
export function recordCaster(fields: Fields): (record: TwilioRecord) => void {
  const casts = Object.entries(fields).flatMap(([name, type]): [string, Cast][] => {
    const cast = castTo(type)
    return cast === null ? [] : [[name, cast]]
  })
  return (record) => {
    for (const [name, cast] of casts) {
      const value = record[name]
      if (value === null || value === undefined) continue
      const cleaned = cast(value)
      if (cleaned !== value) record[name] = cleaned
    }
  }
}

type Cast = (value: unknown) => unknown

function castTo(type: FieldType): Cast | null {
  if (typeof type === 'object') return 'within' in type ? castWithin(type.within) : castEach(type.listOf)
  switch (type) {
    case 'string':
      return toText
    case 'time':
      return (value) => (typeof value === 'string' ? toIsoTime(value) : value)
    case 'integer':
    case 'number':
      return toNumber
    case 'boolean':
      return toBoolean
    case 'day':
    case 'object':
    case 'list':
      return null
    default:
      return type satisfies never
  }
}

function castWithin(fields: Fields): Cast | null {
  // Most objects hold addresses only: nothing to look at in them.
  if (Object.values(fields).every((type) => type === 'string')) return null
  const cast = recordCaster(fields)
  return (value) => {
    if (isRecord(value)) cast(value)
    return value
  }
}

function castEach(fields: Fields): Cast {
  const cast = recordCaster(fields)
  return (value) => {
    if (Array.isArray(value)) for (const item of value) if (isRecord(item)) cast(item)
    return value
  }
}

function toText(value: unknown): unknown {
  if (typeof value === 'string') return value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function toNumber(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value
  const number = Number(value)
  return Number.isFinite(number) ? number : value
}

function toBoolean(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value
}

export function isRecord(value: unknown): value is TwilioRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
