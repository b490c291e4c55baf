import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Clock, systemClock } from './clock.ts'
import { createIds } from './ids.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('an id is a UUIDv7 that carries the time of the clock', () => {
  const next = createIds(clockAt([1_790_000_000_123]))
  const id = next()
  assert.match(id, UUID_V7)
  assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), 1_790_000_000_123)
})

test('ids rise strictly whatever the clock does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 200 }), (times) => {
      const next = createIds(clockAt(times))
      let last = ''
      for (let i = 0; i < times.length; i++) {
        const id = next()
        assert.match(id, UUID_V7)
        assert.ok(id > last)
        last = id
      }
    }),
  )
})

test('more ids than the count holds in one millisecond still rise and stay distinct', () => {
  const next = createIds(clockAt([1_790_000_000_000]))
  const ids = Array.from({ length: 20_000 }, next)
  assert.deepEqual(ids, ids.toSorted())
  assert.equal(new Set(ids).size, ids.length)
})

test('two makers at the same instant do not meet', () => {
  const ids = [createIds(systemClock), createIds(systemClock)].flatMap((next) => Array.from({ length: 5_000 }, next))
  assert.equal(new Set(ids).size, ids.length)
})

/** Gives the times one after the other, then the last one forever. */
function clockAt(times: readonly number[]): Clock {
  let index = 0
  return { ...systemClock, now: () => times[Math.min(index++, times.length - 1)] ?? 0 }
}
