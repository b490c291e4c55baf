import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nowAndThen } from './nowAndThen.ts'

test('it is done at once, then in its time, and again at the next call where something was left', async () => {
  let now = 1_000
  let left = 0
  const doneAt: number[] = []
  const call = nowAndThen({ now: () => now, after: () => () => {} }, 60, async () => {
    doneAt.push(now)
    left -= 1
    return left < 0
  })
  for (; now < 1_200; now += 10) {
    if (now === 1_120) left = 2
    await call()
  }
  assert.deepEqual(doneAt, [1_000, 1_060, 1_120, 1_130, 1_140])
})

test('after a failure it is due in its time, not at once', async () => {
  let now = 0
  let calls = 0
  const call = nowAndThen({ now: () => now, after: () => () => {} }, 60, async () => {
    calls += 1
    throw new Error('away')
  })
  await assert.rejects(call(), /away/)
  now = 50
  await call()
  assert.equal(calls, 1)
  now = 60
  await assert.rejects(call(), /away/)
})
