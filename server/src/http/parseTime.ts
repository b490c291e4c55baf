/**
 * A point in time as callers write it: ISO 8601 with seconds or without, with a zone (`Z`, `+01:00`, `+0100`) or
 * without, which is UTC; also the documented `yyyy-MM-ddT-HH:mm:ss+HH:mm` with its stray dash, and a `+` that became a
 * space in a query string. Epoch milliseconds, or null when it is no such time.
 */
export function parseTime(text: string): number | null {
  const match = TIME.exec(text)
  if (match === null) return null
  const [, date, clock, seconds, zone] = match
  const iso = `${date}T${clock}${seconds ?? ':00'}${zoneOf(zone)}`
  const time = Date.parse(iso)
  return Number.isNaN(time) || !existsInCalendar(date ?? '') ? null : time
}

const TIME = /^(\d{4}-\d\d-\d\d)T-?(\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?(Z|[+\- ]\d\d:?\d\d)?$/

function zoneOf(zone: string | undefined): string {
  if (zone === undefined || zone === 'Z') return 'Z'
  const digits = zone.replaceAll(/[^\d]/g, '')
  return `${zone.startsWith('-') ? '-' : '+'}${digits.slice(0, 2)}:${digits.slice(2)}`
}

/** Date.parse takes 30 February for 2 March. */
function existsInCalendar(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date)
}
