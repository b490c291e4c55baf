import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import { createMetrics } from '../metrics.ts'
import { health } from './health.ts'

onEveryStore('health', (open) => {
  test('ready is who can read and write', async (t) => {
    const db = new UnreliableDatabase(await open())
    const app = fastify()
    t.after(() => app.close())
    health(app, { db, metrics: createMetrics(), carriers: () => [], sample: () => {} })
    const ready = async () => {
      const { statusCode, body } = await app.inject('/readyz')
      return [statusCode, JSON.parse(body).store]
    }
    assert.deepEqual(await ready(), [200, 'ok'])
    for (const [mode, store] of [
      ['down', 'switched off'],
      ['no reads', 'switched off'],
      ['answers lost', 'the answer was lost'],
    ] as const) {
      db.mode = mode
      assert.deepEqual(await ready(), [503, store])
    }
    db.mode = 'up'
    assert.deepEqual(await ready(), [200, 'ok'])
  })
})
