import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMask } from './maskSecrets.ts'

const schema = {
  properties: {
    account: { type: 'string' },
    token: { type: 'string', airbyte_secret: true },
    keys: { type: 'array', items: { type: 'string', airbyte_secret: true } },
    login: {
      oneOf: [
        { properties: { kind: { const: 'none' } } },
        { properties: { kind: { const: 'password' }, pin: { type: 'integer', airbyte_secret: true } } },
      ],
    },
  },
}

test('every secret of the config is masked, at any depth, and nothing else', () => {
  const mask = createMask(schema, { account: 'acme', token: 't0ken', keys: ['k1', 'k2'], login: { pin: 4711 } })
  assert.equal(mask('acme t0ken k1,k2 4711 4712 none'), 'acme **** ****,**** **** 4712 none')
})

test('a secret is found as it looks in JSON and in a URL', () => {
  const token = 'a"b/c d'
  const mask = createMask(schema, { token })
  assert.equal(mask(`${JSON.stringify({ token })} ${encodeURIComponent(token)} ${token}`), '{"token":"****"} **** ****')
})

test('a secret that is part of another leaves no rest of the longer one', () => {
  const mask = createMask(schema, { token: 'abc', keys: ['abcdef'] })
  assert.equal(mask('abcdef abc'), '**** ****')
})

test('a secret is found within a Basic header, wherever it begins there', () => {
  const token = '92a88be99e208e1e8b8b5953fcd4bc1e'
  const mask = createMask(schema, { token })
  for (const user of ['', 'u', 'us', 'user']) {
    const header = Buffer.from(`${user}:${token}`).toString('base64')
    const shown = mask(`authorization: Basic ${header}`)
    assert.match(shown, /^authorization: Basic \S{0,8}\*{4}\S{0,3}$/)
    // What is left of it tells less than a character at either end.
    assert.ok(
      !Buffer.from(shown.split('****')[1] ?? '', 'base64')
        .toString()
        .includes(token.slice(-2)),
    )
  }
})

test('a short secret does not blot out text that happens to look like its Base64', () => {
  assert.equal(createMask(schema, { token: 'abc' })('YWJj is no secret'), 'YWJj is no secret')
})

test('characters with a meaning in patterns are secrets like others', () => {
  assert.equal(createMask(schema, { token: '$.*+(' })('x$.*+(y'), 'x****y')
})

test('empty and missing secrets, and configs that are no objects, mask nothing', () => {
  for (const config of [{}, { token: '' }, { token: null }, null, 'text', [1]]) {
    assert.equal(createMask(schema, config)('text stays'), 'text stays')
  }
})
