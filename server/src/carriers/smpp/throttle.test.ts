import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Throttle } from './throttle.ts'

test('pauses double from 100 ms to 5 s while they do not help, and start over once one did', () => {
  const clock = handClock()
  const throttle = new Throttle(clock)
  const pauses: number[] = []
  for (let round = 0; round < 8; round++) {
    throttle.slowDown(0)
    pauses.push(throttle.pausedMs())
    clock.time += throttle.pausedMs()
  }
  assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000])
  throttle.speedUp(100)
  throttle.slowDown(0)
  assert.equal(throttle.pausedMs(), 100)
})

test('a burst of refusals is one reason to pause, not many', () => {
  const throttle = new Throttle(handClock())
  for (let open = 100; open > 0; open--) throttle.slowDown(open)
  assert.equal(throttle.pausedMs(), 100)
  assert.equal(throttle.openMax(), 0)
})

test('after a pause half as many submits may be open, one more with each accepted', () => {
  const clock = handClock()
  const throttle = new Throttle(clock)
  throttle.slowDown(99)
  throttle.speedUp(100)
  clock.time += 100
  assert.equal(throttle.openMax(), 50, 'an acceptance during the pause is of a submit from before it')
  throttle.speedUp(100)
  assert.equal(throttle.openMax(), 51)
  for (let accepted = 0; accepted < 49; accepted++) throttle.speedUp(100)
  assert.equal(throttle.openMax(), Number.POSITIVE_INFINITY)
})

test('it always leaves one submit to try with', () => {
  const clock = handClock()
  const throttle = new Throttle(clock)
  for (let round = 0; round < 20; round++) {
    throttle.slowDown(0)
    clock.time += 5000
    assert.equal(throttle.openMax(), 1)
  }
})

test('a clock that is set back ends the pause', () => {
  const clock = handClock()
  const throttle = new Throttle(clock)
  throttle.slowDown(10)
  clock.time -= 3_600_000
  assert.equal(throttle.pausedMs(), 0)
})

function handClock() {
  return { time: 1_000_000, now: clockTime, after: () => () => {} }
}

function clockTime(this: { time: number }): number {
  return this.time
}
