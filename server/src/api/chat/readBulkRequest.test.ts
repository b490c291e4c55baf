import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../http/problem.ts'
import { readBulkRequest } from './readBulkRequest.ts'

const BULK = { to: '004915112345678', from: 'Heliograph', channel: 'sms' }
const checkUrl = () => null

test('a bulk is one message for each content, in their order', () => {
  const sms = [
    { contentType: 'text', text: 'one' },
    { url: 'https://example.com/2' },
    { text: 'three', waitSeconds: 60 },
  ]
  const context = { userContext: 'order 17' }
  const orders = readBulkRequest({ ...BULK, sms, context }, { checkUrl }).map(({ order }) => order)
  assert.deepEqual(
    orders.map(({ recipient, steps }) => [recipient, steps.map(({ sender, content }) => [sender, content])]),
    [
      ['+4915112345678', [['Heliograph', { kind: 'text', text: 'one' }]]],
      ['+4915112345678', [['Heliograph', { kind: 'url', url: 'https://example.com/2' }]]],
      ['+4915112345678', [['Heliograph', { kind: 'text', text: 'three' }]]],
    ],
  )
  assert.deepEqual(orders[2]?.stored, {
    to: '+4915112345678',
    channels: ['sms'],
    sms: { from: 'Heliograph', contentType: 'text', text: 'three', waitSeconds: 60 },
    context,
  })
  assert(orders.every((order) => order.context === 'order 17'))
})

test('a bulk that is wrong is told every mistake at once', () => {
  const refusalsOf = (body: object) => {
    try {
      readBulkRequest(body, { checkUrl })
    } catch (error) {
      assert(error instanceof Problem)
      assert.equal(error.status, 400)
      return error.violations.map(({ field }) => field)
    }
    return assert.fail('nothing was refused')
  }
  const text = { text: 'a' }
  assert.deepEqual(refusalsOf({}), ['to', 'channel'])
  assert.deepEqual(refusalsOf({ ...BULK, channel: 'viber' }), ['channel'])
  assert.deepEqual(refusalsOf(BULK), ['sms'])
  assert.deepEqual(refusalsOf({ ...BULK, sms: [text] }), ['sms'])
  assert.deepEqual(refusalsOf({ ...BULK, sms: Array(21).fill(text) }), ['sms'])
  assert.deepEqual(refusalsOf({ ...BULK, sms: [text, 'b'] }), ['sms.1'])
  assert.deepEqual(refusalsOf({ ...BULK, from: '', sms: [{}, text, { contentType: 'media' }] }), [
    'from',
    'sms.0.text',
    'sms.2.contentType',
  ])
})
