import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StreamProgress } from './cursors.ts'
import { MINUTE_MS, type Window } from './slices.ts'
import { noState, type StreamState } from './state.ts'

const KEY = { account_sid: 'AC1' }
const minutes = (from: number, until: number): Window => ({ fromMs: from * MINUTE_MS, untilMs: until * MINUTE_MS })

/** A sync over ten minutes, the last of which is not settled, in windows of which some are read. */
function readParts(parts: readonly { window: Window; isRead: boolean; page?: string }[]): StreamState {
  const progress = new StreamProgress(noState, () => 9 * MINUTE_MS)
  const partition = progress.begin(KEY, { stretch: minutes(0, 10), position: { kind: 'start' } })
  for (const { window } of parts) partition.open(window, { kind: 'start' })
  for (const { window, isRead, page } of parts) {
    if (isRead) partition.read(window, { kind: 'end' })
    else if (page !== undefined) partition.read(window, { kind: 'page', page })
  }
  return progress.unfinished()
}

test('the cursor stays at what is settled when all is read', () => {
  const [partition] = readParts([{ window: minutes(0, 10), isRead: true }]).partitions
  assert.equal(partition?.cursorMs, 9 * MINUTE_MS)
  assert.deepEqual(partition?.ahead, [])
})

test('the cursor stays there, too, when only windows after it are unread', () => {
  const parts = [
    { window: minutes(0, 9.5), isRead: true },
    { window: minutes(9.5, 10), isRead: false },
  ]
  assert.equal(readParts(parts).partitions[0]?.cursorMs, 9 * MINUTE_MS)
})

test('windows that are read ahead of the cursor count up to what is settled', () => {
  const { partitions } = readParts([
    { window: minutes(0, 3), isRead: false },
    { window: minutes(3, 6), isRead: true },
    { window: minutes(6, 9.5), isRead: false, page: '/next' },
    { window: minutes(9.5, 10), isRead: true },
  ])
  assert.equal(partitions[0]?.cursorMs, 0)
  assert.deepEqual(partitions[0]?.ahead, [
    { ...minutes(3, 6), position: { kind: 'end' } },
    { ...minutes(6, 9), position: { kind: 'page', page: '/next' } },
  ])
})
