import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { createHttpServer } from '../../http/server.ts'
import { gatherParameters } from './gatherParameters.ts'

const Parameters = Type.Object({
  Sender: Type.Optional(Type.String()),
  length: Type.Optional(Type.Integer()),
  strict: Type.Optional(Type.Boolean()),
})

const app = createHttpServer({ bodyBytesMax: 1_000, trouble: (error) => assert.fail(String(error)) })
app.post('/', {
  preValidation: gatherParameters(Parameters, 'query'),
  schema: { querystring: Parameters },
  handler: (request) => request.query,
})

async function gathered(url: string, body: object | string = {}, type = 'application/json') {
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await app.inject({ method: 'POST', url, payload, headers: { 'content-type': type } })
  return answer.statusCode === 200 ? answer.json() : answer.json().detail
}

test('parameters are found in the query and in JSON and form bodies, in any case, and the query counts', async () => {
  assert.deepEqual(await gathered('/?sender=A&LENGTH=4'), { Sender: 'A', length: 4 })
  assert.deepEqual(await gathered('/', { sender: 'A', length: 4 }), { Sender: 'A', length: 4 })
  assert.deepEqual(await gathered('/', 'SENDER=A&length=4', 'application/x-www-form-urlencoded'), {
    Sender: 'A',
    length: 4,
  })
  assert.deepEqual(await gathered('/?sender=A', { Sender: 'B', length: 5 }), { Sender: 'A', length: 5 })
})

test('numbers are taken as text, and text as numbers and booleans in any case', async () => {
  assert.deepEqual(await gathered('/', { sender: 1234, length: '4' }), { Sender: '1234', length: 4 })
  assert.deepEqual(await gathered('/?strict=True'), { strict: true })
  assert.deepEqual(await gathered('/?strict=FALSE'), { strict: false })
})

test('empty is not given, and what the schema does not name is left out', async () => {
  assert.deepEqual(await gathered('/?sender=&length=&other=1', { strict: null }), {})
})

test('a parameter that is given twice is refused by name', async () => {
  assert.equal(await gathered('/?sender=A&Sender=B'), 'Sender: must be string')
  assert.equal(await gathered('/', { sender: ['A', 'B'] }), 'Sender: must be string')
})

test('names that objects have by themselves are no parameters', async () => {
  assert.deepEqual(await gathered('/?constructor=1&toString=2&__proto__=3'), {})
})
