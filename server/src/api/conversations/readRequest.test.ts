import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '../../http/problem.ts'
import { readBulkRequest, readMessageRequest } from './readRequest.ts'

const checkUrl = (url: string) => (url.startsWith('https://') ? null : 'must be public')
const SMS = { to: '004915112345678', from: 'Heliograph', channel: 'sms', content: { text: 'Hello' } }
const WHATSAPP = { to: '+4915112345678', from: 4930123456, channel: 'whatsapp' }

describe('a message of the Conversations API', () => {
  test('is a text where an SMS does not say what it is', () => {
    const { order, origins } = readMessageRequest(SMS, { checkUrl })
    assert.deepEqual(order, {
      recipient: '+4915112345678',
      steps: [
        {
          channel: 'sms',
          sender: 'Heliograph',
          content: { kind: 'text', text: 'Hello' },
          waitMs: null,
          replyBack: false,
        },
      ],
      stored: {
        to: '+4915112345678',
        channels: ['sms'],
        sms: { from: 'Heliograph', contentType: 'text', text: 'Hello' },
      },
      context: null,
      callbackUrl: null,
    })
    assert.deepEqual(origins, [{ fromField: 'from', mediaField: null }])
  })

  test('may have its numbers as JSON numbers', () => {
    const { order } = readMessageRequest({ ...SMS, to: 4915112345678, from: 4930123456 }, { checkUrl })
    assert.equal(order.recipient, '+4915112345678')
    assert.equal(order.steps[0]?.sender, '+4930123456')
  })

  test('has its callback under either name, and is refused where the two differ', () => {
    const url = 'https://a.example/x'
    for (const overrides of [
      { notificationCallbackUrl: url },
      { messageStatusUrl: url },
      { notificationCallbackUrl: url, messageStatusUrl: url },
    ]) {
      const { order } = readMessageRequest({ ...SMS, overrides, context: 'order 17' }, { checkUrl })
      assert.equal(order.callbackUrl, url)
      assert.equal(order.context, 'order 17')
    }
    const overrides = { notificationCallbackUrl: url, messageStatusUrl: 'https://b.example' }
    assert.deepEqual(fieldsRefused({ ...SMS, overrides }), ['overrides.messageStatusUrl'])
  })

  test('names every mistake at once, each by its field', () => {
    const refused = fieldsRefused({
      to: 'nobody',
      channel: 'sms',
      content: { contentType: 'image' },
      context: 'x'.repeat(126),
      overrides: { notificationCallbackUrl: 'http://127.0.0.1/' },
    })
    assert.deepEqual(refused.sort(), [
      'content.contentType',
      'context',
      'from',
      'overrides.notificationCallbackUrl',
      'to',
    ])
    assert.deepEqual(fieldsRefused({}).sort(), ['channel', 'content', 'from', 'to'])
    assert.deepEqual(fieldsRefused(undefined).sort(), ['channel', 'content', 'from', 'to'])
  })

  test('is refused by what is not built, and says so', () => {
    const channel = problemOf({ ...SMS, channel: 'viber' })
    assert.match(channel.message, /channel: .*viber is not built/)
    const content = problemOf({ ...WHATSAPP, content: { contentType: 'location' } })
    assert.match(content.message, /content\.contentType: .*location is not built/)
  })

  test('has at most 3000 characters by SMS and 4096 by WhatsApp, counted as a person would', () => {
    const text = (characters: number) => ({ contentType: 'text', text: '😀'.repeat(characters) })
    readMessageRequest({ ...SMS, content: text(3_000) }, { checkUrl })
    readMessageRequest({ ...WHATSAPP, content: text(4_096) }, { checkUrl })
    assert.deepEqual(fieldsRefused({ ...SMS, content: text(3_001) }), ['content.text'])
    assert.deepEqual(fieldsRefused({ ...WHATSAPP, content: text(4_097) }), ['content.text'])
  })

  test('by WhatsApp has media under the name of their type, or under media', () => {
    const wanted = {
      kind: 'media',
      type: 'document',
      url: 'https://a.example/a.pdf',
      mediaId: null,
      caption: 'A',
      fileName: null,
    }
    const file = { url: 'https://a.example/a.pdf', caption: 'A' }
    const contentOf = (content: object) =>
      readMessageRequest({ ...WHATSAPP, content }, { checkUrl }).order.steps[0]?.content
    assert.deepEqual(contentOf({ contentType: 'document', document: file }), wanted)
    assert.deepEqual(contentOf({ contentType: 'media', media: { type: 'document', ...file } }), wanted)
    const named = contentOf({ contentType: 'document', document: { ...file, filename: 'b.pdf' } })
    assert.deepEqual(named, { ...wanted, fileName: 'b.pdf' })
  })

  test('tells where its media of ours were named', () => {
    const content = { contentType: 'image', image: { mediaId: '01a200be-a3aa-76f3-adb0-c1d6fffe9b66' } }
    const { origins } = readMessageRequest({ ...WHATSAPP, content }, { checkUrl })
    assert.deepEqual(origins, [{ fromField: 'from', mediaField: 'content.image.mediaId' }])
  })

  test('by WhatsApp is refused media in two places, in none, or on our own network', () => {
    const refused = (image: object) => fieldsRefused({ ...WHATSAPP, content: { contentType: 'image', image } })
    assert.deepEqual(refused({ url: 'https://a.example', mediaId: 'x' }), ['content.image.mediaId'])
    assert.deepEqual(refused({ caption: 'A' }), ['content.image.url'])
    assert.deepEqual(refused({ url: 'http://169.254.169.254/' }), ['content.image.url'])
    assert.deepEqual(fieldsRefused({ ...WHATSAPP, content: { contentType: 'image' } }), ['content.image'])
  })

  test('by WhatsApp may be a template, as version 3 has it or as version 2 has it', () => {
    const contentOf = (template: object) => {
      const body = { ...WHATSAPP, content: { contentType: 'template', template } }
      return readMessageRequest(body, { checkUrl }).order.steps[0]?.content
    }
    const components = { header: [], body: [{ type: 'text', text: 'Ada' }, { text: '17' }], button: [] }
    assert.deepEqual(contentOf({ templateId: 'welcome', templateLanguage: 'en', components }), {
      kind: 'template',
      templateId: 'welcome',
      language: { policy: null, code: 'en' },
      parameters: ['Ada', '17'],
    })
    const language = { policy: 'deterministic', code: 'de' }
    assert.deepEqual(contentOf({ templateId: 'welcome', language, parameters: [{ default: 'Ada' }] }), {
      kind: 'template',
      templateId: 'welcome',
      language,
      parameters: ['Ada'],
    })
  })

  test('is refused components of a template that nothing sends', () => {
    const components = { header: { type: 'image', image: {} }, body: [{ type: 'currency' }, { type: 'text' }] }
    const template = { templateId: 'welcome', templateLanguage: 'en', components }
    assert.deepEqual(fieldsRefused({ ...WHATSAPP, content: { contentType: 'template', template } }), [
      'content.template.components.header',
      'content.template.components.body.0.type',
      'content.template.components.body.1.text',
    ])
    assert.deepEqual(fieldsRefused({ ...WHATSAPP, content: { contentType: 'template', template: {} } }), [
      'content.template.templateId',
      'content.template.templateLanguage',
    ])
  })

  test('on a path for texts need not say so, and is refused where it says otherwise', () => {
    const { channel: _, ...withoutChannel } = SMS
    const { order } = readMessageRequest(withoutChannel, { checkUrl, textOver: 'sms' })
    assert.equal(order.steps[0]?.channel, 'sms')
    assert.throws(() => readMessageRequest({ ...SMS, channel: 'whatsapp' }, { checkUrl, textOver: 'sms' }), Problem)
    const image = { contentType: 'image', image: { url: 'https://a.example' } }
    assert.throws(() => readMessageRequest({ ...WHATSAPP, content: image }, { checkUrl, textOver: 'whatsapp' }), {
      message: 'content.contentType: must be one of text',
    })
  })
})

describe('a bulk of the Conversations API', () => {
  const { content: _, ...envelope } = SMS

  test('is one message for each content, in order', () => {
    const messages = ['a', 'b', 'c'].map((text) => ({ contentType: 'text', text }))
    const orders = readBulkRequest({ ...envelope, context: 'x', messages }, { checkUrl })
    assert.deepEqual(
      orders.map(({ order }) => [order.recipient, order.context, order.steps[0]?.content]),
      ['a', 'b', 'c'].map((text) => ['+4915112345678', 'x', { kind: 'text', text }]),
    )
  })

  test('has 2 to 20 of them, and each mistake is named by its place', () => {
    const refused = (messages: unknown) => fieldsRefused({ ...envelope, messages }, readBulkRequest)
    assert.deepEqual(refused([{ text: 'a' }]), ['messages'])
    assert.deepEqual(refused(Array.from({ length: 21 }, () => ({ text: 'a' }))), ['messages'])
    assert.deepEqual(refused([{ text: 'a' }, {}, { text: 3 }, { text: 'x'.repeat(3_001) }]), [
      'messages.1.text',
      'messages.3.text',
    ])
    assert.deepEqual(refused([{ text: 'a' }, 'b']), ['messages.1'])
    assert.deepEqual(fieldsRefused({}, readBulkRequest).sort(), ['channel', 'from', 'messages', 'to'])
  })
})

type Read = (body: unknown, options: { checkUrl: typeof checkUrl }) => unknown

function problemOf(body: unknown, read: Read = readMessageRequest): Problem {
  try {
    read(body, { checkUrl })
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  return assert.fail('it was taken')
}

function fieldsRefused(body: unknown, read: Read = readMessageRequest): string[] {
  const { status, violations } = problemOf(body, read)
  assert.equal(status, 400)
  return violations.map(({ field }) => field)
}
