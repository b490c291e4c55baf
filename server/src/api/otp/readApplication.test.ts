import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readApplication, readChanges } from './readApplication.ts'

test('settings take the names of the domain, and what was not said stays unsaid', () => {
  assert.deepEqual(readApplication({}), {})
  assert.deepEqual(readApplication({ expire: 60, name: 'shop', alphanumeric: true }), {
    expireSeconds: 60,
    name: 'shop',
    alphanumeric: true,
  })
  assert.deepEqual(readChanges({ alphaNumeric: false }), { alphanumeric: false })
})

test('countries are a list or one text, and all stands for no limit', () => {
  assert.deepEqual(readApplication({ countries: 'DE, at,' }), { countries: ['DE', 'at'] })
  assert.deepEqual(readApplication({ countries: ['DE', 'AT'] }), { countries: ['DE', 'AT'] })
  assert.deepEqual(readApplication({ countries: 'ALL' }), { countries: null })
})

test('a caller is taken away by word, and not while another is given', () => {
  assert.deepEqual(readChanges({ deleteCaller: true }), { caller: null })
  assert.deepEqual(readChanges({ deleteCaller: false, caller: '+49231555' }), { caller: '+49231555' })
  assert.throws(() => readChanges({ deleteCaller: true, caller: '+49231555' }), {
    status: 400,
    message: /^deleteCaller/,
  })
})
