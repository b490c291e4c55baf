import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ShownCallbackSettings } from '../../callbacks/callbackSettings.ts'
import { Problem } from '../../http/problem.ts'
import { readCallback } from './readCallback.ts'

const checkUrl = (url: string) => (url.startsWith('https://') ? null : 'must be public')
const read = (body: unknown, before: ShownCallbackSettings | null = null) => readCallback(body, { before, checkUrl })
const BEFORE: ShownCallbackSettings = {
  callbackVersion: null,
  inboundMessageUrl: null,
  messageStatusUrl: null,
  eventFilter: null,
  signature: { method: 'HS256' },
  header: { key: 'x-token' },
}
const NOTHING = {
  callbackVersion: null,
  inboundMessageUrl: null,
  messageStatusUrl: null,
  eventFilter: null,
  signature: null,
  header: null,
}

test('what a callback does not say is said no more', () => {
  assert.deepEqual(read({}, BEFORE), NOTHING)
  assert.deepEqual(read({ signature: {}, header: null, inboundMessageUrl: '' }, BEFORE), NOTHING)
})

test('a whole callback is understood, its version also as a number, and what is unknown is ignored', () => {
  const callback = {
    callbackVersion: 2.13,
    inboundMessageUrl: 'https://a.example/in',
    messageStatusUrl: 'https://a.example/status',
    eventFilter: ['MessageStatus::seen', 'MoMessage', 'MessageStatus::delivered', 'MessageStatus::seen'],
    signature: { secret: 'x'.repeat(8), method: 'HS512' },
    header: { key: 'authorization', value: 'Bearer 123' },
    businessNotificationUrl: 'ftp://nowhere',
  }
  const { businessNotificationUrl: _, ...known } = callback
  assert.deepEqual(read(callback), {
    ...known,
    callbackVersion: '2.13',
    eventFilter: ['MessageStatus::delivered', 'MessageStatus::seen'],
  })
})

test('an empty filter is said: everything; an absent one is not', () => {
  assert.deepEqual(read({ eventFilter: [] }).eventFilter, [])
  assert.deepEqual(read({}).eventFilter, null)
})

test('a secret that is left out stays, but only with its method and its header', () => {
  const kept = read({ signature: { method: 'HS256' }, header: { key: 'x-token' } }, BEFORE)
  assert.equal('signature' in kept || 'header' in kept, false)
  assert.deepEqual(refused({ signature: { method: 'HS512' }, header: { key: 'x-other' } }, BEFORE), [
    'signature.secret',
    'header.value',
  ])
  assert.deepEqual(refused({ signature: { method: 'HS256' } }), ['signature.secret'])
})

test('every mistake is named at once', () => {
  const body = {
    callbackVersion: '9',
    inboundMessageUrl: 'http://localhost/',
    messageStatusUrl: `https://a.example/${'x'.repeat(2_000)}`,
    eventFilter: ['MessageStatus::delivered', 'Nothing'],
    signature: { secret: 'short', method: 'MD5' },
    header: { key: 'a b c', value: 'short' },
  }
  assert.deepEqual(refused(body).sort(), [
    'callbackVersion',
    'eventFilter.1',
    'header.key',
    'header.value',
    'inboundMessageUrl',
    'messageStatusUrl',
    'signature.method',
    'signature.secret',
  ])
})

test('a header may not stand for one of ours, nor carry a line break', () => {
  for (const key of ['x-signature', 'Content-Length', 'webhook-id', 'HOST']) {
    assert.deepEqual(refused({ header: { key, value: 'a value of mine' } }), ['header.key'])
  }
  assert.deepEqual(refused({ header: { key: 'x-mine', value: 'a value\r\nof: mine' } }), ['header.value'])
})

function refused(body: unknown, before: ShownCallbackSettings | null = null): string[] {
  try {
    read(body, before)
  } catch (error) {
    assert(error instanceof Problem)
    return error.violations.map(({ field }) => field)
  }
  return assert.fail('it was taken')
}
