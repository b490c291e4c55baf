import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHttpServer } from './server.ts'

test('a list of a hundred thousand wrong entries gets an answer that is short, and names the first of them', async (context) => {
  const app = createHttpServer({ bodyBytesMax: 1_000_000, trouble: (error) => assert.fail(String(error)) })
  context.after(() => app.close())
  const list = { type: 'array', items: { type: 'string', minLength: 1 } }
  app.post('/', { schema: { body: { type: 'object', properties: { list } } } }, () => 'taken')
  const wrong = Array.from({ length: 100_000 }, () => '')
  const answer = await app.inject({ method: 'POST', url: '/', payload: { list: wrong } })
  assert.equal(answer.statusCode, 400)
  assert.deepEqual(answer.json().violations[0], { field: 'list.0', message: 'must not be empty' })
  assert.ok(answer.payload.length < 20_000, `${answer.payload.length} characters`)
})

test('a path that cannot be decoded is refused without its query, which may hold a key or a code', async (context) => {
  const app = createHttpServer({ bodyBytesMax: 1_000, trouble: (error) => assert.fail(String(error)) })
  context.after(() => app.close())
  app.get('/:id', () => 'found')
  const answer = await app.inject({ method: 'GET', url: '/%zz?apiKey=4711471147' })
  assert.equal(answer.statusCode, 400)
  assert.match(answer.json().detail, /\/%zz/)
  assert.doesNotMatch(answer.payload, /4711471147/)
})
