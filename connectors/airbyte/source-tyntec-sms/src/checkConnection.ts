import { isObject } from '@heliograph/airbyte-protocol/isObject'
import { ConfigError, type SourceContext } from '@heliograph/airbyte-protocol/source'
import { apiOf, noSuchPath } from './api.ts'
import type { Config } from './config.ts'

/**
 * Asks for one status: 404 proves a key as well as 200, and the vendor serves this path to every account. A key that
 * may read numbers and no messages proves itself by the phone book.
 * @throws ConfigError, TransientError
 */
export async function checkConnection(config: Config, { http, log }: SourceContext): Promise<void> {
  const api = apiOf(config, http)
  const path = `/messaging/v1/messages/${config.requestIds[0] ?? NOBODYS_REQUEST_ID}`
  const { status, body } = await api.get(path, {}, [403, 404])
  if (status === 403) await api.get('/byon/phonebook/v1/numbers', { size: '1' })
  else if (!isObject(body) || isMissingRoute(body)) throw new ConfigError(noSuchPath(path))
  if (api.isVendor && config.requestIds.length === 0) {
    log.warn('Without request_ids, tyntec has nothing for the stream messages: leave it out, or give some')
  }
}

const NOBODYS_REQUEST_ID = '00000000-0000-0000-0000-000000000000'

/** The gateway in front of the vendor's API says so, instead of a problem document, where it has no such path. */
function isMissingRoute({ message }: Readonly<Record<string, unknown>>): boolean {
  return typeof message === 'string' && /^no route matched/i.test(message)
}
