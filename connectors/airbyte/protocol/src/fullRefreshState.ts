import type { ConfiguredStream } from './configuredCatalog.ts'
import { isObject } from './isObject.ts'
import { withoutMark } from './repeatedState.ts'
import type { SourceStream } from './source.ts'

/**
 * A full refresh keeps its states under a key of its own, so that a runner that hands the state of one mode to the
 * other makes us read too much, never too little.
 */
export type Start = { readonly kind: 'read'; readonly state: unknown } | { readonly kind: 'already complete' }

/**
 * Where a read starts. A full refresh goes on from where it broke off; one that is complete starts anew, except in
 * another attempt of the very same sync (same sync_id), where its records are already at the destination.
 * @param state the input's stream_state, null: none.
 */
export function startOf(stream: SourceStream, { syncMode, syncId }: ConfiguredStream, state: unknown): Start {
  const fullRefresh = isObject(state) && isObject(state.full_refresh) ? state.full_refresh : null
  if (syncMode === 'incremental') {
    return { kind: 'read', state: fullRefresh === null && isObject(state) ? positionOf(state) : null }
  }
  if (fullRefresh === null || !stream.isResumable) return { kind: 'read', state: null }
  if (fullRefresh.complete !== true) return { kind: 'read', state: fullRefresh.position ?? null }
  const isSameSync = syncId !== null && fullRefresh.sync_id === syncId
  return isSameSync ? { kind: 'already complete' } : { kind: 'read', state: null }
}

/** The stream_state of a full refresh that is under way. */
export function progressState(position: object, { syncId }: ConfiguredStream): object {
  return { full_refresh: { complete: false, sync_id: syncId, position } }
}

/** The stream_state of a full refresh that has read everything. */
export function completeState({ syncId }: ConfiguredStream): object {
  return { full_refresh: { complete: true, sync_id: syncId } }
}

/** Null where nothing is left but what the published connectors write for streams without a cursor. */
function positionOf(state: Record<string, unknown>): object | null {
  const position = withoutMark(state)
  const isEmpty = Object.keys(position).every((key) => NO_POSITION_KEYS.includes(key))
  return isEmpty ? null : position
}

const NO_POSITION_KEYS = ['__ab_no_cursor_state_message', '__ab_full_refresh_sync_complete']
