import { isObject } from '@heliograph/airbyte-protocol/isObject'
import { ConfigError } from '@heliograph/airbyte-protocol/source'
import type { Api } from './api.ts'

/** One page of GET /api/v1/messages. */
export interface MessagePage {
  readonly messages: readonly Readonly<Record<string, unknown>>[]
  readonly next: string | null // null: this page is the last
  /** In the order of change: younger changes are not listed yet. Epoch milliseconds; null: the server did not say. */
  readonly listedUpToMs: number | null
}

export const PAGE_MESSAGES_MAX = 500

/**
 * Asks Heliograph for a page of messages.
 * @param query of the list, without its limit.
 * @returns null where the server does not know `query.cursor` (any more): start without it.
 * @throws ConfigError on a server that has no such list, which is every other than Heliograph.
 */
export async function getMessagePage(api: Api, query: Readonly<Record<string, string>>): Promise<MessagePage | null> {
  if (api.isVendor) throw new ConfigError(NEEDS_IDS)
  const okStatuses = query.cursor === undefined ? [404] : [400, 404]
  const answer = await api.get(PATH, { ...query, limit: String(PAGE_MESSAGES_MAX) }, okStatuses)
  if (answer.status === 404) throw new ConfigError(NEEDS_IDS)
  if (answer.status === 400) return null
  const { messages, next, listedUpTo } = isObject(answer.body) ? answer.body : {}
  if (!Array.isArray(messages) || !messages.every(isObject) || !(next === null || typeof next === 'string')) {
    throw new Error(`${PATH} did not answer with a page of messages`)
  }
  if (next !== null && next === query.cursor && messages.length > 0) {
    throw new Error(`${PATH} answered a page that leads to itself`)
  }
  const listedUpToMs = Date.parse(String(listedUpTo))
  return { messages, next, listedUpToMs: Number.isNaN(listedUpToMs) ? null : listedUpToMs }
}

const PATH = '/api/v1/messages'

const NEEDS_IDS =
  'This server does not list messages: give the request IDs of those to read (request_ids), ' +
  'or the address of a Heliograph (base_url), or leave out the stream messages'
