import type { Collection } from './collection.ts'
import { type Moment, parseMoment, relativeDay } from './dates.ts'
import type { DateFilter, RecordWriter } from './resource.ts'
import { firstAtOrAfter } from './timeline.ts'
import { invalidParameter } from './twilioError.ts'

/** Which records of a collection a query asks for. */
export interface Selection {
  /** Indexes from `low` up to, but without, `high`… */
  readonly low: number
  readonly high: number
  /** …for which this holds; null: for all of them. */
  readonly matches: ((index: number) => boolean) | null
}

/**
 * Narrows by arithmetic what it can, so that a window of a day does not cost a walk through a year.
 * @throws TwilioError for a date that is none
 */
export function selectRecords(collection: Collection, query: URLSearchParams, write: RecordWriter): Selection {
  const { resource, timeline, world } = collection
  const nowSecond = Math.ceil(world.clock.now() / 1000)
  const tests: ((index: number) => boolean)[] = []
  let low = 0
  let high = timeline.count
  if (resource.retentionDays !== undefined) {
    low = firstAtOrAfter(timeline, nowSecond - resource.retentionDays(collection.account) * 86_400)
  }
  for (const filter of resource.dates ?? []) {
    const window = readWindow(filter, query, nowSecond)
    if (window === null) continue
    low = Math.max(low, firstAtOrAfter(timeline, window.from - filter.spreadSeconds))
    high = Math.min(high, firstAtOrAfter(timeline, window.end))
    tests.push((index) => {
      const second = filter.second(collection, index)
      return second !== null && second >= window.from && second < window.end
    })
  }
  for (const [parameter, property] of Object.entries(resource.equals ?? {})) {
    const wanted = query.get(parameter)
    if (wanted === null) continue
    tests.push((index) => propertyOf(write(index), property) === wanted)
  }
  return { low, high, matches: tests.length === 0 ? null : (index) => tests.every((test) => test(index)) }
}

/** Epoch seconds, `end` being the first one after the window. */
interface Window {
  readonly from: number
  readonly end: number
}

function readWindow(filter: DateFilter, query: URLSearchParams, nowSecond: number): Window | null {
  const exact = filter.exact === undefined ? null : readDate(filter.exact, query, nowSecond)
  const from = readDate(filter.from, query, nowSecond)
  const until = readDate(filter.until, query, nowSecond)
  if (exact === null && from === null && until === null) return null
  return {
    from: Math.max(exact?.second ?? Number.NEGATIVE_INFINITY, from?.second ?? Number.NEGATIVE_INFINITY),
    end: Math.min(
      exact === null ? Number.POSITIVE_INFINITY : endOf(exact),
      until === null ? Number.POSITIVE_INFINITY : endUntil(until, filter.untilRule),
    ),
  }
}

function readDate(parameter: string, query: URLSearchParams, nowSecond: number): Moment | null {
  const text = query.get(parameter)
  if (text === null || text === '') return null
  const moment = parseMoment(text) ?? relativeDay(text, nowSecond)
  if (moment === null) throw invalidParameter(`${parameter} is not a date: ${text}`)
  return moment
}

function endUntil(until: Moment, rule: DateFilter['untilRule']): number {
  switch (rule) {
    case 'day':
      return endOf(until)
    case 'midnight':
      return until.second + 1
    case 'before':
      return until.second
  }
}

function endOf({ second, isDay }: Moment): number {
  return second + (isDay ? 86_400 : 1)
}

function propertyOf(json: string, property: string): string | null {
  const record: unknown = JSON.parse(json)
  if (typeof record !== 'object' || record === null) return null
  const value = new Map(Object.entries(record)).get(property)
  return value === null || value === undefined ? null : String(value)
}
