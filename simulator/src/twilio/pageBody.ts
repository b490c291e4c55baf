import type { Collection } from './collection.ts'
import type { Page } from './page.ts'
import type { BytesWriter, RecordWriter } from './resource.ts'

/** The page as JSON, ASCII only: relative addresses around the records at api.twilio.com, `meta` with absolute ones elsewhere. */
export function pageBody(collection: Collection, query: URLSearchParams, page: Page, write: RecordWriter): Buffer {
  const { resource, world } = collection
  const own = ownParameters(query)
  const base = resource.host === 'api' ? collection.path : `${world.origin}/${resource.host}${collection.path}`
  const address = (number: number, token: string | null) =>
    token === null ? null : `${base}?${pageParameters(own, page.size, number, token)}`
  const first = address(0, '')
  const here = address(page.number, query.get('PageToken') ?? '')
  const next = address(page.number + 1, page.next)
  const previous = address(page.number - 1, page.previous)
  const { number, size } = page
  if (resource.host !== 'api') {
    const meta = {
      page: number,
      page_size: size,
      first_page_url: first,
      previous_page_url: previous,
      url: here,
      next_page_url: next,
      key: resource.key,
    }
    return withRecords(`{"meta":${JSON.stringify(meta)}`)
  }
  const around = {
    first_page_uri: first,
    next_page_uri: next,
    previous_page_uri: previous,
    uri: here,
    page: number,
    page_size: size,
    start: number * size,
    end: number * size + Math.max(0, page.indexes.length - 1),
  }
  return withRecords(JSON.stringify(around).slice(0, -1))

  function withRecords(before: string): Buffer {
    const head = `${before},"${resource.key}":[`
    const bytes = resource.bytesWriter?.(collection)
    if (bytes !== undefined) return joinBytes(head, page.indexes, bytes)
    // Everything is ASCII, so that bytes are no more than a copy.
    return Buffer.from(`${head}${page.indexes.map(write).join(',')}]}`, 'latin1')
  }
}

function joinBytes(head: string, indexes: readonly number[], { recordBytesMax, write }: BytesWriter): Buffer {
  const body = Buffer.allocUnsafe(head.length + indexes.length * (recordBytesMax + 1) + 2)
  let offset = body.write(head, 'latin1')
  for (const [position, index] of indexes.entries()) {
    if (position > 0) body[offset++] = 0x2c
    offset = write(index, body, offset)
  }
  offset += body.write(']}', offset, 'latin1')
  return body.subarray(0, offset)
}

/** The parameters that are not about pages: they go on to the next page, as they came. */
function ownParameters(query: URLSearchParams): URLSearchParams {
  const own = new URLSearchParams(query)
  for (const name of ['Page', 'PageSize', 'PageToken']) own.delete(name)
  return own
}

function pageParameters(own: URLSearchParams, size: number, number: number, token: string): URLSearchParams {
  const all = new URLSearchParams(own)
  all.set('PageSize', String(size))
  all.set('Page', String(number))
  if (token !== '') all.set('PageToken', token)
  return all
}
