import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completeState, progressState, startOf } from './fullRefreshState.ts'
import { markRepeated } from './repeatedState.ts'
import type { SourceStream } from './source.ts'

const stream: SourceStream = {
  name: 'calls',
  jsonSchema: {},
  primaryKey: [],
  cursorField: 'end_time',
  isResumable: true,
  async *read() {},
}
const refresh = (syncId: number | null) => ({ name: 'calls', syncMode: 'full_refresh' as const, syncId })
const incremental = { name: 'calls', syncMode: 'incremental' as const, syncId: null }
const anew = { kind: 'read', state: null }

test('a full refresh goes on from where it broke off', () => {
  const state = progressState({ page: 3 }, refresh(1))
  assert.deepEqual(startOf(stream, refresh(1), state), { kind: 'read', state: { page: 3 } })
  assert.deepEqual(startOf(stream, refresh(null), state), { kind: 'read', state: { page: 3 } })
})

test('a complete full refresh is not repeated within one sync, but in every other', () => {
  assert.deepEqual(startOf(stream, refresh(1), completeState(refresh(1))), { kind: 'already complete' })
  assert.deepEqual(startOf(stream, refresh(2), completeState(refresh(1))), anew)
  assert.deepEqual(startOf(stream, refresh(null), completeState(refresh(null))), anew)
})

test('the state of one mode never shortens the other', () => {
  assert.deepEqual(startOf(stream, refresh(1), { end_time: '2024-01-01' }), anew)
  assert.deepEqual(startOf(stream, incremental, progressState({ page: 3 }, refresh(1))), anew)
  assert.deepEqual(startOf(stream, incremental, completeState(refresh(1))), anew)
})

test('a stream that cannot resume is read from its beginning', () => {
  const state = progressState({ page: 3 }, refresh(1))
  assert.deepEqual(startOf({ ...stream, isResumable: false }, refresh(1), state), anew)
})

test('an incremental state is handed on as it is, without our mark', () => {
  const position = { states: [{ partition: {}, cursor: {} }] }
  assert.deepEqual(startOf(stream, incremental, position), { kind: 'read', state: position })
  assert.deepEqual(startOf(stream, incremental, markRepeated(position)), { kind: 'read', state: position })
})

test('empty states and those the published connectors write without a cursor are none', () => {
  for (const state of [null, {}, { __ab_no_cursor_state_message: true }, { __ab_full_refresh_sync_complete: true }]) {
    assert.deepEqual(startOf(stream, incremental, state), anew)
  }
})
