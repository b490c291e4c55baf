import { HttpStatusError } from '@heliograph/airbyte-protocol/httpStatusError'
import { TransientError } from '@heliograph/airbyte-protocol/source'
import { isRecord, type TwilioRecord } from './castRecord.ts'
import type { TwilioHost } from './hosts.ts'
import { RecentKeys } from './recentKeys.ts'
import type { TwilioApi } from './twilioApi.ts'

export interface PagesRequest<Content> {
  readonly host: TwilioHost
  /** Path and query of the first page. */
  readonly first: string
  /** A later page of the same list to begin with; null: begin with the first. */
  readonly resumeAt: string | null
  readonly dataField: string
  /** Makes of a page's records what is kept of them; called in the order of the pages, as soon as each is there. */
  readonly take: (records: TwilioRecord[]) => Content
}

export interface Page<Content> {
  readonly content: Content
  /** Path and query; null: this was the last. */
  readonly next: string | null
}

/**
 * Reads a list page by page. The next page is asked for before this one is handed out, as far as `api.ahead` lets it, so
 * that the network and the reader work at the same time. Both forms of paging are understood: `next_page_uri` of the
 * API of 2010 and `meta.next_page_url` of the others.
 */
export async function* listPages<Content>(
  api: TwilioApi,
  request: PagesRequest<Content>,
): AsyncGenerator<Page<Content>> {
  const { first, resumeAt } = request
  let page = await (resumeAt === null ? fetchPage(api, request, first) : resumedPage(api, request, resumeAt))
  const named = new RecentKeys(PAGES_NAMED_MAX)
  while (page.next !== null) {
    const { next } = page
    if (!named.add(next)) throw new Error(`The pages of "${request.dataField}" lead back to one before them`)
    const isAhead = api.ahead.take()
    const early = isAhead ? fetchPage(api, request, next) : null
    early?.catch(() => {}) // Told to whoever awaits it; nobody does if the reader stops before.
    try {
      yield page
      page = await laterPage(early ?? fetchPage(api, request, next))
    } finally {
      if (isAhead) api.ahead.give()
    }
  }
  yield page
}

/** A list whose beginning was there does not end where a page is missing: the next sync reads it again. */
async function laterPage<Content>(page: Promise<Page<Content>>): Promise<Page<Content>> {
  try {
    return await page
  } catch (error) {
    if (!(error instanceof HttpStatusError) || error.status !== 404) throw error
    throw new TransientError(`A list lost its next page: ${error.message}`, { cause: error })
  }
}

/** Page tokens are not for ever. One that is refused costs reading the list again, never a record. */
async function resumedPage<Content>(
  api: TwilioApi,
  request: PagesRequest<Content>,
  path: string,
): Promise<Page<Content>> {
  try {
    return await fetchPage(api, request, path)
  } catch (error) {
    if (!(error instanceof HttpStatusError) || ![400, 404, 410].includes(error.status)) throw error
    return fetchPage(api, request, request.first)
  }
}

async function fetchPage<Content>(
  api: TwilioApi,
  { host, dataField, take }: PagesRequest<Content>,
  path: string,
): Promise<Page<Content>> {
  const body = await api.get(host, path)
  if (!isRecord(body) || !Array.isArray(body[dataField])) {
    throw new Error(`An answer of the host "${host}" has no list "${dataField}"`)
  }
  const next = isRecord(body.meta) ? body.meta.next_page_url : body.next_page_uri
  return {
    content: take(body[dataField].filter(isRecord)),
    next: typeof next === 'string' && next !== '' ? api.hosts.pathOf(host, next) : null,
  }
}

/** A circle of half as many pages is noticed. */
const PAGES_NAMED_MAX = 200
