import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSigned, signatureOf } from './signature.ts'

// The example that Twilio publishes with its request validators.
const TOKEN = '12345'
const URL = 'https://mycompany.com/myapp.php?foo=1&bar=2'
const FORM = {
  To: '+18005551212',
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675309',
  Digits: '1234',
  From: '+14158675309',
}

test('the published example has the published signature', () => {
  assert.equal(signatureOf(TOKEN, URL, FORM), 'RSOYDt4T1cUTdK1PDd93/VVr8B8=')
  assert.equal(isSigned(TOKEN, { url: URL, form: FORM, signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' }), true)
})

test('a name that came several times is signed with each of its values once, in order', () => {
  const form = { Sid: 'CA123', SidAccount: 'AC123', Digits: ['5678', '1234', '1234'] }
  assert.equal(signatureOf(TOKEN, URL, form), 'IK+Dwps556ElfBT0I3Rgjkr1wJU=')
})

test('the port of the scheme may be signed or left out', () => {
  const withPort = URL.replace('.com', '.com:443')
  assert.equal(isSigned(TOKEN, { url: URL, form: FORM, signature: signatureOf(TOKEN, withPort, FORM) }), true)
  assert.equal(isSigned(TOKEN, { url: withPort, form: FORM, signature: signatureOf(TOKEN, URL, FORM) }), true)
  const other = URL.replace('.com', '.com:8443')
  assert.equal(isSigned(TOKEN, { url: other, form: FORM, signature: signatureOf(TOKEN, URL, FORM) }), false)
})

test('signatures of another length, encoding or key are wrong', () => {
  const right = signatureOf(TOKEN, URL, FORM)
  for (const signature of [
    undefined,
    '',
    right.slice(0, -1),
    `${right} `,
    'ä'.repeat(14),
    signatureOf('1', URL, FORM),
  ]) {
    assert.equal(isSigned(TOKEN, { url: URL, form: FORM, signature }), false, String(signature))
  }
})
