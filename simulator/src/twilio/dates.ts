const daySeconds = 86_400

/** `Sun, 22 Nov 2026 04:22:48 +0000`, as the API of 2010-04-01 has them. */
export function rfc2822(second: number): string {
  return new Date(second * 1000).toUTCString().replace('GMT', '+0000')
}

/** `2026-11-22T04:22:48Z`, as the APIs of v1 and v2 have them. */
export function isoSecond(second: number): string {
  return `${new Date(second * 1000).toISOString().slice(0, 19)}Z`
}

/** `2026-11-22` */
export function isoDay(second: number): string {
  return new Date(second * 1000).toISOString().slice(0, 10)
}

/** Epoch seconds of the midnight that begins the day of `second`, in UTC. */
export function startOfDay(second: number): number {
  return Math.floor(second / daySeconds) * daySeconds
}

export interface Moment {
  /** Epoch seconds; of a day its first one. */
  readonly second: number
  readonly isDay: boolean
}

/**
 * A date or a date and time as a query has it: `2026-11-22`, `2026-11-22T04:22:48Z`, or with a blank for the T, an
 * offset for the Z or a fraction, which is cut.
 *
 * @returns null when it is neither, or no day of the calendar
 */
export function parseMoment(text: string): Moment | null {
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)) return null
  const isDay = text.length === 10
  const iso = text.replace(' ', 'T')
  const milliseconds = Date.parse(isDay || /(Z|[+-]\d\d:?\d\d)$/.test(iso.slice(10)) ? iso : `${iso}Z`)
  // The 31st of April would be the 1st of May to Date.
  if (Number.isNaN(milliseconds) || Number(text.slice(8, 10)) > daysOfMonth(text)) return null
  return { second: Math.floor(milliseconds / 1000), isDay }
}

/** A day as usage is asked for: `-30days` or `+1day` from today. */
export function relativeDay(text: string, nowSecond: number): Moment | null {
  const days = /^([+-]\d{1,4})days?$/.exec(text)?.[1]
  return days === undefined ? null : { second: startOfDay(nowSecond) + Number(days) * daySeconds, isDay: true }
}

function daysOfMonth(isoDate: string): number {
  return new Date(Date.UTC(Number(isoDate.slice(0, 4)), Number(isoDate.slice(5, 7)), 0)).getUTCDate()
}
