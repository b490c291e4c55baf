import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleInbound } from '../../test/callbackBench.ts'
import type { ChatInbound, ChatInboundMedia } from '../chat/chatInbound.ts'
import { CALLBACK_VERSIONS, type CallbackVersion } from './callbackSettings.ts'
import { renderFlow } from './renderFlow.ts'
import { renderInbound, tellsOf } from './renderInbound.ts'

const mediaUrl = (id: string) => `https://heliograph.example/messaging/v1/chat/media/${id}`
const render = (inbound: ChatInbound, version: CallbackVersion) => JSON.parse(renderInbound(inbound, version, mediaUrl))

const addresses = {
  messageId: '77185196-664a-43ec-b14a-fe97036c697e',
  channel: 'whatsapp',
  from: '4915201234567',
  to: '49301234567',
}
const time = '2026-01-11T08:30:05Z'
const photo: ChatInboundMedia = {
  kind: 'media',
  type: 'image',
  mediaId: 'm1',
  url: null,
  contentType: 'image/jpeg',
  caption: 'Our cat',
  fileName: null,
}

test('a text with what it answers, in every version', () => {
  const inbound = sampleInbound({ senderName: 'Peter', contextMessageId: 'c1', forwarded: true })
  const said = {
    content: { contentType: 'text', text: 'Hi' },
    context: { messageId: 'c1', isForwarded: true },
    whatsapp: { senderName: 'Peter' },
  }
  assert.deepEqual(render(inbound, '1.1'), { ...addresses, ...said })
  for (const version of ['2.11', '2.12', '2.13'] as const) {
    const event = { event: 'MoMessage', timestamp: time, receivedAt: time }
    assert.deepEqual(render(inbound, version), { ...addresses, ...event, ...said })
  }
  assert.deepEqual(render(inbound, '3'), { ...addresses, event: 'InboundMessage', timestamp: time, ...said })
})

test('media are found by URL and id; version 3 splits the content by their type', () => {
  const media = { url: mediaUrl('m1'), mediaId: 'm1', caption: 'Our cat' }
  const inbound = sampleInbound({ content: photo })
  for (const version of ['1.1', '2.12'] as const) {
    assert.deepEqual(render(inbound, version).content, { contentType: 'media', media: { type: 'image', ...media } })
  }
  assert.deepEqual(render(inbound, '3').content, { contentType: 'image', image: media })
})

test('a sticker is told as the image that it is, a document without a caption by its name', () => {
  const sticker = sampleInbound({ content: { ...photo, type: 'sticker', caption: null } })
  assert.deepEqual(render(sticker, '2.13').content.media, { type: 'image', url: mediaUrl('m1'), mediaId: 'm1' })
  assert.equal(render(sticker, '3').content.contentType, 'image')
  const document = sampleInbound({ content: { ...photo, type: 'document', caption: null, fileName: 'bill.pdf' } })
  assert.equal(render(document, '2.12').content.media.caption, 'bill.pdf')
})

test('what echo sends back keeps its own URL', () => {
  const content = { ...photo, mediaId: null, url: 'https://acme.example/cat.jpg', caption: null }
  const inbound = sampleInbound({ channel: 'echo', content })
  assert.equal(render(inbound, '1.1').channel, 'tyntecEcho')
  assert.deepEqual(render(inbound, '1.1').content.media, { type: 'image', url: 'https://acme.example/cat.jpg' })
  const url = sampleInbound({ channel: 'echo', content: { kind: 'url', url: 'https://acme.example' } })
  assert.deepEqual(render(url, '1.1').content, { contentType: 'url', url: 'https://acme.example' })
  assert.deepEqual(render(url, '3').content, { contentType: 'text', text: 'https://acme.example' })
})

test('a postback is an event of its own, and in version 1.1 what the person chose', () => {
  const inbound = sampleInbound({ senderName: 'Peter', content: { kind: 'postback', text: 'Yes', payload: 'yes-7' } })
  assert.deepEqual(render(inbound, '1.1').content, { contentType: 'text', text: 'Yes' })
  const { event, postback, whatsapp, content } = render(inbound, '2.12')
  assert.deepEqual([event, postback, content], ['MoMessage::Postback', { data: 'yes-7' }, undefined])
  assert.deepEqual(whatsapp, { senderName: 'Peter', text: 'Yes', title: 'Yes' })
  assert.equal(render(inbound, '3').event, 'InboundMessage::Postback')
})

test('reactions are told from version 2.13 on', () => {
  const inbound = sampleInbound({ content: { kind: 'reaction', emoji: '👍', messageId: 'c1' } })
  assert.deepEqual(
    CALLBACK_VERSIONS.filter((version) => tellsOf(inbound, version)),
    ['2.13', '3'],
  )
  const reaction = { emoji: '👍', messageId: 'c1' }
  assert.deepEqual(render(inbound, '2.13').content, { contentType: 'reaction', reaction })
})

test('places and cards are told as they came', () => {
  const place = { latitude: 52.5, longitude: 13.4, name: 'Berlin', address: null }
  const { content } = render(sampleInbound({ content: { kind: 'location', ...place } }), '2.12')
  const location = { latitude: 52.5, longitude: 13.4, name: 'Berlin' }
  assert.deepEqual(content, { contentType: 'location', location })
  const cards = render(sampleInbound({ content: { kind: 'contacts', contacts: [{ name: 'Ada' }] } }), '3')
  assert.deepEqual(cards.content, { contentType: 'contacts', contacts: [{ name: 'Ada' }] })
  assert.deepEqual(render(sampleInbound({ content: { kind: 'unknown' } }), '2.12').content, { contentType: 'unknown' })
})

test('an SMS has its origin and its parts', () => {
  const sms = { mccmnc: '26201', size: 2, missing: 1, parts: [{ number: 1, receivedAt: Date.UTC(2026, 0, 11) }] }
  for (const version of CALLBACK_VERSIONS) {
    assert.deepEqual(render(sampleInbound({ channel: 'sms', sms }), version).sms, {
      origin: { mcc: '262', mnc: '01' },
      totalPrice: 0,
      size: 2,
      missingParts: true,
      parts: [
        {
          messageId: '77185196-664a-43ec-b14a-fe97036c697e-1',
          sentDate: '2026-01-11T00:00:00Z',
          price: 0,
          sequenceNumber: 1,
        },
      ],
    })
  }
})

test('every field of what starts a flow is a text, whatever was written', () => {
  const contents: ChatInbound['content'][] = [
    { kind: 'text', text: 'Hi' },
    { kind: 'url', url: 'https://acme.example' },
    photo,
    { ...photo, mediaId: null, url: 'https://acme.example/cat.jpg' },
    { kind: 'location', latitude: 52.5, longitude: 13.4, name: null, address: 'Alex' },
    { kind: 'contacts', contacts: [] },
    { kind: 'reaction', emoji: '👍', messageId: null },
    { kind: 'postback', text: 'Yes', payload: 'yes-7' },
    { kind: 'unknown' },
  ]
  const bodies = contents.map((content) => JSON.parse(renderFlow(sampleInbound({ content }), mediaUrl)))
  for (const { content, ...flat } of bodies) {
    assert.deepEqual(Object.keys(content), ['contentType', 'text', 'file'])
    for (const value of [...Object.values(content), ...Object.values(flat)]) assert.equal(typeof value, 'string')
    assert.deepEqual([flat.text, flat.file], [content.text, content.file])
  }
  assert.deepEqual(
    bodies.map(({ text, file }) => [text, file]),
    [
      ['Hi', ''],
      ['https://acme.example', ''],
      ['Our cat', mediaUrl('m1')],
      ['Our cat', 'https://acme.example/cat.jpg'],
      ['Alex, 52.5, 13.4', ''],
      ['', ''],
      ['👍', ''],
      ['Yes', ''],
      ['', ''],
    ],
  )
  assert.deepEqual(bodies[0], {
    ...addresses,
    event: 'MoMessage',
    timestamp: time,
    receivedAt: time,
    content: { contentType: 'text', text: 'Hi', file: '' },
    text: 'Hi',
    file: '',
  })
})
