import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { canonicalQuery } from './canonicalQuery.ts'

test('a query name is known in any case, and one given twice becomes a list', async (context) => {
  const app = Fastify()
  context.after(() => app.close())
  app.get('/', {
    preValidation: canonicalQuery(['sendDateTime', 'to']),
    handler: (request) => JSON.stringify(request.query),
  })
  const read = async (query: string) => (await app.inject(`/?${query}`)).json()
  assert.deepEqual(await read('SENDDATETIME=1&To=2&Other=3'), { sendDateTime: '1', to: '2', Other: '3' })
  assert.deepEqual(await read('to=1&TO=2'), { to: ['1', '2'] })
  assert.deepEqual(await read('to=1&to=2'), { to: ['1', '2'] })
  assert.deepEqual(await read(''), {})
  assert.deepEqual(await read('toString=1&constructor=2'), { toString: '1', constructor: '2' })
})
