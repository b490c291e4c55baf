import { isObject } from '@heliograph/airbyte-protocol/isObject'
import type { SourceStream, StreamMessage } from '@heliograph/airbyte-protocol/source'
import { type Api, apiOf } from './api.ts'
import { contactSchema, phoneSchema, registrationSchema } from './byonSchemas.ts'
import type { Config } from './config.ts'

/** The streams of the BYON API: contacts, phones, registrations. Each row of the vendor's lists is a record. */
export function listStreams(config: Config): SourceStream[] {
  return LISTS.map((list) => ({
    name: list.name,
    jsonSchema: list.jsonSchema,
    primaryKey: list.key.map((field) => [field]),
    cursorField: null,
    isResumable: false,
    read: (_, { http }) => readList(apiOf(config, http), list),
  }))
}

interface List {
  readonly name: string
  readonly path: string
  /** Where an answer has its rows. */
  readonly field: string
  readonly key: readonly string[]
  readonly jsonSchema: object
}

const LISTS: readonly List[] = [
  {
    name: 'contacts',
    path: '/byon/contacts/v1',
    field: 'contacts',
    key: ['contactId'],
    jsonSchema: contactSchema,
  },
  {
    name: 'phones',
    path: '/byon/phonebook/v1/numbers',
    // The vendor lists numbers under the name of requests.
    field: 'provisioningRequests',
    // A number that was refused or given back and asked for again has a row for each request.
    key: ['phoneNumber', 'requestId'],
    jsonSchema: phoneSchema,
  },
  {
    name: 'registrations',
    path: '/byon/provisioning/v1',
    field: 'provisioningRequests',
    key: ['requestId'],
    jsonSchema: registrationSchema,
  },
]

/**
 * Reads page after page until one is not full. The vendor documents neither whether pages count from 0 or from 1 nor
 * that every list has them, so a page that repeats the one before it is left out, and a second one ends the list.
 */
async function* readList(api: Api, list: List): AsyncGenerator<StreamMessage> {
  let before: string | null = null
  let repeats = 0
  for (let page = 0; repeats < REPEATS_MAX; page++) {
    const rows = await readPage(api, list, page)
    const shown = JSON.stringify(rows)
    if (rows.length > 0 && shown === before) {
      repeats++
      continue
    }
    yield { kind: 'records', data: rows }
    if (rows.length !== PAGE_ROWS_MAX) return
    before = shown
    repeats = 0
  }
}

/** The most that the vendor gives at once. More rows than that: it does not know pages, and these are all. */
const PAGE_ROWS_MAX = 3_000
const REPEATS_MAX = 2

async function readPage(api: Api, { path, field }: List, page: number): Promise<readonly object[]> {
  const query = { size: String(PAGE_ROWS_MAX), ...(page === 0 ? {} : { page: String(page) }) }
  const { status, body } = await api.get(path, query, [NO_CONTENT])
  if (status === NO_CONTENT) return []
  // The vendor's specification has a bare list, its examples and its clients an object around it.
  const rows = isObject(body) ? body[field] : body
  if (!Array.isArray(rows) || !rows.every(isObject)) throw new Error(`${path} did not answer with a list "${field}"`)
  return rows
}

/** What the vendor may answer where there is nothing. */
const NO_CONTENT = 204
