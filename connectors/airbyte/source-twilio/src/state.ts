import { ConfigError } from '@heliograph/airbyte-protocol/source'
import { isRecord, type TwilioRecord } from './castRecord.ts'
import { cursorIn, timeIn } from './cursorIn.ts'
import { isoSecond } from './isoTime.ts'
import { readOldState } from './oldState.ts'
import type { Window } from './slices.ts'

/** Which of a stream's lists: `{"account_sid": "AC…"}`; empty where the stream has one list only. */
export type PartitionKey = Readonly<Record<string, string>>

export interface StreamState {
  /** The last sync broke off. */
  readonly isUnfinished: boolean
  readonly partitions: readonly PartitionState[]
  /** For partitions that are not among them, from a time when there was one cursor for all; null: there is none. */
  readonly fallbackMs: number | null
}

export interface PartitionState {
  readonly partition: PartitionKey
  /** Everything before it has been read; null: not even a beginning was made. */
  readonly cursorMs: number | null
  /** The unfinished sync had come to it, and had taken its lookback off the cursor. */
  readonly isBegun: boolean
  /** Windows after the cursor that were read, or of which a part was. */
  readonly ahead: readonly ReadWindow[]
  /** For lists without windows: where to go on. */
  readonly position: Position
}

export interface ReadWindow extends Window {
  readonly position: Position
}

/** How far a list has been read. `page` is path and query of its next page. */
export type Position =
  | { readonly kind: 'start' }
  | { readonly kind: 'page'; readonly page: string }
  | { readonly kind: 'end' }

export const noState: StreamState = { isUnfinished: false, partitions: [], fallbackMs: null }

/**
 * Reads a stream's state, our own or one of the published connector.
 * @param cursorField null: full refresh only. @throws ConfigError for what is neither.
 */
export function readState(state: unknown, cursorField: string | null): StreamState {
  if (state === null || state === undefined) return noState
  if (!isRecord(state)) throw new ConfigError('The state of the stream is not an object')
  if (state.version === VERSION) return readOwnState(state, cursorField)
  return cursorField === null ? noState : readOldState(state, cursorField)
}

export function stateJson(state: StreamState, cursorField: string | null): object {
  const cursor = (timeMs: number | null) =>
    timeMs === null || cursorField === null ? {} : { cursor: { [cursorField]: isoSecond(timeMs) } }
  const { cursor: fallback } = { cursor: undefined, ...cursor(state.fallbackMs) }
  return {
    version: VERSION,
    ...(state.isUnfinished ? { unfinished: true } : {}),
    states: state.partitions.map(({ partition, cursorMs, isBegun, ahead, position }) => ({
      partition,
      ...cursor(cursorMs),
      ...(isBegun ? { begun: true } : {}),
      ...(ahead.length === 0 ? {} : { ahead: ahead.map(windowJson) }),
      ...positionJson(position),
    })),
    ...(fallback === undefined ? {} : { state: fallback }),
  }
}

/** Of this form of the state; the published connector's have none. */
const VERSION = 'heliograph-1'

function windowJson({ fromMs, untilMs, position }: ReadWindow): object {
  return { from: isoSecond(fromMs), until: isoSecond(untilMs), ...positionJson(position) }
}

function positionJson(position: Position): object {
  switch (position.kind) {
    case 'start':
      return {}
    case 'page':
      return { next_page: position.page }
    case 'end':
      return { done: true }
    default:
      return position satisfies never
  }
}

function readOwnState(state: TwilioRecord, cursorField: string | null): StreamState {
  if (!Array.isArray(state.states)) throw new ConfigError('The state of the stream has no list "states"')
  return {
    isUnfinished: state.unfinished === true,
    partitions: state.states.map((entry: unknown) => readPartition(entry, cursorField)),
    fallbackMs: cursorField === null ? null : cursorIn(state.state, cursorField),
  }
}

function readPartition(entry: unknown, cursorField: string | null): PartitionState {
  if (!isRecord(entry) || !isRecord(entry.partition))
    throw new ConfigError('The state has an entry without "partition"')
  const partition = Object.entries(entry.partition).map(([name, value]) => [name, String(value)])
  return {
    partition: Object.fromEntries(partition),
    cursorMs: cursorField === null ? null : cursorIn(entry.cursor, cursorField),
    isBegun: entry.begun === true,
    ahead: Array.isArray(entry.ahead) ? entry.ahead.map(readWindow) : [],
    position: readPosition(entry),
  }
}

function readWindow(entry: unknown): ReadWindow {
  if (!isRecord(entry)) throw new ConfigError('The state has a window that is not an object')
  return { fromMs: timeIn(entry.from), untilMs: timeIn(entry.until), position: readPosition(entry) }
}

/** A page is only ever a path, so that a state made by someone else cannot lead the credentials to another host. */
function readPosition({ done, next_page }: TwilioRecord): Position {
  if (done === true) return { kind: 'end' }
  return typeof next_page === 'string' && next_page.startsWith('/') && !next_page.startsWith('//')
    ? { kind: 'page', page: next_page }
    : { kind: 'start' }
}
