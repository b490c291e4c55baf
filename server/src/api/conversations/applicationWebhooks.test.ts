import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { changeByWebhooks, type Webhook, webhooksOf } from './applicationWebhooks.ts'
import { INBOUND_EVENTS, STATUS_EVENTS } from './configurationSchema.ts'

const A = 'https://a.example/'
const B = 'https://b.example/'
const NOTHING = { inboundMessageUrl: null, messageStatusUrl: null, eventFilter: null }
const hook = (callbackUrl: string, ...events: readonly string[]): Webhook => ({ events, callbackUrl })

function changed(before: Parameters<typeof changeByWebhooks>[0], webhooks: readonly Webhook[]) {
  const result = changeByWebhooks(before, webhooks)
  return 'settings' in result ? result.settings : result.violations.map(({ field }) => field)
}

describe('webhooks of the default application', () => {
  test('without events take everything', () => {
    const all = { inboundMessageUrl: A, messageStatusUrl: A, eventFilter: [] }
    assert.deepEqual(changed(null, [hook(A)]), all)
    assert.deepEqual(webhooksOf(all), [{ events: [], callbackUrl: A }])
  })

  test('with events leave all others where they go', () => {
    const before = { inboundMessageUrl: A, messageStatusUrl: A, eventFilter: [] }
    assert.deepEqual(changed(before, [hook(B, 'MoMessage')]), { inboundMessageUrl: B })
    assert.deepEqual(changed(before, []), {})
  })

  test('add statuses to those which their URL is told of', () => {
    const before = { ...NOTHING, messageStatusUrl: A, eventFilter: ['MessageStatus::delivered'] }
    assert.deepEqual(changed(before, [hook(A, 'MessageStatus::failed')]), {
      messageStatusUrl: A,
      eventFilter: ['MessageStatus::delivered', 'MessageStatus::failed'],
    })
    const all = { ...before, eventFilter: [] }
    assert.deepEqual(changed(all, [hook(A, 'MessageStatus::failed')]), { messageStatusUrl: A, eventFilter: [] })
  })

  test('move statuses only all together, since they go to one URL', () => {
    const before = {
      ...NOTHING,
      messageStatusUrl: A,
      eventFilter: ['MessageStatus::delivered', 'MessageStatus::failed'],
    }
    assert.deepEqual(changed(before, [hook(B, 'MessageStatus::failed')]), ['webhooks.0.callbackUrl'])
    assert.deepEqual(changed(before, [hook(B, 'MessageStatus::failed', 'MessageStatus::delivered')]), {
      messageStatusUrl: B,
      eventFilter: ['MessageStatus::delivered', 'MessageStatus::failed'],
    })
    assert.deepEqual(changed(null, [hook(A), hook(B, 'MessageStatus::failed')]), ['webhooks.1.callbackUrl'])
    const two = [hook(A, 'MessageStatus::seen'), hook(B, 'MessageStatus::failed')]
    assert.deepEqual(changed(null, two), ['webhooks.1.callbackUrl'])
  })

  test('part inbound messages from statuses', () => {
    assert.deepEqual(changed(null, [hook(A), hook(B, 'MoMessage')]), {
      inboundMessageUrl: B,
      messageStatusUrl: A,
      eventFilter: [],
    })
    assert.deepEqual(changed(null, [hook(A, 'MoMessage'), hook(B, 'MoMessage::Postback')]), ['webhooks.1.callbackUrl'])
  })

  test('are shown so that setting what is shown changes nothing', () => {
    const url = fc.constantFrom(A, B, null)
    const settings = fc.record({
      inboundMessageUrl: url,
      messageStatusUrl: url,
      eventFilter: fc.option(fc.subarray([...STATUS_EVENTS], { minLength: 1 })),
    })
    fc.assert(
      fc.property(settings, (before) => {
        const shown = webhooksOf(before)
        const result = changeByWebhooks(before, shown)
        assert('settings' in result)
        assert.deepEqual(webhooksOf({ ...before, ...definedOf(result.settings) }), shown)
      }),
    )
  })

  test('never end in two URLs for one kind of event, whatever is asked for', () => {
    const webhook = fc.record({
      events: fc.subarray([...INBOUND_EVENTS, ...STATUS_EVENTS]),
      callbackUrl: fc.constantFrom(A, B),
    })
    fc.assert(
      fc.property(fc.array(webhook, { maxLength: 4 }), (webhooks) => {
        const result = changeByWebhooks(null, webhooks)
        if ('violations' in result) return assert(result.violations.length > 0)
        for (const { events, callbackUrl } of webhooks) {
          if (events.some((event) => event.startsWith('MoMessage'))) {
            assert.equal(result.settings.inboundMessageUrl, callbackUrl)
          }
          const statuses = events.filter((event) => event.startsWith('MessageStatus'))
          if (statuses.length === 0) continue
          assert.equal(result.settings.messageStatusUrl, callbackUrl)
          const filter: readonly string[] = result.settings.eventFilter ?? []
          assert(filter.length === 0 || statuses.every((event) => filter.includes(event)))
        }
      }),
    )
  })
})

/** What is to be set over what was. */
function definedOf(settings: object): Partial<typeof NOTHING> {
  return { ...settings }
}
