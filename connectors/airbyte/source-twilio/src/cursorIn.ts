import { ConfigError } from '@heliograph/airbyte-protocol/source'
import { isRecord } from './castRecord.ts'
import { parseTime } from './isoTime.ts'

/** The time in `{"<cursor field>": "<time>"}`; null: none is there. @throws ConfigError when it is no time. */
export function cursorIn(cursor: unknown, cursorField: string): number | null {
  const value = isRecord(cursor) ? cursor[cursorField] : null
  return value === null || value === undefined ? null : timeIn(value)
}

/** Epoch milliseconds of a time in a state. @throws ConfigError when it is none. */
export function timeIn(value: unknown): number {
  const timeMs = typeof value === 'string' ? parseTime(value) : null
  if (timeMs === null) throw new ConfigError('The state has a time that is not ISO 8601')
  return timeMs
}
