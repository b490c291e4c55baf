import { isObject } from '@heliograph/airbyte-protocol/isObject'
import type { Log } from '@heliograph/airbyte-protocol/log'
import type { StreamMessage } from '@heliograph/airbyte-protocol/source'
import type { Api } from './api.ts'

/** Reads one status after the other, in the order of the IDs. One that is not there (any more) is logged and skipped. */
export async function* readMessagesById(
  { api, log }: { readonly api: Api; readonly log: Log },
  requestIds: readonly string[],
): AsyncGenerator<StreamMessage> {
  let missing = 0
  for (let start = 0; start < requestIds.length; start += AHEAD_MAX) {
    const ids = requestIds.slice(start, start + AHEAD_MAX)
    const statuses = await Promise.all(ids.map((id) => readStatus(api, id)))
    for (const [index, status] of statuses.entries()) {
      if (status !== null) {
        yield { kind: 'record', data: status }
        continue
      }
      missing++
      log.warn(`There is no message with the request ID ${ids[index]} (404): skipped`)
    }
  }
  if (missing > 0)
    log.warn(`${missing} of ${requestIds.length} messages were not found; statuses are not kept for ever`)
}

/** How many statuses are asked for before the first of them is written; the HTTP client takes fewer at once. */
const AHEAD_MAX = 100

async function readStatus(api: Api, id: string): Promise<object | null> {
  const path = `/messaging/v1/messages/${encodeURIComponent(id)}`
  const { status, body } = await api.get(path, {}, [404])
  if (status === 404) return null
  if (!isObject(body)) throw new Error(`${path} did not answer with a JSON object`)
  return body
}
