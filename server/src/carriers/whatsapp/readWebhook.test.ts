import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { InboundChatContent } from '../carrier.ts'
import { readWebhook } from './readWebhook.ts'

const READER = { carrierId: 'wa', phoneNumberId: '1001', number: '4930123456' }

test('statuses become receipts, and what was read was delivered before', () => {
  const { updates, unreadable } = readValue({
    statuses: [
      { id: 'wamid.1', status: 'sent', timestamp: '1767225600', recipient_id: '4915112345678' },
      { id: 'wamid.1', status: 'delivered', timestamp: 1_767_225_601 },
      { id: 'wamid.1', status: 'read', timestamp: '1767225602' },
      { id: 'wamid.1', status: 'deleted', timestamp: '1767225603' },
      {
        id: 'wamid.2',
        status: 'failed',
        timestamp: '1767225604',
        errors: [{ code: 131_049, title: 'Not delivered', error_data: { details: 'x' } }],
      },
      { id: 'wamid.3', status: 'failed' },
    ],
  })
  const receipt = (carrierMessageId: string, state: string, second: number | null, failure: object = {}) => {
    const doneAt = second === null ? null : Date.UTC(2026, 0, 1, 0, 0, second)
    return { carrierId: 'wa', carrierMessageId, state, errorCode: '0000', errorReason: null, doneAt, ...failure }
  }
  assert.equal(unreadable, 0)
  assert.deepEqual(updates, [
    { kind: 'receipt', receipt: receipt('wamid.1', 'enroute', 0) },
    { kind: 'receipt', receipt: receipt('wamid.1', 'delivered', 1) },
    {
      kind: 'seen',
      receipt: receipt('wamid.1', 'delivered', 2),
      seen: { carrierId: 'wa', carrierMessageId: 'wamid.1', at: Date.UTC(2026, 0, 1, 0, 0, 2) },
    },
    {
      kind: 'receipt',
      receipt: receipt('wamid.2', 'undelivered', 4, {
        errorCode: '0b2a',
        errorReason: 'whatsapp::error::131049 Meta chose not to deliver the message, to keep people engaged',
      }),
    },
    {
      kind: 'receipt',
      receipt: receipt('wamid.3', 'undelivered', null, {
        errorCode: '0b2f',
        errorReason: 'WhatsApp could not deliver the message',
      }),
    },
  ])
})

test('each kind of inbound message is read', () => {
  const media = (type: string, more: object = {}) => ({
    kind: 'media',
    type,
    remoteId: '77',
    contentType: 'x/y',
    caption: null,
    fileName: null,
    ...more,
  })
  const file = { id: '77', mime_type: 'x/y' }
  const expected: readonly (readonly [object, object])[] = [
    [
      { type: 'text', text: { body: 'Grüße\0 \ud83d' } },
      { kind: 'text', text: 'Grüße\uFFFD \uFFFD' },
    ],
    [{ type: 'image', image: { ...file, caption: 'Look' } }, media('image', { caption: 'Look' })],
    [{ type: 'document', document: { ...file, filename: 'a.pdf' } }, media('document', { fileName: 'a.pdf' })],
    [{ type: 'audio', audio: { ...file, voice: false } }, media('audio')],
    [{ type: 'audio', audio: { ...file, voice: true } }, media('voice')],
    [{ type: 'video', video: file }, media('video')],
    [{ type: 'sticker', sticker: { ...file, animated: true } }, media('sticker')],
    [
      { type: 'location', location: { latitude: 52.5, longitude: 13.4, name: 'Here' } },
      { kind: 'location', latitude: 52.5, longitude: 13.4, name: 'Here', address: null },
    ],
    [
      { type: 'contacts', contacts: [{ name: { formatted_name: 'Ann' }, phones: [{ phone: '+49' }] }] },
      { kind: 'contacts', contacts: [{ name: { formatted_name: 'Ann' }, phones: [{ phone: '+49' }] }] },
    ],
    [
      { type: 'reaction', reaction: { message_id: 'wamid.1', emoji: '👍' } },
      { kind: 'reaction', emoji: '👍', carrierMessageId: 'wamid.1' },
    ],
    [
      { type: 'reaction', reaction: { message_id: 'wamid.1' } },
      { kind: 'reaction', emoji: '', carrierMessageId: 'wamid.1' },
    ],
    [
      { type: 'button', button: { text: 'Yes', payload: 'yes-1' } },
      { kind: 'postback', text: 'Yes', payload: 'yes-1' },
    ],
    [
      { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'b', title: 'B' } } },
      { kind: 'postback', text: 'B', payload: 'b' },
    ],
    [
      { type: 'interactive', interactive: { type: 'list_reply', list_reply: { id: 'l', title: 'L' } } },
      { kind: 'postback', text: 'L', payload: 'l' },
    ],
    [
      { type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply: { body: 'Sent', response_json: '{}' } } },
      { kind: 'postback', text: 'Sent', payload: '{}' },
    ],
    [{ type: 'unsupported', errors: [{ code: 131_051 }] }, { kind: 'unknown' }],
    [{ type: 'order', order: {} }, { kind: 'unknown' }],
    [{ type: 'text', text: null }, { kind: 'unknown' }],
    [{ type: 'image', image: { caption: 'no id' } }, { kind: 'unknown' }],
    [{ type: 'location', location: { latitude: 'north' } }, { kind: 'unknown' }],
    [{}, { kind: 'unknown' }],
  ]
  for (const [message, content] of expected) assert.deepEqual(contentOf(message), content, JSON.stringify(message))
})

test('an inbound message says who wrote to whom, when, and what it answers', () => {
  const message = { from: '4915112345678', id: 'wamid.9', timestamp: '1767225600', type: 'text', text: { body: 'Hi' } }
  const { updates } = readValue({
    contacts: [
      { profile: { name: 'Bob' }, wa_id: '1' },
      { profile: { name: 'Ann' }, wa_id: '4915112345678' },
    ],
    messages: [{ ...message, context: { from: '4930123456', id: 'wamid.1', frequently_forwarded: true } }],
  })
  assert.deepEqual(updates, [
    {
      kind: 'inbound',
      message: {
        carrierId: 'wa',
        channel: 'whatsapp',
        carrierMessageId: 'wamid.9',
        from: '4915112345678',
        to: '4930123456',
        at: Date.UTC(2026, 0, 1),
        senderName: 'Ann',
        content: { kind: 'text', text: 'Hi' },
        replyTo: 'wamid.1',
        forwarded: true,
      },
    },
  ])
})

test('of several numbers and fields only what is of this number is read', () => {
  const status = { id: 'wamid.1', status: 'sent', timestamp: '1' }
  const change = (phone_number_id: unknown, field = 'messages') => {
    return { field, value: { metadata: { phone_number_id }, statuses: [status] } }
  }
  const { updates, unreadable } = read({
    object: 'whatsapp_business_account',
    entry: [
      { changes: [change('1002'), change('1001'), change(1001), change(null)] },
      { changes: [change('1001', 'message_template_status_update')] },
      { changes: [change('1001')] },
    ],
  })
  assert.deepEqual([updates.length, unreadable], [2, 0])
})

test('what nobody wrote is no message, and what cannot be read is counted', () => {
  const base = { from: '4915112345678', id: 'wamid.9', timestamp: '1767225600' }
  const idle = readValue({
    messages: [
      { ...base, type: 'system' },
      { ...base, type: 'request_welcome' },
    ],
  })
  assert.deepEqual(idle, { updates: [], unreadable: 0 })
  const wrong = readValue({
    messages: [null, [], 'x', { ...base, from: '+49' }, { ...base, id: 7 }, { ...base, timestamp: 'now' }],
    statuses: [{}, { id: 'wamid.1', status: 'strange' }, { id: 'a b', status: 'sent' }],
  })
  assert.deepEqual(wrong, { updates: [], unreadable: 9 })
  for (const body of ['', 'x', 'null', '[]', '{}', '{"object":"page","entry":[]}', '\ufffd', '1e999']) {
    assert.deepEqual(readWebhook(Buffer.from(body), READER), { updates: [], unreadable: 1 }, body)
  }
})

test('bodies that are deep or have wrong types everywhere neither throw nor get through', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000)
  const wrapped = (text: string) =>
    `{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":` +
    `{"metadata":{"phone_number_id":"1001"},"messages":[{"from":"1","id":"a","timestamp":"1","type":"contacts",` +
    `"contacts":${text}}],"statuses":${text}}}]}]}`
  const { updates } = readWebhook(Buffer.from(wrapped(deep)), READER)
  assert.equal(updates.length, 1)
  assert.ok(JSON.stringify(updates).length < 1_000)
  const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
  readWebhook(Buffer.from(wrapped(hostile)), READER)
  assert.equal('polluted' in {}, false)
})

test('whatever JSON Meta may send, every update has the shape that it promises', () => {
  const anything = fc.jsonValue({ maxDepth: 3 })
  const some = (known: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 4, arbitrary: known }, { weight: 1, arbitrary: anything })
  const word = some(fc.constantFrom('wamid.1', '4915112345678', '1767225600', 'x\0', '\ud800', ''))
  const record = (keys: readonly string[], value: fc.Arbitrary<unknown>) =>
    fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] })
  const file = some(record(['id', 'mime_type', 'caption', 'filename', 'voice', 'body', 'message_id', 'emoji'], word))
  const types = ['text', 'image', 'audio', 'contacts', 'reaction', 'button', 'interactive', 'location', 'unsupported']
  const message = fc
    .tuple(record(['from', 'id', 'timestamp', 'context'], word), some(fc.constantFrom(...types)), record(types, file))
    .map(([head, type, bodies]) => ({ ...bodies, ...head, type }))
  const status = fc
    .tuple(record(['id', 'timestamp'], word), some(fc.constantFrom('sent', 'delivered', 'read', 'failed')), anything)
    .map(([head, state, errors]) => ({ ...head, status: state, errors }))
  const value = fc.record({ messages: some(fc.array(some(message))), statuses: some(fc.array(some(status))) })
  fc.assert(
    fc.property(value, (generated) => {
      for (const update of readValue(generated).updates) {
        const text = JSON.stringify(update)
        assert.ok(text.isWellFormed() && !text.includes('\\u0000'))
        if (update.kind === 'inbound') {
          assert.match(update.message.from, /^\d{1,15}$/)
          assert.ok(update.message.at > 0)
        } else assert.match(update.receipt.errorCode, /^[0-9a-f]{4}$/)
      }
    }),
    { numRuns: 500 },
  )
})

function read(webhook: object) {
  return readWebhook(Buffer.from(JSON.stringify(webhook)), READER)
}

function readValue(value: object) {
  const metadata = { display_phone_number: '4930123456', phone_number_id: '1001' }
  const changes = [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } }]
  return read({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] })
}

function contentOf(message: object): InboundChatContent | null {
  const head = { from: '4915112345678', id: 'wamid.9', timestamp: '1767225600' }
  const [update] = readValue({ messages: [{ ...head, ...message }] }).updates
  return update?.kind === 'inbound' ? update.message.content : null
}
