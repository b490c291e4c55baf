import { createHash, createHmac, randomBytes } from 'node:crypto'

export interface StoredMedia {
  readonly id: string
  readonly contentType: string
  readonly bytes: Buffer
  readonly sha256: string // hexadecimal
}

/** Files that a business uploaded, or a person sent. Where they take too much room the oldest go. */
export class MediaStore {
  readonly #media = new Map<string, StoredMedia>()
  readonly #secret = randomBytes(32)
  #bytes = 0
  #kept = 0

  keep({ contentType, bytes }: Pick<StoredMedia, 'contentType' | 'bytes'>): StoredMedia {
    const id = String(FIRST_ID + this.#kept++)
    const media = { id, contentType, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
    this.#media.set(id, media)
    this.#bytes += bytes.length
    for (const oldest of this.#media.keys()) {
      if (this.#bytes <= BYTES_MAX) break
      this.delete(oldest)
    }
    return media
  }

  find(id: string): StoredMedia | undefined {
    return this.#media.get(id)
  }

  delete(id: string): boolean {
    this.#bytes -= this.#media.get(id)?.bytes.length ?? 0
    return this.#media.delete(id)
  }

  /** The query of a URL that shows the file for five minutes. */
  linkQuery(id: string, now: number): string {
    const ext = String(Math.floor((now + LINK_MS) / 1_000))
    return String(new URLSearchParams({ mid: id, ext, hash: this.#hash(id, ext) }))
  }

  /** Undefined: it is gone, or the link is too old or made up. */
  follow({ mid, ext, hash }: MediaLink, now: number): StoredMedia | undefined {
    return hash === this.#hash(mid, ext) && Number(ext) * 1_000 > now ? this.find(mid) : undefined
  }

  #hash(id: string, ext: string): string {
    return createHmac('sha256', this.#secret).update(`${id} ${ext}`).digest('hex')
  }
}

export interface MediaLink {
  readonly mid: string
  readonly ext: string // Unix seconds, when the link ends
  readonly hash: string
}

const FIRST_ID = 1_000_000_000_000_000
const LINK_MS = 5 * 60_000
const BYTES_MAX = 128 * 1_024 * 1_024
