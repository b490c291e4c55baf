import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSame, isSigned, signatureOf } from './signature.ts'

test('the signature is HMAC-SHA256 of the bytes, as RFC 4231 has it', () => {
  const body = Buffer.from('what do ya want for nothing?')
  const signature = 'sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  assert.equal(signatureOf('Jefe', body), signature)
  assert.equal(isSigned('Jefe', body, signature), true)
})

test('signatures of other bytes, another key, another length or another kind are wrong', () => {
  const body = Buffer.from('{"object":"whatsapp_business_account","text":"Gr\\u00fc\\u00dfe"}')
  const right = signatureOf('secret', body)
  assert.equal(isSigned('secret', body, right), true)
  const wrong = [
    undefined,
    '',
    'sha256=',
    right.slice(0, -1),
    `${right}0`,
    right.toUpperCase(),
    right.slice('sha256='.length),
    right.replace('sha256', 'sha1'),
    signatureOf('Secret', body),
    signatureOf('secret', Buffer.from(JSON.stringify(JSON.parse(body.toString())))),
  ]
  for (const signature of wrong) assert.equal(isSigned('secret', body, signature), false, String(signature))
})

test('tokens are the same when all of them is', () => {
  assert.equal(isSame('token', 'token'), true)
  for (const other of ['', 'toke', 'tokens', 'Token', 'token\0']) assert.equal(isSame('token', other), false)
})
