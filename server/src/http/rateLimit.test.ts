import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { FakeClock } from '../../test/fakeClock.ts'
import type { Principal } from '../accounts/keyring.ts'
import type { Clock } from '../clock.ts'
import { createRateLimit } from './rateLimit.ts'
import { createHttpServer } from './server.ts'

const principal = (keyId: string, requestsPerSecond: number | null): Principal => ({
  accountId: 'acme',
  keyId,
  scopes: new Set(),
  requestsPerSecond,
})

/** A server whose caller says by query who it is. */
function limitedServer(context: TestContext, clock: Clock, keys: Record<string, Principal>): FastifyInstance {
  const app = createHttpServer({ bodyBytesMax: 1_000, trouble: (error) => assert.fail(String(error)) })
  context.after(() => app.close())
  const limit = createRateLimit(clock)
  app.get<{ Querystring: { key: string } }>('/', {
    onRequest: (request, reply, done) => {
      const caller = keys[request.query.key]
      assert.ok(caller)
      done(limit(caller, reply))
    },
    handler: () => 'ok',
  })
  return app
}

const statusesOf = async (app: FastifyInstance, key: string, times: number) => {
  const statuses: number[] = []
  for (let i = 0; i < times; i++) statuses.push((await app.inject(`/?key=${key}`)).statusCode)
  return statuses
}

const limitsOf = ({ headers }: LightMyRequestResponse) => [
  headers['ratelimit-limit'],
  headers['ratelimit-remaining'],
  headers['ratelimit-reset'],
  headers['retry-after'],
]

test('a key has a second of requests at once, then as many as the second brings', async (context) => {
  const clock = new FakeClock()
  const app = limitedServer(context, clock, { a: principal('a', 2) })
  assert.deepEqual(await statusesOf(app, 'a', 3), [200, 200, 429])
  clock.advance(499)
  assert.deepEqual(await statusesOf(app, 'a', 1), [429])
  clock.advance(1)
  assert.deepEqual(await statusesOf(app, 'a', 2), [200, 429])
  clock.advance(60_000)
  assert.deepEqual(await statusesOf(app, 'a', 3), [200, 200, 429])
})

test('one key does not use up the requests of another, and a key without a limit has none', async (context) => {
  const keys = { a: principal('a', 1), b: principal('b', 1), free: principal('free', null) }
  const app = limitedServer(context, new FakeClock(), keys)
  assert.deepEqual(await statusesOf(app, 'a', 2), [200, 429])
  assert.deepEqual(await statusesOf(app, 'b', 2), [200, 429])
  assert.deepEqual(await statusesOf(app, 'free', 5), [200, 200, 200, 200, 200])
  assert.deepEqual(limitsOf(await app.inject('/?key=free')), [undefined, undefined, undefined, undefined])
})

test('the answer says the limit, what is left, when it is full again, and when to come back', async (context) => {
  const clock = new FakeClock()
  const app = limitedServer(context, clock, { a: principal('a', 2) })
  assert.deepEqual(limitsOf(await app.inject('/?key=a')), ['2', '1', '1', undefined])
  assert.deepEqual(limitsOf(await app.inject('/?key=a')), ['2', '0', '1', undefined])
  const over = await app.inject('/?key=a')
  assert.deepEqual(limitsOf(over), ['2', '0', '1', '1'])
  assert.match(String(over.headers['content-type']), /^application\/problem\+json/)
  assert.equal(over.json().status, 429)
})
