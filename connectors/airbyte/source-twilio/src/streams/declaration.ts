import type { TwilioRecord } from '../castRecord.ts'
import type { Fields } from '../fields.ts'
import type { TwilioHost } from '../hosts.ts'

/** What there is to know of a stream. `twilioStream` reads any of them. */
export interface StreamDeclaration {
  readonly name: string
  /** Empty: nothing in the records tells them apart. */
  readonly primaryKey: readonly string[]
  /** Null: full refresh only. */
  readonly cursorField: string | null
  readonly fields: Fields
  /** The list whose pages are walked, and after whose pages a state may follow. */
  readonly list: List
  /** What is asked for each record of the list. Its records are the stream's then; null: the list's own are. */
  readonly children: Children | null
  /** Left out of every record. */
  readonly removedFields?: readonly string[]
  /** Shown only if the user asks for auth tokens. */
  readonly secretFields?: readonly string[]
}

export interface List {
  readonly host: TwilioHost
  readonly place: Place
  /** The property of the answer that the records are in. */
  readonly dataField: string
  /** The most that this API gives at once. */
  readonly pageSize: number
  /** What tells its records apart; null: nothing, so a page boundary that moved cannot be noticed. */
  readonly recordKey: readonly string[] | null
  /** There is one such list under each record of another; null: one only. */
  readonly under: Parents | null
  /** One list each, with these parameters, read in this order. Records may move on from one to the next meanwhile. */
  readonly variants?: readonly Readonly<Record<string, string>>[]
  /** Parameters of every request. */
  readonly query?: Readonly<Record<string, string>>
  /** Null: read as a whole. */
  readonly windows: Windows | null
}

export interface Parents {
  readonly list: List
  /** What the parent's sid is called in the state. */
  readonly key: string
}

export interface Children {
  readonly host: TwilioHost
  readonly place: Place
  /** Null: the answer is the record. */
  readonly dataField: string | null
  readonly pageSize: number
  readonly recordKey: readonly string[] | null
  /** Parents that have none by their own word are not asked. */
  readonly isWanted?: (parent: TwilioRecord) => boolean
  /** Records without it are empty answers. */
  readonly requiredField?: string
}

/** Which path a list has, given the record that it is under. */
export type Place =
  /** `{field}` stands for a field of the parent. */
  | { readonly kind: 'path'; readonly path: string }
  /** As the parent's `subresource_uris` tells. Parents that lack the key have no such list. */
  | { readonly kind: 'subresource'; readonly key: string }

/** How a list is asked for a stretch of time. */
export interface Windows {
  /** The field of the list's records that the parameters are about. */
  readonly timeField: string
  readonly fromParameter: string
  readonly untilParameter: string
  /**
   * `time` 2022-11-13T23:39:00Z and `blank time` 2022-11-13 23:39:00Z take in both ends; of `day` the last is the day
   * after the window, since "before" and "until midnight of" a day leave that day out; of `last day` it is in the window.
   */
  readonly format: 'time' | 'blank time' | 'day' | 'last day'
  /** The API refuses, or has forgotten, what is older. Null: it keeps everything. */
  readonly retentionMs: number | null
  /** A window with more is refused midway and has to be cut. */
  readonly recordsMax?: number
  /** Records are of whole days, the last of which still grows. */
  readonly isDaily?: boolean
}

export function path(text: string): Place {
  return { kind: 'path', path: text }
}

export function subresource(key: string): Place {
  return { kind: 'subresource', key }
}
