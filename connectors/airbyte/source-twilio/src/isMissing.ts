import { HttpStatusError } from '@heliograph/airbyte-protocol/httpStatusError'
import { isRecord } from './castRecord.ts'

/** Twilio's own word that something is not there. The 404 of a proxy, or of a wrong base_url, proves nothing. */
export function isMissing(error: unknown): boolean {
  return error instanceof HttpStatusError && error.status === 404 && isRecord(error.body) && error.body.code === 20404
}
