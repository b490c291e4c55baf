import { HttpStatusError } from '@heliograph/airbyte-protocol/httpStatusError'
import { isRecord, type TwilioRecord } from './castRecord.ts'
import type { TwilioConfig } from './config.ts'
import { parseTime, toCursor } from './isoTime.ts'
import { listPages } from './listPages.ts'
import type { PartitionKey } from './state.ts'
import { accountsList } from './streams/accounts.ts'
import type { List, Place } from './streams/declaration.ts'
import { firstPage, type TwilioApi } from './twilioApi.ts'

/** One list of a stream. */
export interface Partition {
  readonly key: PartitionKey
  readonly path: string
  /** Parameters of this list's requests, besides those of a window. */
  readonly query: Readonly<Record<string, string>>
  /** When its account or flow was made; null: not known. */
  readonly createdMs: number | null
}

/** The lists of a stream, in the order of what they are under; together those that are to be read one after the other. */
export async function* partitionsOf(
  list: List,
  api: TwilioApi,
  config: TwilioConfig,
): AsyncGenerator<readonly Partition[]> {
  if (list.under === null) {
    const path = pathAt(list.place, {})
    if (path !== null) yield [{ key: {}, path, query: list.query ?? {}, createdMs: null }]
    return
  }
  for await (const parent of parentsOf(list.under.list, api, config)) {
    const path = pathAt(list.place, parent)
    if (path === null) continue
    const created = toCursor(parent.date_created)
    const key = { [list.under.key]: String(parent.sid) }
    const createdMs = created === null ? null : parseTime(created)
    yield (list.variants ?? [{}]).map((variant) => ({
      key: { ...key, ...variant },
      path,
      query: { ...list.query, ...variant },
      createdMs,
    }))
  }
}

/** Accounts are all that are to be read; other parents are as Twilio lists them. */
async function* parentsOf(list: List, api: TwilioApi, config: TwilioConfig): AsyncGenerator<TwilioRecord> {
  const path = pathAt(list.place, {}) ?? ''
  const first = firstPage(path, { PageSize: list.pageSize })
  const pages = listPages(api, {
    host: list.host,
    first,
    resumeAt: null,
    dataField: list.dataField,
    take: (records) => records,
  })
  try {
    for await (const { content: records } of pages) {
      for (const record of records) if (list !== accountsList || isRead(record, config)) yield record
    }
  } catch (error) {
    if (list !== accountsList || !isRefused(error) || !knowsOwnAccount(config)) throw error
    yield accountBySid(config.accountSid)
  }
}

/** Standard API keys may read what an account has, but not the account. Its SID is all that is needed then. */
export function knowsOwnAccount(config: TwilioConfig): boolean {
  return !config.readsSubaccounts && config.accountSid.startsWith('AC') && config.user.startsWith('SK')
}

/** Credentials that are wrong, or do not reach so far. */
export function isRefused(error: unknown): error is HttpStatusError {
  return error instanceof HttpStatusError && [401, 403].includes(error.status)
}

/** An account as Twilio would show it, as far as its lists go. */
function accountBySid(sid: string): TwilioRecord {
  const paths = ACCOUNT_LISTS.map((list) => {
    const key = list.replace(/\B[A-Z]/g, '_$&').toLowerCase()
    return [key, `/2010-04-01/Accounts/${sid}/${list}.json`]
  })
  return { sid, subresource_uris: Object.fromEntries(paths) }
}

const ACCOUNT_LISTS = [
  'Addresses',
  'Applications',
  'AvailablePhoneNumbers',
  'Calls',
  'Conferences',
  'IncomingPhoneNumbers',
  'Keys',
  'Messages',
  'OutgoingCallerIds',
  'Queues',
  'Recordings',
  'Transcriptions',
]

/** Whether an account is to be read. */
export function isRead({ sid, owner_account_sid }: TwilioRecord, config: TwilioConfig): boolean {
  return config.readsSubaccounts || sid === config.accountSid || sid === owner_account_sid
}

/** The path of a list under a record; null: there is none. */
export function pathAt(place: Place, parent: TwilioRecord): string | null {
  if (place.kind === 'subresource') {
    const path = isRecord(parent.subresource_uris) ? parent.subresource_uris[place.key] : null
    return typeof path === 'string' && path.startsWith('/') ? path : null
  }
  const fields = [...place.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => parent[name])
  if (fields.some((value) => typeof value !== 'string' || value === '')) return null
  return place.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(parent[name])))
}
