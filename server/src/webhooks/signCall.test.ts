import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkSecretText, createSecretText, signatureHeaders, signingSecret } from './signCall.ts'

/** Both schemes as their documents describe them, written once more. */
function expectedStandard(secret: string, id: string, timestamp: string, body: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret, 'utf8')
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64')}`
}
function expectedVendor(secret: string, timestamp: string, body: string, hash: string): string {
  const base64 = createHmac(hash, secret)
    .update(Buffer.from(`${timestamp}\n${body}`))
    .digest('base64')
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

const headersOf = (list: readonly string[]) =>
  new Map(list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? '']] : [])))

test('the example of Standard Webhooks has its published signature', () => {
  const call = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampText: '1614265330', nowMs: 1_614_265_330_000 }
  const headers = signatureHeaders(
    { ...call, body: '{"test": 2432232314}' },
    { secrets: [signingSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')], method: 'HS256' },
  )
  assert.equal(headersOf(headers).get('webhook-signature'), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('both signatures are those of the documents, whatever the secret and the body', () => {
  const secrets = fc.oneof(
    fc.constant(null).map(createSecretText),
    fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 125 }).map((text) => text.replaceAll(' ', '_')),
  )
  fc.assert(
    fc.property(secrets, fc.string({ unit: 'grapheme' }), fc.boolean(), (secret, body, long) => {
      const method = long ? 'HS512' : 'HS256'
      const call = { id: 'd1', timestampText: '1700000000', nowMs: 1_700_000_000_123, body }
      const headers = headersOf(signatureHeaders(call, { secrets: [signingSecret(secret)], method }))
      assert.equal(headers.get('webhook-signature'), expectedStandard(secret, 'd1', '1700000000', body))
      assert.equal(headers.get('x-request-timestamp'), '1700000000123')
      assert.equal(headers.get('x-signature-version'), 'V1.0')
      const hash = long ? 'sha512' : 'sha256'
      assert.equal(headers.get('x-signature'), expectedVendor(secret, '1700000000123', body, hash))
    }),
  )
})

test('two secrets give two Standard Webhooks signatures, and the vendor’s is the old one’s', () => {
  const [fresh, old] = [createSecretText(), createSecretText()]
  const call = { id: 'd1', timestampText: '1700000000', nowMs: 1_700_000_000_123, body: '{}' }
  const secrets = [signingSecret(fresh), signingSecret(old)] as const
  const headers = headersOf(signatureHeaders(call, { secrets: [...secrets], method: 'HS256' }))
  assert.equal(
    headers.get('webhook-signature'),
    [fresh, old].map((secret) => expectedStandard(secret, 'd1', '1700000000', '{}')).join(' '),
  )
  assert.equal(headers.get('x-signature'), expectedVendor(old, '1700000000123', '{}', 'sha256'))
})

test('secrets are random, and those brought along are checked', () => {
  assert.notEqual(createSecretText(), createSecretText())
  assert.equal(checkSecretText(createSecretText()), null)
  for (const good of ['12345678', 'a'.repeat(125), `whsec_${Buffer.alloc(24).toString('base64')}`]) {
    assert.equal(checkSecretText(good), null, good)
  }
  const bad = ['', '1234567', 'a'.repeat(126), 'with a space', 'ünicode-secret', 'line\nbreak-in-it', 'nul\0-in-secret']
  const badBase64 = [
    'whsec_',
    'whsec_short',
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    'whsec_!!!!!!!!!!!!!!!!!!!!',
  ]
  for (const text of [...bad, ...badBase64, `whsec_${Buffer.alloc(65).toString('base64')}`]) {
    assert.notEqual(checkSecretText(text), null, text)
  }
})
