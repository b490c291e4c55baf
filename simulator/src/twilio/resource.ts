import type { Collection, Place } from './collection.ts'
import type { Timeline } from './timeline.ts'
import type { TwilioError } from './twilioError.ts'
import type { Account } from './world.ts'

/** Twilio's hosts: `api` stands for `https://api.twilio.com`. */
export const hosts = ['api', 'monitor', 'conversations', 'studio', 'trunking', 'verify', 'chat', 'pricing'] as const
export type Host = (typeof hosts)[number]

/**
 * A kind of record and where its lists are. Nothing of it is stored: how many there are, when they came to be and
 * what is in them follows from seed, account, parents and index.
 */
export interface Resource {
  readonly name: string
  readonly host: Host
  /**
   * The list's path below the host. `{account}` stands for an account's sid, other names in braces for the id of a
   * record of that resource, the parent.
   */
  readonly path: string
  /** The property that the list's records are in. */
  readonly key: string
  readonly pageSizeMax: number
  /** The two letters in front of the digits; messages have two kinds. */
  readonly sidPrefix: string | ((collection: Collection, index: number) => string)
  /** For records that are not known by a sid, such as countries: their ids, in the order of the index. */
  readonly ids?: (place: Place) => readonly string[]
  /** Left out: as many as the sizes say, over the history of the account, or in the hour after the parent. */
  readonly timeline?: (place: Place) => Timeline
  /** Left out: newest first. `Order` turns one that begins with the oldest round. */
  readonly order?: 'oldest first'
  /** The parameters that compare times. */
  readonly dates?: readonly DateFilter[]
  /** Parameter to property: lists only records whose property is the parameter's value. */
  readonly equals?: Readonly<Record<string, string>>
  /** Records older than so many days are not shown. */
  readonly retentionDays?: (account: Account) => number
  /** A page that would go past so many results is refused. */
  readonly resultsMax?: number
  /** A larger `PageSize` than this is refused; up to it, but over `pageSizeMax`, it is lowered. */
  readonly pageSizeRefusedOver?: number
  /** What is not answered, though the path is right. */
  readonly refuse?: (collection: Collection, query: URLSearchParams) => TwilioError | null
  readonly writer: (collection: Collection, query: URLSearchParams) => RecordWriter
  /** Writes the same records as bytes, where there are millions. */
  readonly bytesWriter?: (collection: Collection) => BytesWriter
  /** The record by itself, where that is more than in the list. */
  readonly detail?: (collection: Collection) => RecordWriter
}

/** The JSON text of a record, ASCII only. */
export type RecordWriter = (index: number) => string

export interface BytesWriter {
  readonly recordBytesMax: number
  /** Writes a record at an offset of the buffer, and returns the offset after it. */
  write(index: number, into: Buffer, offset: number): number
}

/** Up to three parameters over one time of the record. */
export interface DateFilter {
  /** At that second or on that day. */
  readonly exact?: string
  /** At that second or on that day, or later. */
  readonly from: string
  readonly until: string
  /**
   * What `until` takes in. `day`: the second or the whole day that it names. `midnight`: the second, of a day its first
   * one. `before`: nothing of what it names.
   */
  readonly untilRule: 'day' | 'midnight' | 'before'
  /** The time, in epoch seconds; null matches no filter. Between the collection's second and `spreadSeconds` later. */
  readonly second: (collection: Collection, index: number) => number | null
  readonly spreadSeconds: number
}
