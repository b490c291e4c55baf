import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleMessage, sampleSegment } from '../../test/sampleMessages.ts'
import { RecentSubmissions } from './recentSubmissions.ts'

const message = sampleMessage({ status: 'submitted', parts: 1 })
const segment = sampleSegment({ messageId: message.id, carrierId: 'a', carrierMessageId: '7', submittedAt: 1_000 })

test('a submission serves one receipt of its own carrier', () => {
  const recent = new RecentSubmissions()
  recent.remember(message, segment)
  assert.equal(recent.take('b', '7', 2_000), null)
  assert.deepEqual(recent.take('a', '7', 2_000), { message, segment })
  assert.equal(recent.take('a', '7', 2_000), null)
})

test('long messages, refusals and what could not be recorded are left to the table', () => {
  const recent = new RecentSubmissions()
  recent.remember({ ...message, parts: 2 }, segment)
  recent.remember({ ...message, status: 'queued' }, segment)
  recent.remember(message, { ...segment, carrierMessageId: null })
  assert.equal(recent.take('a', '7', 2_000), null)
  recent.remember(message, segment)
  recent.forget(segment)
  assert.equal(recent.take('a', '7', 2_000), null)
})

test('an old entry is not trusted, and the oldest make room', () => {
  const recent = new RecentSubmissions()
  recent.remember(message, segment)
  assert.equal(recent.take('a', '7', 1_000 + 11 * 60_000), null)
  for (let id = 0; id <= 20_000; id++) recent.remember(message, { ...segment, carrierMessageId: String(id) })
  assert.equal(recent.take('a', '0', 2_000), null)
  assert.notEqual(recent.take('a', '15000', 2_000), null)
})
