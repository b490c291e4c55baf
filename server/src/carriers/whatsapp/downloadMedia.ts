import * as http from 'node:http'
import * as https from 'node:https'
import { pipeline, type Readable, Transform } from 'node:stream'
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
          stream: capped(response, bytesMax),
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

export const TOO_LARGE = { kind: 'gone', reason: 'the file is larger than what is kept' } satisfies FetchedMedia

function sizeOf({ headers }: http.IncomingMessage): number | null {
  const text = headers['content-length']
  return text === undefined ? null : Number(text)
}

function capped(response: http.IncomingMessage, bytesMax: number): Readable {
  let bytes = 0
  const cap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > bytesMax) done(new Error(TOO_LARGE.reason))
      else done(null, chunk)
    },
  })
  // Whoever reads is told of errors there; where nobody does, nobody needs to know.
  pipeline(response, cap, () => {})
  return cap
}
