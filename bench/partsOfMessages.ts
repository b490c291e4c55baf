import { systemClock } from '@heliograph/server/clock'
import { parseJsonObject } from '@heliograph/server/http/parseJson'
import { createIds } from '@heliograph/server/ids'
import type { Parts } from './parts.ts'

/** The rest of what every message costs that can be measured alone. */
export function partsOfMessages(): Parts {
  const newId = createIds(systemClock)
  const body = '{"to":"+4915112345678","from":"Heliograph","message":"Your parcel arrives today between 10 and 12."}'
  return {
    'new id': () => newId(),
    'parseJsonObject, a request': () => parseJsonObject(body),
  }
}
