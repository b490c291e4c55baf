import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HeldDelivery } from './delivery.ts'
import { isGone, judgeCall } from './judgeCall.ts'
import type { CallResult } from './sender.ts'

const delivery: HeldDelivery = {
  id: 'd1',
  accountId: 'acme',
  messageId: 'm1',
  event: 'message.status',
  url: 'https://acme.example/dlr',
  method: 'POST',
  body: '{}',
  ladder: 'receipt',
  attempts: 0,
  attemptsBefore: 0,
  expiresAt: 86_400_000,
  sequence: null,
}
const call = { startedAt: 1_000, now: 1_250, random: 0.5, retentionMs: 1_000_000, failuresInRow: 1 }

function answered(status: number, retryAfter: string | null = null): Exclude<CallResult, { kind: 'aborted' }> {
  return { kind: 'answered', status, retryAfter, responseStart: 'ok' }
}

test('any 2xx is delivered and kept for the retention', () => {
  for (const status of [200, 201, 202, 204, 299]) {
    const { record, pauseMs } = judgeCall(delivery, answered(status), call)
    assert.deepEqual(record, {
      deliveryId: 'd1',
      number: 1,
      startedAt: 1_000,
      durationMs: 250,
      httpStatus: status,
      responseStart: 'ok',
      error: null,
      status: 'delivered',
      dueAt: 1_001_250,
    })
    assert.equal(pauseMs, 0)
  }
})

test('redirects, client errors, server errors and missing answers are tried again', () => {
  const failures = [301, 302, 307, 308, 400, 401, 404, 429, 500, 502, 503].map((status) => answered(status))
  for (const result of [...failures, { kind: 'failed', error: 'refused' } as const]) {
    const { record } = judgeCall(delivery, result, call)
    assert.equal(record.status, 'pending')
    assert.equal(record.dueAt, 6_250)
    assert.notEqual(record.error, null)
  }
})

test('410 ends a delivery at once', () => {
  const { record } = judgeCall(delivery, answered(410), call)
  assert.equal(record.status, 'failed')
  assert.equal(record.error, 'answered 410')
  assert.equal(record.dueAt, 1_001_250)
})

test('only 429 and 503 can ask for a pause', () => {
  for (const status of [429, 503]) {
    const { record, pauseMs } = judgeCall(delivery, answered(status, '60'), call)
    assert.equal(pauseMs, 60_000)
    assert.equal(record.dueAt, 61_250)
  }
  assert.equal(judgeCall(delivery, answered(500, '60'), call).pauseMs, 0)
  assert.equal(judgeCall(delivery, answered(200, '60'), call).pauseMs, 0)
})

test('the failure at the end of the ladder is final and says why', () => {
  const late = { ...call, startedAt: 86_390_000, now: 86_396_000 }
  const { record } = judgeCall({ ...delivery, attempts: 30 }, { kind: 'failed', error: 'refused' }, late)
  assert.equal(record.status, 'failed')
  assert.equal(record.error, 'refused')
  assert.equal(record.number, 31)
})

test('what is stored of an answer or an error is bounded and valid text', () => {
  const body = `${'a'.repeat(2_047)}\u{1f600}`
  const { record } = judgeCall(delivery, { ...answered(500), responseStart: `\0${body}` } as never, call)
  assert.ok(record.responseStart !== null && record.responseStart.length <= 2_048)
  assert.ok(record.responseStart.isWellFormed() && !record.responseStart.includes('\0'))
  const failed = judgeCall(delivery, { kind: 'failed', error: `${'e'.repeat(299)}\u{1f600}` }, call)
  assert.equal(failed.record.error, `${'e'.repeat(299)}\ufffd`)
})

test('410 ends whoever answers it, 404 a flow only', () => {
  for (const format of ['own', 'power automate'] as const) {
    assert.equal(isGone(answered(410), format), true)
    assert.equal(isGone(answered(404), format), format === 'power automate')
    assert.equal(isGone(answered(403), format), false)
    assert.equal(isGone({ kind: 'failed', error: 'timed out' }, format), false)
  }
})
