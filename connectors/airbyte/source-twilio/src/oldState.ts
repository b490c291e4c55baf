import { isRecord, type TwilioRecord } from './castRecord.ts'
import { cursorIn } from './cursorIn.ts'
import { SECOND_MS } from './slices.ts'
import type { StreamState } from './state.ts'

/**
 * Reads the states that versions of the published connector wrote, so that a connection can change to this source
 * without reading all again:
 *
 * - `{"date_sent": …}`: one cursor for all accounts;
 * - `{"states": [{"partition": …, "cursor": {"date_sent": …}}]}`: a cursor for each account, which the partition names by
 *   `account_sid` or in a path (`subresource_uri`), with `parent_slice` around it in later versions. Where several
 *   entries are of one account (a conference's status, a message), the earliest of their cursors counts;
 * - `"state"` beside them: the time up to which all partitions were read, `lookback_window` seconds before which those
 *   without an entry begin.
 */
export function readOldState(state: TwilioRecord, cursorField: string): StreamState {
  const ofAll = cursorIn(state.state, cursorField) ?? cursorIn(state, cursorField)
  const lookbackMs = typeof state.lookback_window === 'number' ? state.lookback_window * SECOND_MS : 0
  const fallbackMs = ofAll === null ? null : ofAll - lookbackMs
  const entries = Array.isArray(state.states) && state.use_global_cursor !== true ? state.states : []
  const cursors = new Map<string, number>()
  for (const entry of entries) {
    if (!isRecord(entry)) continue
    const cursorMs = cursorIn(entry.cursor, cursorField)
    const accountSid = accountIn(entry.partition)
    // A cursor of one message says nothing about its account's other messages, the one of all does.
    if (cursorMs === null || accountSid === null || (isOfMessage(entry.partition) && fallbackMs !== null)) continue
    cursors.set(accountSid, Math.min(cursors.get(accountSid) ?? cursorMs, cursorMs))
  }
  return {
    isUnfinished: false,
    partitions: [...cursors].map(([account_sid, cursorMs]) => ({
      partition: { account_sid },
      cursorMs,
      isBegun: false,
      ahead: [],
      position: { kind: 'start' },
    })),
    fallbackMs,
  }
}

/** Partitions are objects of text and of such objects; the account is somewhere in them. */
function accountIn(partition: unknown): string | null {
  if (!isRecord(partition)) return null
  const { account_sid, subresource_uri, parent_slice } = partition
  if (typeof account_sid === 'string') return account_sid
  const inPath = typeof subresource_uri === 'string' ? /\/Accounts\/(AC\w+)[/.]/.exec(subresource_uri)?.[1] : undefined
  return inPath ?? accountIn(parent_slice)
}

function isOfMessage(partition: unknown): boolean {
  return (
    isRecord(partition) &&
    typeof partition.subresource_uri === 'string' &&
    /\/Messages\/\w/.test(partition.subresource_uri)
  )
}
