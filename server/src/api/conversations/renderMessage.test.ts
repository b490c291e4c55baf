import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatEvent, ChatEventState, ChatMessage } from '../../chat/chat.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { renderEvents, renderStatus } from './renderMessage.ts'

const AT = Date.UTC(2030, 0, 1)
const details = { code: 'whatsapp::error::131026', message: 'Message undeliverable' }
const message: ChatMessage = {
  id: '01a200be-a3aa-76f3-adb0-c1d6fffe9b66',
  accountId: 'acme',
  recipient: parseNumber('+4915112345678') ?? assert.fail(),
  steps: [],
  step: 0,
  status: 'accepted',
  channel: 'whatsapp',
  stored: {},
  context: null,
  callbackUrl: null,
  bulkId: null,
  acceptedAt: AT,
  updatedAt: AT,
  finishedAt: null,
  error: null,
}

test('a status is in lower case and says since when, over what, and why', () => {
  assert.deepEqual(renderStatus(message), {
    messageId: message.id,
    status: 'accepted',
    timestamp: '2030-01-01T00:00:00.000Z',
    deliveryChannel: 'whatsapp',
  })
  const failed = renderStatus({ ...message, status: 'failed', context: 'order 17', error: details })
  assert.deepEqual([failed.status, failed.context, failed.details], ['failed', 'order 17', details])
})

test('a failure with which the message ends is failed or unknown, one before it channelFailed', () => {
  const names = (status: ChatMessage['status'], states: readonly ChatEventState[]) => {
    const events = states.map((state): ChatEvent => ({ at: AT, state, channel: 'sms', details: null }))
    return renderEvents({ ...message, status }, events).events.map(({ event }) => event.replace('MessageStatus::', ''))
  }
  assert.deepEqual(names('seen', ['accepted', 'dispatched', 'failed', 'dispatched', 'success', 'seen']), [
    'accepted',
    'dispatched',
    'channelFailed',
    'dispatched',
    'delivered',
    'seen',
  ])
  assert.deepEqual(names('failed', ['accepted', 'dispatching_failed', 'dispatched', 'failed']), [
    'accepted',
    'channelFailed',
    'dispatched',
    'failed',
  ])
  assert.deepEqual(names('unknown', ['accepted', 'dispatched', 'unknown']), ['accepted', 'dispatched', 'unknown'])
  assert.deepEqual(names('accepted', ['accepted', 'dispatched', 'unknown']), [
    'accepted',
    'dispatched',
    'channelFailed',
  ])
})
