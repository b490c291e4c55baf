import { textOf } from './fields.ts'

/**
 * A copy of somebody else's JSON that any of our stores takes, and that is not deep enough to overflow the stack of
 * whoever walks through it: what lies deeper than `depthMax` is left out.
 */
export function storableJson(value: unknown, depthMax = DEPTH_MAX): unknown {
  if (typeof value === 'string') return textOf(value) ?? ''
  if (typeof value !== 'object' || value === null) return value
  if (depthMax === 0) return null
  if (Array.isArray(value)) return value.slice(0, ENTRIES_MAX).map((entry) => storableJson(entry, depthMax - 1))
  const entries = Object.entries(value).slice(0, ENTRIES_MAX)
  return Object.fromEntries(entries.map(([name, entry]) => [textOf(name) ?? '', storableJson(entry, depthMax - 1)]))
}

/** A contact's telephone number is at depth 4. */
const DEPTH_MAX = 8
/** WhatsApp sends up to 257 contacts at once. */
const ENTRIES_MAX = 257
