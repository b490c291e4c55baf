import type { Clock } from '../../clock.ts'
import type { ApiAnswer } from '../http/apiClient.ts'
import { downloadMedia, TOO_LARGE } from './downloadMedia.ts'
import { integerOf, parseFields, textOf } from './fields.ts'
import type { FetchedMedia } from './media.ts'
import { troubleOfAnswer } from './metaErrors.ts'
import { errorOfAnswer } from './readError.ts'

export interface MediaDownloadsOptions {
  readonly clock: Clock
  readonly timeoutMs: number
  readonly bytesMax: number
  readonly authorization: string
  /** Hosts that files may be on, besides the API's own. */
  readonly hosts: readonly string[]
  readonly baseUrl: () => string
  /** Asks the API for what it knows of a file. */
  readonly look: (remoteId: string, done: (answer: ApiAnswer) => void) => void
}

/** Fetches files that people sent: first where each is, then the file, from hosts that are known to be the provider's. */
export class MediaDownloads {
  readonly #options: MediaDownloadsOptions
  readonly #stop = new AbortController()

  constructor(options: MediaDownloadsOptions) {
    this.#options = options
  }

  /** Never fails; the stream of what is found may. It ends in time, also when nobody reads it. */
  async fetch(remoteId: string): Promise<FetchedMedia> {
    if (!/^[A-Za-z0-9_.-]{1,128}$/.test(remoteId)) return { kind: 'gone', reason: 'it is not the id of a file' }
    const answer = await new Promise<ApiAnswer>((resolve) => this.#options.look(remoteId, resolve))
    if (answer.kind !== 'answered') return { kind: 'later', reason: answer.reason }
    const fields = parseFields(answer.body)
    if (answer.status >= 300) {
      const { reason, retry } = troubleOfAnswer(answer.status, errorOfAnswer(fields))
      return { kind: retry === 'never' ? 'gone' : 'later', reason }
    }
    const url = this.#vetted(textOf(fields.url))
    // The operator may allow the host in time, where Meta moved its files.
    if (url === null) return { kind: 'later', reason: 'the file is on a host that is not allowed' }
    const { bytesMax } = this.#options
    const size = integerOf(fields.file_size)
    if (size !== null && size > bytesMax) return TOO_LARGE
    const contentType = textOf(fields.mime_type)
    const found = await downloadMedia(url, { ...this.#options, contentType, signal: this.#stop.signal })
    return found.kind === 'found' ? { ...found, size: found.size ?? size } : found
  }

  stop(): void {
    this.#stop.abort()
  }

  /** Null: the token must not go there. */
  #vetted(text: string | null): URL | null {
    if (text === null || !URL.canParse(text)) return null
    const url = new URL(text)
    if (url.username !== '' || url.password !== '') return null
    if (url.origin === new URL(this.#options.baseUrl()).origin) return url
    return url.protocol === 'https:' && this.#options.hosts.includes(url.host) ? url : null
  }
}
