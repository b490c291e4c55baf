import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { FakeClock } from '../../test/fakeClock.ts'
import { DatabaseUnavailable } from './database.ts'
import { Rounds } from './rounds.ts'

test('rounds follow one another, whatever comes of one, and what waiting does not mend is told', async () => {
  const clock = new FakeClock()
  const troubles: string[] = []
  const comings = [null, new DatabaseUnavailable('away'), new Error('broken'), null]
  let begun = 0
  const rounds = new Rounds({
    clock,
    everyMs: 1_000,
    async round() {
      const coming = comings[begun++] ?? null
      if (coming !== null) throw coming
    },
    trouble: (error) => troubles.push(String(error)),
  })
  rounds.start()
  for (let second = 0; second < comings.length; second++) {
    assert.equal(begun, second)
    clock.advance(1_000)
    await setImmediate()
  }
  assert.deepEqual([begun, troubles], [4, ['Error: broken']])
  await rounds.stop()
  assert.equal(clock.timers, 0)
})

test('a stop waits for the round under way, which can tell, and there is no other', async () => {
  const clock = new FakeClock()
  const { promise, resolve } = Promise.withResolvers<void>()
  const rounds = new Rounds({
    clock,
    everyMs: 1_000,
    round: () => promise,
    trouble: (error) => assert.fail(String(error)),
  })
  rounds.start()
  clock.advance(5_000)
  assert.equal(clock.timers, 0)
  let stopped = false
  const stopping = rounds.stop().then(() => {
    stopped = true
  })
  await setImmediate()
  assert.deepEqual([stopped, rounds.running], [false, false])
  resolve()
  await stopping
  assert.equal(clock.timers, 0)
})
