import * as http from 'node:http'
import * as https from 'node:https'
import { Readable } from 'node:stream'
import type { Clock } from '../../clock.ts'
import type { FetchedMedia } from './media.ts'

export interface DownloadOptions {
  readonly clock: Clock
  /** From the request to the last byte. */
  readonly timeoutMs: number
  readonly bytesMax: number
  readonly authorization: string
  readonly contentType: string | null
  /** Ends it. */
  readonly signal: AbortSignal
}

/**
 * Gets one file by an address that the API gave out. Never follows a redirect, because the token would go along. Whoever
 * calls has checked the address.
 */
export function downloadMedia(
  url: URL,
  { clock, timeoutMs, bytesMax, authorization, contentType, signal }: DownloadOptions,
): Promise<FetchedMedia> {
  return new Promise((resolve) => {
    const get = url.protocol === 'https:' ? https.get : http.get
    const request = get(url, { agent: false, headers: { authorization }, signal })
    const cancelTimeout = clock.after(timeoutMs, () => request.destroy(new Error('timeout')))
    request.on('close', cancelTimeout)
    request.on('error', ({ message }) => resolve({ kind: 'later', reason: message }))
    request.on('response', (response) => {
      const refusal = refusalOf(response, bytesMax)
      if (refusal === null) {
        resolve({
          kind: 'found',
          contentType: contentType ?? response.headers['content-type'] ?? null,
          size: sizeOf(response),
          stream: Readable.from(cappedBytes(response, bytesMax), { objectMode: false }),
        })
      } else {
        resolve(refusal)
        request.destroy()
      }
    })
  })
}

function refusalOf(response: http.IncomingMessage, bytesMax: number): FetchedMedia | null {
  const { statusCode: status = 0 } = response
  const size = sizeOf(response)
  if (status === 200) return size !== null && size > bytesMax ? TOO_LARGE : null
  // The address is good for minutes; the next look-up gives out another one, unless the file is gone.
  if (status === 404 || status === 410) return { kind: 'gone', reason: `HTTP ${status}` }
  return { kind: 'later', reason: `HTTP ${status}` }
}

export const TOO_LARGE: FetchedMedia = { kind: 'gone', reason: 'the file is larger than what is kept' }

function sizeOf({ headers }: http.IncomingMessage): number | null {
  const text = headers['content-length']
  return text === undefined ? null : Number(text)
}

async function* cappedBytes(response: http.IncomingMessage, bytesMax: number): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of response) {
    bytes += chunk.length
    if (bytes > bytesMax) throw new Error('the file is larger than what is kept')
    yield chunk
  }
}
