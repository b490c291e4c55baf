import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Clock } from '@heliograph/airbyte-protocol/clock'
import { runForTest } from '@heliograph/airbyte-protocol/runForTest'
import { tyntecSmsSource } from './source.ts'
import { type Answer, NOT_FOUND, startTestVendor } from './testVendor.ts'

const FORBIDDEN: Answer = { status: 403, body: { title: 'Forbidden', status: 403 } }

describe('a check', () => {
  test('succeeds with a key that may ask for messages, though there is none of that ID', async () => {
    const { status, requests, apiKeys } = await check({}, () => NOT_FOUND)
    assert.equal(status.status, 'SUCCEEDED')
    assert.deepEqual(requests, ['/messaging/v1/messages/00000000-0000-0000-0000-000000000000'])
    assert.deepEqual([...apiKeys], [KEY])
  })

  test('asks for the first of the request IDs', async () => {
    const { status, requests } = await check({ request_ids: ['a', 'b'] }, () => ({ body: { requestId: 'a' } }))
    assert.equal(status.status, 'SUCCEEDED')
    assert.deepEqual(requests, ['/messaging/v1/messages/a'])
  })

  test('succeeds with a key that may only read numbers', async () => {
    const answerTo = ({ pathname }: URL) =>
      pathname.startsWith('/byon/') ? { body: { provisioningRequests: [], size: 0 } } : FORBIDDEN
    const { status, requests } = await check({}, answerTo)
    assert.equal(status.status, 'SUCCEEDED')
    assert.equal(requests[1], '/byon/phonebook/v1/numbers?size=1')
  })

  for (const [what, answer, message] of [
    ['no key is known', { status: 401, body: { message: 'No API key found in request' } }, /401.*api_key/],
    ['the key is wrong', FORBIDDEN, /403.*api_key/],
    [
      'the gateway has no such path',
      { status: 404, body: { message: 'no Route matched with those values' } },
      /base_url/,
    ],
    ['something else answers', { status: 404, body: '<h1>Not found</h1>' }, /base_url/],
    ['a web page answers', { status: 200, body: '<h1>Welcome</h1>' }, /JSON/],
    ['it leads elsewhere', { status: 302, body: '' }, /302.*base_url/],
  ] as const) {
    test(`says what to mend where ${what}`, async () => {
      const { status, text } = await check({}, () => answer)
      assert.equal(status.status, 'FAILED')
      assert.match(status.message, message)
      assert.ok(!text.includes(KEY))
    })
  }
})

/** Waits for nothing, so that tries follow each other. */
const IMPATIENT: Clock = { now: Date.now, wait: async () => {} }

const KEY = 'key-that-nobody-may-see'

async function check(config: object, answerTo: (url: URL) => Answer) {
  const vendor = await startTestVendor(answerTo)
  try {
    const files = { config: { api_key: KEY, base_url: vendor.url, ...config } }
    const { messages, exitCode, text } = await runForTest(tyntecSmsSource, 'check', files, { clock: IMPATIENT })
    const status = messages.find(({ type }) => type === 'CONNECTION_STATUS')?.connectionStatus
    return { status, exitCode, text, requests: vendor.requests, apiKeys: vendor.apiKeys }
  } finally {
    await vendor.close()
  }
}
