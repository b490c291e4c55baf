import type { Clock } from '../../clock.ts'
import type { SubmitOutcome } from '../carrier.ts'
import type { ApiAnswer, ApiRequest } from '../http/apiClient.ts'
import { parseFields } from './fields.ts'
import type { OwnFile, OwnMedia } from './media.ts'
import { MEDIA_GONE, type Trouble, troubleOfAnswer, UPLOAD_CUT_OFF } from './metaErrors.ts'
import { uploadBody } from './multipart.ts'
import { errorOfAnswer } from './readError.ts'

export interface MediaUploadsOptions {
  readonly clock: Clock
  readonly media: OwnMedia
  readonly timeoutMs: number
  readonly url: () => string
  readonly send: (request: ApiRequest, done: (answer: ApiAnswer) => void) => void
}

export type Upload =
  | { readonly kind: 'uploaded'; readonly id: string }
  | { readonly kind: 'failed'; readonly outcome: SubmitOutcome; readonly effect: Trouble['effect'] }

/** Brings files of ours to Meta, each once for all its messages. What it forgets is uploaded again. */
export class MediaUploads {
  readonly #options: MediaUploadsOptions
  /** By account and file, the oldest first. */
  readonly #uploads = new Map<string, { readonly at: number; readonly upload: Promise<Upload> }>()

  constructor(options: MediaUploadsOptions) {
    this.#options = options
  }

  /** Never fails. Messages that want the same file at the same time share one upload. */
  upload(accountId: string, mediaId: string): Promise<Upload> {
    const key = keyOf(accountId, mediaId)
    const now = this.#options.clock.now()
    const known = this.#uploads.get(key)
    if (known !== undefined && now - known.at < KEPT_MS) return known.upload
    const upload = this.#upload(accountId, mediaId)
    this.#uploads.delete(key)
    this.#uploads.set(key, { at: now, upload })
    if (this.#uploads.size > uploadsMax) this.#forgetOldest()
    upload.then(({ kind }) => {
      if (kind === 'failed' && this.#uploads.get(key)?.upload === upload) this.#uploads.delete(key)
    })
    return upload
  }

  /** Meta does not know it any more, or did not like it. */
  forget(accountId: string, mediaId: string): void {
    this.#uploads.delete(keyOf(accountId, mediaId))
  }

  #forgetOldest(): void {
    const [oldest] = this.#uploads.keys()
    if (oldest !== undefined) this.#uploads.delete(oldest)
  }

  async #upload(accountId: string, mediaId: string): Promise<Upload> {
    const file = await this.#open(accountId, mediaId)
    if (file === 'unreadable') return refused(UPLOAD_CUT_OFF)
    if (file === null) return refused(MEDIA_GONE)
    const { url, timeoutMs } = this.#options
    const body = uploadBody(file)
    let unreadable = false
    if ('stream' in body) {
      body.stream.once('error', () => {
        unreadable = true
      })
    }
    const answer = await new Promise<ApiAnswer>((resolve) => {
      this.#options.send({ method: 'POST', url: url(), body, timeoutMs }, resolve)
    })
    return unreadable ? refused(UPLOAD_CUT_OFF) : uploadOf(answer)
  }

  async #open(accountId: string, mediaId: string): Promise<OwnFile | 'unreadable' | null> {
    try {
      return await this.#options.media.open(accountId, mediaId)
    } catch {
      // The store is in trouble: the message waits like all others.
      return 'unreadable'
    }
  }
}

function keyOf(accountId: string, mediaId: string): string {
  return `${accountId} ${mediaId}`
}

/** The message itself has not left: nothing here is in doubt. */
function uploadOf(answer: ApiAnswer): Upload {
  switch (answer.kind) {
    case 'unsent':
      return { kind: 'failed', outcome: answer, effect: 'down' }
    case 'lost':
      return refused(UPLOAD_CUT_OFF)
    case 'answered': {
      const { status, body } = answer
      const fields = parseFields(body)
      if (status >= 300) return refused(troubleOfAnswer(status, errorOfAnswer(fields)))
      const { id } = fields
      return typeof id === 'string' && /^[\x21-\x7e]{1,256}$/.test(id)
        ? { kind: 'uploaded', id }
        : refused(UPLOAD_CUT_OFF)
    }
  }
}

function refused({ effect, ...refusal }: Trouble): Upload {
  return { kind: 'failed', outcome: { kind: 'refused', ...refusal }, effect }
}

export const uploadsMax = 1_000
/** Meta keeps uploads for 30 days. */
const KEPT_MS = 24 * 60 * 60_000
