import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base62Of } from './base62.ts'
import { hashKey, makeKey, prefixOfKey } from './keyFormat.ts'

test('a new key has a prefix, a secret and a checksum, and none is made twice', () => {
  const keys = Array.from({ length: 1_000 }, makeKey)
  assert.equal(new Set(keys.map(({ prefix }) => prefix)).size, keys.length)
  assert.equal(new Set(keys.map(({ key }) => hashKey(key))).size, keys.length)
  for (const { key, prefix } of keys) {
    assert.match(key, /^hg_[0-9A-Za-z]{8}_[0-9A-Za-z]{36}$/)
    assert.equal(prefixOfKey(key), prefix)
  }
})

test('a key with any character mistyped, lost or added is not one', () => {
  const { key } = makeKey()
  for (let index = 0; index < key.length; index++) {
    const other = key[index] === 'A' ? 'B' : 'A'
    assert.equal(prefixOfKey(key.slice(0, index) + other + key.slice(index + 1)), null)
    assert.equal(prefixOfKey(key.slice(0, index) + key.slice(index + 1)), null)
  }
  assert.equal(prefixOfKey(`${key}A`), null)
  assert.equal(prefixOfKey(`${key}\n`), null)
})

test('any text may be presented as a key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => prefixOfKey(text) === null && hashKey(text).length === 43),
  )
})

test('base 62 keeps the number and its leading zeros', () => {
  assert.equal(base62Of(Buffer.of(), 3), '000')
  assert.equal(base62Of(Buffer.of(61), 2), '0z')
  assert.equal(base62Of(Buffer.of(62), 2), '10')
  assert.equal(base62Of(Buffer.of(0xff, 0xff), 3), 'H31')
})
