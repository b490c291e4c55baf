import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleStatus } from '../../test/callbackBench.ts'
import type { ChatStatusEvent } from '../chat/chatHappening.ts'
import { CALLBACK_VERSIONS, type CallbackVersion } from './callbackSettings.ts'
import { renderStatus } from './renderStatus.ts'

const EVENTS = ['accepted', 'dispatched', 'delivered', 'seen', 'channelFailed', 'failed', 'unknown'] as const
const render = (happening: ReturnType<typeof sampleStatus>, version: CallbackVersion) =>
  JSON.parse(renderStatus(happening, version) ?? 'null')

test('version 1.1 is the status as the Chat API reads it, and tells of what ends a message only', () => {
  assert.deepEqual(render(sampleStatus({ event: 'seen' }, { context: 'order 7' }), '1.1'), {
    messageId: '77185196-664a-43ec-b14a-fe97036c697f',
    deliveryChannel: 'whatsapp',
    status: 'seen',
  })
  const told = EVENTS.filter((event) => renderStatus(sampleStatus({ event }), '1.1') !== null)
  assert.deepEqual(told, ['delivered', 'seen', 'failed', 'unknown'])
})

test('versions 2.x name the event, carry the context and the reason, and keep the fields of 1.1', () => {
  const details = { code: 'whatsapp::error::470', message: 'Re-engagement message' }
  const happening = sampleStatus({ event: 'channelFailed', details }, { context: 'order 7' })
  for (const version of ['2.11', '2.12', '2.13'] as const) {
    assert.deepEqual(render(happening, version), {
      messageId: '77185196-664a-43ec-b14a-fe97036c697f',
      deliveryChannel: 'whatsapp',
      status: 'accepted',
      event: 'MessageStatus::channelFailed',
      channel: 'whatsapp',
      from: '49301234567',
      to: '4915201234567',
      timestamp: '2026-01-11T08:30:05Z',
      userContext: 'order 7',
      details,
    })
  }
})

test('version 3 has events alone', () => {
  assert.deepEqual(render(sampleStatus({ channel: 'echo', number: 'Shop' }), '3'), {
    messageId: '77185196-664a-43ec-b14a-fe97036c697f',
    event: 'MessageStatus::delivered',
    channel: 'tyntecEcho',
    from: 'Shop',
    to: '4915201234567',
    timestamp: '2026-01-11T08:30:05Z',
  })
})

test('the status of every event in every version is one that the wire knows', () => {
  const known = new Set([undefined, 'accepted', 'delivered', 'seen', 'failed', 'unknown'])
  for (const version of CALLBACK_VERSIONS) {
    for (const event of EVENTS satisfies readonly ChatStatusEvent[]) {
      const status: string | undefined = render(sampleStatus({ event }), version)?.status
      assert.ok(known.has(status), `${version} ${event} ${status}`)
    }
  }
})
