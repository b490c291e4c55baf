import type { Collection } from './collection.ts'
import type { RecordWriter } from './resource.ts'
import { type Selection, selectRecords } from './selection.ts'
import { invalidParameter } from './twilioError.ts'

/** The records of one page, and where the pages beside it begin. */
export interface Page {
  readonly indexes: readonly number[]
  readonly number: number
  readonly size: number
  /** The tokens of the pages beside it; null: there is none. The first page needs no token: ''. */
  readonly next: string | null
  readonly previous: string | null
}

const defaultPageSize = 50

/**
 * Reads `PageSize`, `Page` and `PageToken`, and finds the page's records. A token tells the record beside the page, so
 * records that come later move nothing: `PA` and the id of the record before it, or `PB` and that of the one after it.
 *
 * @param pageSizeLimit a limit of the caller's own, below that of the resource
 * @throws TwilioError for parameters that are wrong, and past the most results that the resource gives
 */
export function readPage(collection: Collection, query: URLSearchParams, read: PageReading): Page {
  const { resource } = collection
  const asked = readNumber('PageSize', query) ?? defaultPageSize
  if (asked < 1 || asked > (resource.pageSizeRefusedOver ?? Number.POSITIVE_INFINITY)) {
    throw invalidParameter(`PageSize must be from 1 to ${resource.pageSizeRefusedOver ?? resource.pageSizeMax}`)
  }
  const size = Math.min(asked, resource.pageSizeMax, read.pageSizeLimit)
  const number = readNumber('Page', query) ?? 0
  if ((number + 1) * size > (resource.resultsMax ?? Number.POSITIVE_INFINITY)) {
    throw invalidParameter('Invalid page and pageSize combination, data is limited to 10,000 results')
  }
  const token = query.get('PageToken') ?? ''
  if (number > 0 && token === '') throw invalidParameter('Page needs the PageToken of its address')
  const selection = selectRecords(collection, query, read.write)
  const isAscending = resource.order === 'oldest first' && query.get('Order') !== 'desc'
  const walk = isAscending ? forward(selection) : backward(selection)

  const start = token === '' ? walk.start : startOf(token)
  const indexes: number[] = []
  let index = walk.find(start)
  while (index !== null && indexes.length < size) {
    indexes.push(index)
    index = walk.find(index + walk.step)
  }
  const [first] = indexes
  const last = indexes.at(-1)
  return {
    indexes,
    number,
    size,
    next: index === null || last === undefined ? null : `PA${collection.id(last)}`,
    previous: number === 0 || first === undefined ? null : number === 1 ? '' : `PB${collection.id(first)}`,
  }

  function startOf(text: string): number {
    const known = collection.indexOf(text.slice(2))
    if (known === null || !/^P[AB]/.test(text)) throw invalidParameter(`PageToken is not one of this list: ${text}`)
    if (text.startsWith('PA')) return known + walk.step
    const back = isAscending ? backward(selection) : forward(selection)
    let start = known
    for (let passed = 0; passed < size; passed++) {
      const found = back.find(start + back.step)
      if (found === null) break
      start = found
    }
    return start
  }
}

export interface PageReading {
  readonly write: RecordWriter
  readonly pageSizeLimit: number
}

/** A way through the records that match. */
interface Walk {
  readonly start: number
  readonly step: 1 | -1
  /** The first one that matches from there on. */
  find(index: number): number | null
}

function forward({ low, high, matches }: Selection): Walk {
  return {
    start: low,
    step: 1,
    find: (index) => {
      for (let next = Math.max(index, low); next < high; next++) if (matches === null || matches(next)) return next
      return null
    },
  }
}

function backward({ low, high, matches }: Selection): Walk {
  return {
    start: high - 1,
    step: -1,
    find: (index) => {
      for (let next = Math.min(index, high - 1); next >= low; next--) if (matches === null || matches(next)) return next
      return null
    },
  }
}

function readNumber(parameter: string, query: URLSearchParams): number | null {
  const text = query.get(parameter)
  if (text === null) return null
  if (!/^\d{1,9}$/.test(text)) throw invalidParameter(`${parameter} must be a number`)
  return Number(text)
}
