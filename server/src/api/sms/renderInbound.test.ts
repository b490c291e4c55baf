import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type InboundToTell, inboundDate, renderInbound, renderInboundCallback } from './renderInbound.ts'

const AT = Date.UTC(2026, 4, 13, 17, 41, 6, 789)
const message: InboundToTell = {
  id: '12',
  sender: '+491622943176',
  recipient: '+14155270903',
  body: 'This is an example.',
  size: 2,
  missing: 0,
  mccmnc: '26202',
}
const parts = [
  { number: 1, receivedAt: AT },
  { number: 2, receivedAt: AT + 60_000 },
]

test('the body has the fields of the documented call in their form', () => {
  const item = { price: '0.0', currency: null, priceEffective: null }
  assert.deepEqual(renderInbound(message, parts), {
    from: '+491622943176',
    to: '+14155270903',
    message: 'This is an example.',
    originMCC: '262',
    originMNC: '02',
    originTtId: null,
    totalPrice: '0.0',
    requestId: '12',
    size: 2,
    missingParts: false,
    contentList: [
      { ...item, msgId: '12-1', sentDate: '2026-05-13T17:41:06+0000', sequenceNumber: 1 },
      { ...item, msgId: '12-2', sentDate: '2026-05-13T17:42:06+0000', sequenceNumber: 2 },
    ],
  })
})

test('a network code of three digits keeps them, and an unknown network is null', () => {
  assert.equal(renderInbound({ ...message, mccmnc: '310410' }, parts).originMNC, '410')
  const { originMCC, originMNC } = renderInbound({ ...message, mccmnc: null }, parts)
  assert.deepEqual([originMCC, originMNC], [null, null])
})

test('missing parts are told, and the list has those that are there', () => {
  const body = renderInbound({ ...message, missing: 1 }, parts.slice(1))
  assert.equal(body.missingParts, true)
  assert.equal(body.size, 2)
  assert.deepEqual(
    body.contentList.map(({ sequenceNumber }) => sequenceNumber),
    [2],
  )
})

test('POST carries the body, GET the same fields behind the query that the URL has', () => {
  const post = renderInboundCallback(message, parts, { url: 'https://acme.example/mo?k=1', method: 'POST' })
  assert.equal(post.url, 'https://acme.example/mo?k=1')
  assert.deepEqual(JSON.parse(post.body ?? ''), renderInbound(message, parts))
  const get = renderInboundCallback({ ...message, body: 'ü&=?#' }, parts, {
    url: 'https://acme.example/mo?k=1',
    method: 'GET',
  })
  assert.equal(get.body, null)
  const query = new URL(get.url).searchParams
  assert.equal(query.get('k'), '1')
  assert.equal(query.get('from'), '+491622943176')
  assert.equal(query.get('message'), 'ü&=?#')
  assert.equal(query.get('missingParts'), 'false')
  assert.equal(query.has('originTtId'), false)
  assert.deepEqual(JSON.parse(query.get('contentList') ?? ''), renderInbound(message, parts).contentList)
})

test('dates are whole seconds with a zone of four digits', () => {
  assert.equal(inboundDate(0), '1970-01-01T00:00:00+0000')
  assert.equal(inboundDate(999), '1970-01-01T00:00:00+0000')
})
