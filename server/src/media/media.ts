import type { Readable } from 'node:stream'
import type { Transaction } from '../db/database.ts'

/** A file of an account that can be had. Times are epoch milliseconds. */
export interface Media {
  readonly id: string // UUID
  readonly origin: MediaOrigin
  /** What the bytes themselves say, as far as they say it; `application/octet-stream` where they do not. */
  readonly contentType: string
  /** In bytes. */
  readonly size: number
  readonly fileName: string | null // null: nobody named it
  readonly createdAt: number
  /** It is gone from then on. */
  readonly expiresAt: number
}

/** uploaded: by the account, to send it. received: sent by a person. */
export type MediaOrigin = 'uploaded' | 'received'

export interface OpenedMedia extends Media {
  /** Yields `size` bytes, or fails when the file is removed meanwhile. Destroy it when it is not read to its end. */
  readonly stream: Readable
}

/** Files of accounts, in the store. An id of another account is as unknown as one that never was. */
export interface MediaStore {
  /**
   * Keeps what the account sends, as it comes. Resolves when all of it is on disk, or with the reason why nothing is.
   * Never closes `bytes`: what is left of them is the caller's.
   */
  keep(upload: Upload): Promise<Kept>
  /** Null: unknown, over, or not here yet. */
  open(accountId: string, id: string): Promise<OpenedMedia | null>
  /** The same, but what is still at its carrier is fetched now; 'not yet' where that takes long or fails. */
  openOrFetch(accountId: string, id: string): Promise<OpenedMedia | 'not yet' | null>
  /** Null as of `open`. */
  read(accountId: string, id: string): Promise<Media | null>
  /** What the account uploaded, newest first. */
  list(accountId: string, page: MediaPage): Promise<{ readonly media: readonly Media[]; readonly total: number }>
  /** False: unknown. */
  remove(accountId: string, id: string): Promise<boolean>
  /** Bytes of the account's uploads, those that are under way included, and how many there may be. */
  usage(accountId: string): Promise<{ readonly bytes: number; readonly quotaBytes: number }>
  /** Notes a file that a person sent, in the transaction that keeps the message; it is fetched soon after. Gives its id. */
  remote(tx: Transaction, remote: RemoteMedia): string
}

export interface Upload {
  readonly accountId: string
  /** As the caller named it, parameters and all. */
  readonly declaredType: string | null // null: the caller did not say
  /** How many bytes the caller says there are; not relied on. */
  readonly announcedBytes: number | null // null: not said
  readonly fileName: string | null
  readonly validityMs: number
  readonly bytes: AsyncIterable<Uint8Array>
}

export type Kept =
  | { readonly kind: 'kept'; readonly media: Media }
  | { readonly kind: 'wrong type'; readonly reason: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'too large'; readonly bytesMax: number }
  | { readonly kind: 'over quota'; readonly quotaBytes: number; readonly filesMax: number }
  /** Nothing came for too long, or it took too long altogether. */
  | { readonly kind: 'too slow' }
  /** The bytes ended early. */
  | { readonly kind: 'cut off' }
  /** So many uploads are under way, of this account or of all. */
  | { readonly kind: 'busy'; readonly whose: 'account' | 'all' }

export interface MediaPage {
  /** From 0. */
  readonly number: number
  /** Entries of a page. */
  readonly size: number
}

export interface RemoteMedia {
  readonly accountId: string
  /** Who has it, and under which id. */
  readonly carrierId: string
  readonly remoteId: string
  /** What the carrier says of it. */
  readonly contentType: string | null
  readonly fileName: string | null
}

/** Gets a file from the carrier that has it. */
export type FetchRemote = (carrierId: string, remoteId: string) => Promise<FetchedRemote>

export type FetchedRemote =
  | {
      readonly kind: 'found'
      readonly contentType: string | null // null: the carrier does not say
      /** Destroyed when it is not read to its end. */
      readonly stream: Readable
    }
  /** Asking again is of no use. */
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string }

/** What happened to a file of a carrier, for the log. */
export type MediaEvent =
  | { readonly kind: 'fetched'; readonly id: string; readonly carrierId: string; readonly size: number }
  | { readonly kind: 'fetch failed'; readonly id: string; readonly carrierId: string; readonly reason: string }
  /** It will not be tried again. */
  | { readonly kind: 'lost'; readonly id: string; readonly carrierId: string; readonly reason: string }

/** Received media can be had so long; the messages that name them are not kept longer. */
export const RECEIVED_MEDIA_MS = 30 * 24 * 60 * 60_000
