import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../http/problem.ts'
import { checkCallbackUrl } from '../../webhooks/guard.ts'
import { readMessageRequest } from './readMessageRequest.ts'

const TO = '+4915112345678'
const SMS = { from: 'Heliograph', contentType: 'text', text: 'Hello' }
const WHATSAPP = { from: '+4930901820', contentType: 'text', text: 'Hello' }
const ECHO = { from: 'echo', contentType: 'text', text: 'Hello' }
const checkUrl = (url: string) => checkCallbackUrl(url, { allowPrivateNetworks: false })

const orderOf = (body: unknown) => readMessageRequest(body, { checkUrl }).order
const stepsOf = (body: object) => orderOf({ to: TO, ...body }).steps
const stepOf = (body: object) => stepsOf(body)[0] ?? assert.fail('no step')
const contentOf = (body: object) => stepOf(body).content

/** What is refused, by field. */
function refusalsOf(body: unknown): Record<string, string> {
  try {
    readMessageRequest(body, { checkUrl })
  } catch (error) {
    assert(error instanceof Problem)
    assert.equal(error.status, 400)
    return Object.fromEntries(error.violations.map(({ field, message }) => [field, message]))
  }
  return assert.fail('nothing was refused')
}

describe('a chain', () => {
  test('is read in its order, each channel with its own part', () => {
    const order = orderOf({
      to: '004915112345678',
      channels: ['whatsapp', 'sms', 'tyntecEcho'],
      sms: SMS,
      whatsapp: { ...WHATSAPP, waitSeconds: 60 },
      tyntecEcho: { ...ECHO, replyBack: true },
    })
    const content = { kind: 'text', text: 'Hello' }
    assert.deepEqual(order, {
      recipient: TO,
      steps: [
        { channel: 'whatsapp', sender: '+4930901820', content, waitMs: 60_000, replyBack: false },
        { channel: 'sms', sender: 'Heliograph', content, waitMs: null, replyBack: false },
        { channel: 'echo', sender: 'echo', content, waitMs: null, replyBack: true },
      ],
      stored: {
        to: TO,
        channels: ['whatsapp', 'sms', 'tyntecEcho'],
        whatsapp: { ...WHATSAPP, waitSeconds: 60 },
        sms: SMS,
        tyntecEcho: { ...ECHO, replyBack: true },
      },
      context: null,
      callbackUrl: null,
    })
  })

  test('takes numbers as JSON numbers, as the vendor’s examples send them', () => {
    const order = orderOf({ to: 4915112345678, channels: ['whatsapp'], whatsapp: { ...WHATSAPP, from: 4930901820 } })
    assert.equal(order.recipient, TO)
    assert.equal(order.steps[0]?.sender, '+4930901820')
  })

  test('looks at no part of a channel that it does not name, and at no property that is not known', () => {
    const order = orderOf({ to: TO, channels: ['sms'], sms: { ...SMS, color: 'red' }, whatsapp: 5, viber: {}, x: [] })
    assert.deepEqual(order.stored, { to: TO, channels: ['sms'], sms: SMS })
  })

  test('names every channel that is unknown, not built or repeated', () => {
    const channels = ['sms', 'viber', 'fax', 'sms', 7]
    assert.deepEqual(refusalsOf({ to: TO, channels, sms: SMS }), {
      'channels.1': 'must be one of sms, whatsapp, tyntecEcho; viber is not built',
      'channels.2': 'must be one of sms, whatsapp, tyntecEcho',
      'channels.3': 'must not stand there twice',
      'channels.4': 'must be one of sms, whatsapp, tyntecEcho',
    })
  })

  test('needs a recipient and a channel', () => {
    for (const body of [{}, null, undefined, 'text', { to: '', channels: [] }, { to: null, channels: null }]) {
      assert.deepEqual(refusalsOf(body), { to: 'must not be empty', channels: 'must not be empty' })
    }
    const wrong = refusalsOf({ to: '+49151123456789012', channels: 'sms' })
    assert.deepEqual(Object.keys(wrong), ['to', 'channels'])
  })
})

describe('the default content', () => {
  test('holds where a channel says nothing', () => {
    const steps = stepsOf({
      channels: ['tyntecEcho', 'sms'],
      defaultContent: { from: 'Heliograph', contentType: 'text', text: 'Hello', waitSeconds: '30' },
    })
    assert.deepEqual(
      steps.map(({ sender, content, waitMs }) => [sender, content, waitMs]),
      Array(2).fill(['Heliograph', { kind: 'text', text: 'Hello' }, 30_000]),
    )
  })

  test('is overridden and extended component by component', () => {
    const media = { type: 'image', url: 'https://example.com/a.png' }
    const template = { templateId: 'welcome', language: { policy: 'deterministic', code: 'en' } }
    const steps = stepsOf({
      channels: ['whatsapp', 'tyntecEcho'],
      defaultContent: { from: 4930901820, contentType: 'media', media, template },
      whatsapp: { media: { caption: 'A picture' } },
      tyntecEcho: { contentType: 'template', template: { language: { code: 'de' }, parameters: [{ default: 7 }] } },
    })
    assert.deepEqual(
      steps.map(({ content }) => content),
      [
        { kind: 'media', ...media, mediaId: null, caption: 'A picture', fileName: null },
        {
          kind: 'template',
          templateId: 'welcome',
          language: { policy: 'deterministic', code: 'de' },
          parameters: ['7'],
        },
      ],
    )
  })

  test('gives way with its URL to a channel that sends media of ours, and the other way round', () => {
    const read = (inDefault: object, own: object) =>
      contentOf({
        channels: ['whatsapp'],
        defaultContent: { contentType: 'media', media: { type: 'image', ...inDefault } },
        whatsapp: { from: WHATSAPP.from, media: own },
      })
    const url = 'https://example.com/a.png'
    const kept = { kind: 'media', type: 'image', caption: null, fileName: null }
    assert.deepEqual(read({ url }, { mediaId: 'm' }), { ...kept, url: null, mediaId: 'm' })
    assert.deepEqual(read({ mediaId: 'm' }, { url }), { ...kept, url, mediaId: null })
  })

  test('lets an SMS fall back on a text of its own', () => {
    const content = contentOf({
      channels: ['sms'],
      defaultContent: { contentType: 'template', template: { templateId: 'a', language: {} } },
      sms: { from: 'Heliograph', text: 'Hello' },
    })
    assert.deepEqual(content, { kind: 'text', text: 'Hello' })
  })

  test('is named where what is wrong was written there', () => {
    const body = {
      to: TO,
      channels: ['whatsapp', 'tyntecEcho', 'sms'],
      defaultContent: { contentType: 'media', media: { type: 'film', url: 'ftp://example.com/a' } },
      whatsapp: { from: WHATSAPP.from },
      tyntecEcho: { from: 'echo' },
      sms: {},
    }
    assert.deepEqual(refusalsOf(body), {
      'defaultContent.media.type': 'must be one of image, document, audio',
      'defaultContent.media.url': 'must be an http or https URL',
      'sms.from': 'must not be empty',
      'sms.contentType': 'must be one of text, url, other than the default',
    })
  })
})

describe('a content', () => {
  const refusalsOfWhatsapp = (part: object) =>
    refusalsOf({ to: TO, channels: ['whatsapp'], whatsapp: { from: WHATSAPP.from, ...part } })

  test('is there for its type, and every mistake is named at once', () => {
    assert.deepEqual(refusalsOf({ to: 'x', channels: ['whatsapp'], whatsapp: {} }), {
      to: 'must be an international phone number, with + or 00',
      'whatsapp.from': 'must not be empty',
      'whatsapp.contentType': 'must not be empty',
    })
    for (const contentType of ['text', 'url', 'media', 'template']) {
      assert.deepEqual(refusalsOfWhatsapp({ contentType }), { [`whatsapp.${contentType}`]: 'must not be empty' })
    }
    assert.deepEqual(refusalsOfWhatsapp({ contentType: 'video' }), {
      'whatsapp.contentType': 'must be one of text, url, media, template',
    })
    assert.deepEqual(refusalsOfWhatsapp({ contentType: 'media', media: {} }), {
      'whatsapp.media.type': 'must not be empty',
      'whatsapp.media.url': 'must not be empty',
    })
    assert.deepEqual(refusalsOfWhatsapp({ contentType: 'template', template: { language: { policy: 'loose' } } }), {
      'whatsapp.template.templateId': 'must not be empty',
      'whatsapp.template.language.policy': 'must be one of fallback, deterministic',
    })
    assert.deepEqual(
      refusalsOfWhatsapp({ contentType: 'template', template: { templateId: 'a', parameters: [{}, 'b'] } }),
      {
        'whatsapp.template.language': 'must not be empty',
        'whatsapp.template.parameters.1': 'must be an object',
      },
    )
  })

  test('has at most as many characters as its channel allows', () => {
    for (const [channel, part, max] of [
      ['sms', SMS, 3000],
      ['whatsapp', WHATSAPP, 4096],
      ['tyntecEcho', ECHO, 100],
    ] as const) {
      for (const character of ['a', '😀']) {
        const send = (characters: number) => ({
          to: TO,
          channels: [channel],
          [channel]: { ...part, text: character.repeat(characters) },
        })
        assert.equal(orderOf(send(max)).steps.length, 1)
        assert.deepEqual(refusalsOf(send(max + 1)), { [`${channel}.text`]: `must have at most ${max} characters` })
      }
    }
  })

  test('of an SMS is a text or a URL, and need not say which', () => {
    const url = 'https://example.com/ä?b=c'
    assert.deepEqual(contentOf({ channels: ['sms'], sms: { from: 'A', url } }), { kind: 'url', url })
    assert.deepEqual(contentOf({ channels: ['sms'], sms: { from: 'A', text: 'b' } }), { kind: 'text', text: 'b' })
    const refused = refusalsOf({ to: TO, channels: ['sms'], sms: { ...SMS, contentType: 'media' } })
    assert.deepEqual(refused, { 'sms.contentType': 'must be one of text, url' })
    assert.deepEqual(refusalsOf({ to: TO, channels: ['sms'], sms: { from: 'A' } }), {
      'sms.text': 'must not be empty',
    })
  })

  test('that is a URL is http or https', () => {
    for (const url of ['ftp://example.com', 'javascript:alert(1)', 'example.com', 'http://', 'http://a b', '//a']) {
      assert.deepEqual(refusalsOfWhatsapp({ contentType: 'url', url }), {
        'whatsapp.url': 'must be an http or https URL',
      })
    }
  })

  test('is not fetched from private addresses', () => {
    for (const host of ['127.0.0.1', '[::1]', '169.254.169.254', 'localhost', '0x7f.1']) {
      const media = { type: 'image', url: `http://${host}/a.png` }
      assert.deepEqual(refusalsOfWhatsapp({ contentType: 'media', media }), {
        'whatsapp.media.url': 'must not point to a private or reserved address',
      })
    }
  })

  test('comes from somebody who can be a sender at the channel', () => {
    const refused = (channel: string, part: object) =>
      Object.keys(refusalsOf({ to: TO, channels: [channel], [channel]: part }))
    assert.deepEqual(refused('sms', { ...SMS, from: 'far too long a name' }), ['sms.from'])
    assert.deepEqual(refused('whatsapp', { ...WHATSAPP, from: 'Heliograph' }), ['whatsapp.from'])
    assert.deepEqual(refused('tyntecEcho', { ...ECHO, from: {} }), ['tyntecEcho.from'])
  })

  test('waits no shorter and no longer than a chain may', () => {
    const wait = (waitSeconds: unknown) => ({ to: TO, channels: ['sms'], sms: { ...SMS, waitSeconds } })
    assert.equal(orderOf(wait(10)).steps[0]?.waitMs, 10_000)
    assert.equal(orderOf(wait('86400')).steps[0]?.waitMs, 86_400_000)
    for (const wrong of [9, 86_401, 10.5, -1, 'soon', true, []]) {
      assert.deepEqual(refusalsOf(wait(wrong)), { 'sms.waitSeconds': 'must be a whole number from 10 to 86400' })
    }
  })
})

describe('what stands beside the content', () => {
  test('is kept, and read back', () => {
    const more = {
      context: { userContext: 'order 17' },
      overrides: { notificationCallbackUrl: 'https://example.com/chat' },
    }
    const order = orderOf({ to: TO, channels: ['sms'], sms: SMS, ...more })
    assert.equal(order.context, 'order 17')
    assert.equal(order.callbackUrl, 'https://example.com/chat')
    assert.deepEqual(order.stored, { to: TO, channels: ['sms'], sms: SMS, ...more })
  })

  test('has its limits', () => {
    const refused = refusalsOf({
      to: TO,
      channels: ['sms'],
      sms: { ...SMS, text: 'a\0b' },
      context: { userContext: 'a'.repeat(256) },
      overrides: { notificationCallbackUrl: 'http://10.0.0.1/' },
    })
    assert.deepEqual(refused, {
      'sms.text': 'must not contain NUL or unpaired surrogates',
      'context.userContext': 'must have at most 255 characters',
      'overrides.notificationCallbackUrl': 'must not point to a private or reserved address',
    })
    assert.deepEqual(refusalsOf({ to: TO, channels: ['sms'], sms: [], context: 'a', overrides: 7 }), {
      sms: 'must be an object',
      context: 'must be an object',
      overrides: 'must be an object',
    })
  })
})

test('whatever JSON comes, it is an order or a list of violations', () => {
  const mostly = (right: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue() })
  const part = fc.record(
    {
      from: mostly(fc.constantFrom('4930901820', 4930901820, '')),
      contentType: mostly(fc.constantFrom('text', 'url', 'media', 'template')),
      text: mostly(fc.string()),
      url: mostly(fc.webUrl()),
      media: mostly(fc.record({ type: fc.constant('image'), url: fc.webUrl(), caption: fc.string() })),
      template: mostly(fc.record({ templateId: fc.string(), language: fc.constantFrom({}, { code: 'en' }) })),
      waitSeconds: mostly(fc.integer({ min: 5, max: 90_000 })),
      replyBack: mostly(fc.boolean()),
    },
    { requiredKeys: [] },
  )
  const body = fc.record(
    {
      to: mostly(fc.constant(TO)),
      channels: mostly(fc.uniqueArray(fc.constantFrom('sms', 'whatsapp', 'tyntecEcho'), { minLength: 1 })),
      defaultContent: mostly(part),
      sms: mostly(part),
      whatsapp: mostly(part),
      tyntecEcho: mostly(part),
      context: mostly(fc.record({ userContext: fc.string() })),
      overrides: mostly(fc.record({ notificationCallbackUrl: fc.webUrl() })),
    },
    { requiredKeys: ['to', 'channels', 'defaultContent'] },
  )
  let orders = 0
  fc.assert(
    fc.property(body, (wild) => {
      try {
        const { steps, stored } = orderOf(wild)
        orders++
        assert(steps.length > 0)
        // What is read back can be sent again and means the same.
        assert.deepEqual(orderOf(stored), orderOf(wild))
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        assert(error.violations.length > 0)
      }
    }),
  )
  assert(orders > 0)
})
