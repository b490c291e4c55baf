import type { Readable } from 'node:stream'

/** Where files are that customers gave us to send. */
export interface OwnMedia {
  /** Null: there is none of that id, or it is not this account's. */
  open(accountId: string, mediaId: string): Promise<OwnFile | null>
}

export interface OwnFile {
  readonly contentType: string
  /** In bytes. */
  readonly size: number
  readonly fileName: string | null
  /** Yields `size` bytes; destroyed when it is not read to its end. */
  readonly stream: Readable
}

/** A file that a person sent, as the provider gives it out. */
export type FetchedMedia =
  | {
      readonly kind: 'found'
      readonly contentType: string | null // null: the provider does not say
      /** In bytes, as the provider says. */
      readonly size: number | null
      /** Fails when it is cut off, too slow, or longer than `mediaBytesMax`. */
      readonly stream: Readable
    }
  /** Asking again is of no use. */
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string }
