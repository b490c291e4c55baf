import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { readConfig } from './config.ts'
import { specification } from './specification.ts'

test('an API key is enough; the rest has defaults', () => {
  assert.deepEqual(readConfig({ api_key: 'k' }), {
    apiKey: 'k',
    requestIds: [],
    baseUrl: 'https://api.tyntec.com',
    startDate: null,
    workers: 3,
  })
})

test("the published connector's config is a good one: whom to send what to is ignored", () => {
  const old = { api_key: 'k', to: '+4915112345678', from: 'Airbyte', message: 'Hello' }
  assert.deepEqual(readConfig(old), readConfig({ api_key: 'k' }))
})

test('fields that a form leaves empty count as absent', () => {
  const empty = { api_key: 'k', request_ids: null, base_url: '', start_date: '', num_workers: null }
  assert.deepEqual(readConfig(empty), readConfig({ api_key: 'k' }))
})

test('request IDs are read each once, in their order', () => {
  assert.deepEqual(readConfig({ api_key: 'k', request_ids: ['b', ' a ', 'b'] }).requestIds, ['b', 'a'])
})

test('the base URL may have a path and a slash at its end', () => {
  const of = (base_url: string) => readConfig({ api_key: 'k', base_url }).baseUrl
  assert.equal(of('https://sms.example.com/'), 'https://sms.example.com')
  assert.equal(of('https://example.com:8443/sms/'), 'https://example.com:8443/sms')
  assert.equal(of('http://127.0.0.1:8080'), 'http://127.0.0.1:8080')
  assert.equal(of('http://localhost:8080'), 'http://localhost:8080')
  assert.equal(of('http://[::1]:8080'), 'http://[::1]:8080')
})

test('every wrong field is named, and no value', () => {
  const secret = 'sup3r secret'
  const wrong = {
    api_key: secret,
    request_ids: ['good', `../${secret}`],
    base_url: `ftp://${secret}`,
    start_date: secret,
    num_workers: 41,
  }
  assert.throws(
    () => readConfig(wrong),
    (error: Error) => {
      assert.equal(error.name, 'ConfigError')
      for (const field of Object.keys(wrong)) assert.match(error.message, new RegExp(`${field} (must|has)`))
      return !error.message.includes(secret)
    },
  )
})

for (const [what, json] of [
  ['no object', 'text'],
  ['no key', {}],
  ['an empty key', { api_key: '' }],
  ['a key with a line break', { api_key: 'k\n' }],
  ['plain HTTP to another machine', { api_key: 'k', base_url: 'http://sms.example.com' }],
  ['a password in the URL', { api_key: 'k', base_url: 'https://me:secret@sms.example.com' }],
  ['a query in the URL', { api_key: 'k', base_url: 'https://sms.example.com/?a=b' }],
  ['request IDs that are one text', { api_key: 'k', request_ids: 'a' }],
  ['a request ID that leads elsewhere', { api_key: 'k', request_ids: ['..'] }],
  ['a day that does not exist', { api_key: 'k', start_date: '2026-13-01T00:00:00Z' }],
  ['no request at a time', { api_key: 'k', num_workers: 0 }],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => readConfig(json), { name: 'ConfigError' })
  })
}

test('whatever is accepted fits the specification, defaults included', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false })
  const validate = ajv.compile(specification.connectionSpecification)
  const field = fc.oneof(fc.constant(undefined), fc.anything({ maxDepth: 1 }), fc.string())
  const json = fc.record({
    api_key: fc.oneof(fc.string(), fc.anything({ maxDepth: 1 })),
    request_ids: fc.oneof(fc.array(fc.string()), field),
    base_url: fc.oneof(fc.webUrl(), field),
    num_workers: fc.oneof(fc.integer(), field),
  })
  fc.assert(
    fc.property(json, (config) => {
      const accepted = resultOf(() => readConfig(config))
      if (accepted === null) return
      const { apiKey, requestIds, baseUrl, workers } = accepted
      const written = { api_key: apiKey, request_ids: requestIds, base_url: baseUrl, num_workers: workers }
      assert.ok(validate(written), ajv.errorsText(validate.errors))
    }),
  )
})

function resultOf<Value>(read: () => Value): Value | null {
  try {
    return read()
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'ConfigError', String(error))
    return null
  }
}
