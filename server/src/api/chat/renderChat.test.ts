import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatEvent, ChatMessage } from '../../chat/chat.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { renderHistory, renderHistoryV2, renderStatus, renderStatusV2, renderStored } from './renderChat.ts'

const AT = Date.parse('2026-11-22T08:10:05.123Z')
const DETAILS = { code: 'whatsapp::error::131026', message: 'Message undeliverable' }
const SHOWN = { to: '+4915112345678', channels: ['whatsapp', 'tyntecEcho'] }

const MESSAGE: ChatMessage = {
  id: '77185196-664a-43ec-b14a-fe97036c697f',
  accountId: 'acme',
  recipient: parseNumber('+4915112345678') ?? assert.fail(),
  steps: [
    {
      channel: 'whatsapp',
      sender: '+4930901820',
      content: { kind: 'text', text: 'a' },
      waitMs: null,
      replyBack: false,
    },
    { channel: 'echo', sender: 'echo', content: { kind: 'text', text: 'a' }, waitMs: null, replyBack: false },
  ],
  step: 1,
  status: 'seen',
  channel: 'echo',
  stored: SHOWN,
  context: null,
  callbackUrl: null,
  bulkId: null,
  acceptedAt: AT - 1000,
  updatedAt: AT,
  finishedAt: AT,
  error: null,
}
const EVENTS: readonly ChatEvent[] = [
  { at: AT - 3, state: 'accepted', channel: 'whatsapp', details: null },
  { at: AT - 2, state: 'dispatching_failed', channel: 'whatsapp', details: DETAILS },
  { at: AT - 1, state: 'success', channel: 'echo', details: null },
  { at: AT, state: 'seen', channel: 'echo', details: null },
]

test('a message is read back as it counts, under its id', () => {
  assert.deepEqual(renderStored(MESSAGE), { messageId: MESSAGE.id, ...SHOWN })
})

test('a status says by which channel, in the wire’s words', () => {
  assert.deepEqual(renderStatus(MESSAGE), {
    messageId: MESSAGE.id,
    deliveryChannel: 'tyntecEcho',
    status: 'seen',
  })
})

test('a status of v2 also says since when, from whom and why', () => {
  const failed = {
    ...MESSAGE,
    status: 'failed',
    step: 0,
    channel: 'whatsapp',
    context: 'order 17',
    error: DETAILS,
  } as const
  assert.deepEqual(renderStatusV2(failed), {
    messageId: MESSAGE.id,
    event: 'MessageStatus::failed',
    channel: 'whatsapp',
    deliveryChannel: 'whatsapp',
    from: '4930901820',
    status: 'failed',
    timestamp: '2026-11-22T08:10:05.123Z',
    userContext: 'order 17',
    details: DETAILS,
  })
  const seen = renderStatusV2(MESSAGE)
  assert.equal(seen.from, 'echo')
  assert(!('userContext' in seen) && !('details' in seen))
})

test('a history keeps the wire’s misspelling in v1.1 and its states in both', () => {
  const { messageId, history } = renderHistory(MESSAGE, EVENTS)
  assert.equal(messageId, MESSAGE.id)
  assert.deepEqual(history, [
    { deliveryChannel: 'whatsapp', happendAt: '2026-11-22T08:10:05.120Z', state: 'accepted' },
    {
      deliveryChannel: 'whatsapp',
      happendAt: '2026-11-22T08:10:05.121Z',
      state: 'dispatching_failed',
      details: DETAILS,
    },
    { deliveryChannel: 'tyntecEcho', happendAt: '2026-11-22T08:10:05.122Z', state: 'success' },
    {
      deliveryChannel: 'tyntecEcho',
      happendAt: '2026-11-22T08:10:05.123Z',
      state: 'success',
      details: { code: 'seen', message: 'the recipient has read the message' },
    },
  ])
  const [first] = renderHistoryV2(MESSAGE, EVENTS).history
  assert.deepEqual(first, {
    channel: 'whatsapp',
    deliveryChannel: 'whatsapp',
    happenedAt: '2026-11-22T08:10:05.120Z',
    state: 'accepted',
  })
})
