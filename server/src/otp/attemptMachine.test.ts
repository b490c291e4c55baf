import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AttemptState, check, expire, withdraw } from './attemptMachine.ts'

const fresh = (attemptsMax: number): AttemptState => ({
  status: 'active',
  attempts: 0,
  attemptsMax,
  refusalTold: false,
})

const events = fc.array(fc.constantFrom('right', 'wrong', 'expire', 'withdraw'), { maxLength: 12 })

test('whatever happens: verified once at most, by a right code, in time, within the attempts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), events, (attemptsMax, history) => {
      let state = fresh(attemptsMax)
      let compared = 0
      let ended = false
      for (const event of history) {
        const before = state
        if (event === 'expire' || event === 'withdraw') {
          state = event === 'expire' ? expire(state) : withdraw(state)
        } else {
          const next = check(state, () => {
            compared += 1
            return event === 'right'
          })
          state = next.state
          assert.equal(next.answer === 'verified', event === 'right' && !ended)
          assert.equal(next.answer === 'wrong', event === 'wrong' && !ended)
        }
        assert.ok(state.attempts === compared && compared <= attemptsMax)
        if (ended) assert.equal(state.status, before.status)
        ended = state.status !== 'active'
      }
    }),
  )
})

test('the end is told once, and never to whom it was verified for', () => {
  const used = check(fresh(1), () => false)
  assert.deepEqual([used.answer, used.state.status], ['wrong', 'too many attempts'])
  const told = check(used.state, () => true)
  assert.equal(told.answer, 'refused')
  assert.equal(check(told.state, () => true).answer, 'over')
  assert.equal(check(check(fresh(1), () => true).state, () => true).answer, 'over')
  assert.equal(check(withdraw(fresh(1)), () => true).answer, 'over')
})
