import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FakeClock } from '../../test/fakeClock.ts'
import { expiresAt, isAccepted, ladderNamed, nextAttemptAt } from './ladder.ts'

const middle = 0.5 // of the jitter: none
const failed = {
  attempts: 1,
  expiresAt: expiresAt('receipt', 0),
  now: 0,
  random: middle,
  retryAfterMs: 0,
  failuresInRow: 1,
}

test('a receipt is tried after 5 s, then after twice as long each time up to an hour, for 24 hours', () => {
  const clock = new FakeClock()
  const createdAt = clock.now()
  const waits: number[] = []
  for (let attempts = 1; ; attempts++) {
    const now = clock.now()
    const dueAt = nextAttemptAt('receipt', { ...failed, attempts, now, expiresAt: expiresAt('receipt', createdAt) })
    if (dueAt === null) break
    waits.push((dueAt - now) / 1_000)
    clock.advance(dueAt - now)
  }
  const growing = [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560]
  assert.deepEqual(waits.slice(0, 10), growing)
  assert.deepEqual(new Set(waits.slice(10)), new Set([3_600]))
  const lastAfterS = (clock.now() - createdAt) / 1_000
  assert.equal(waits.length, 10 + 22)
  assert.equal(lastAfterS, 5_115 + 22 * 3_600)
  assert.ok(lastAfterS <= 86_400 && lastAfterS + 3_600 > 86_400)
})

test('jitter keeps a delay within a tenth of its length', () => {
  const wait = (random: number) => nextAttemptAt('receipt', { ...failed, attempts: 3, now: 1_000, random })
  assert.equal(wait(0), 1_000 + 18_000)
  assert.equal(wait(0.5), 1_000 + 20_000)
  assert.equal(wait(0.999_999), 1_000 + 22_000)
})

test('a longer Retry-After wins over the ladder, a shorter one does not', () => {
  const wait = (retryAfterMs: number) => nextAttemptAt('receipt', { ...failed, attempts: 2, retryAfterMs })
  assert.equal(wait(60_000), 60_000)
  assert.equal(wait(1_000), 10_000)
})

test('no attempt is planned for the instant of expiry or later', () => {
  const end = expiresAt('receipt', 0)
  assert.equal(end, 86_400_000)
  assert.equal(nextAttemptAt('receipt', { ...failed, now: end - 5_001 }), end - 1)
  assert.equal(nextAttemptAt('receipt', { ...failed, now: end - 5_000 }), null)
})

test('the next attempt is always later than now and before expiry', () => {
  const tries = fc.record({
    attempts: fc.integer({ min: 1, max: 1_000 }),
    expiresAt: fc.constant(expiresAt('receipt', 0)),
    now: fc.integer({ min: 0, max: 90_000_000 }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    retryAfterMs: fc.integer({ min: 0, max: 3_600_000 }),
    failuresInRow: fc.integer({ min: 1, max: 1_000 }),
  })
  fc.assert(
    fc.property(tries, (given) => {
      const dueAt = nextAttemptAt('receipt', given)
      assert.ok(dueAt === null || (dueAt > given.now && dueAt < expiresAt('receipt', 0)))
    }),
  )
})

test('an inbound message is tried each 10 s, 10 minutes after each 100 failures of its endpoint, for 48 hours', () => {
  const end = expiresAt('inbound', 0)
  const instants: number[] = []
  for (let now: number | null = 0; now !== null; ) {
    instants.push(now)
    const attempts = instants.length
    now = nextAttemptAt('inbound', { ...failed, attempts, failuresInRow: attempts, expiresAt: end, now })
  }
  const cycleMs = 99 * 10_000 + 600_000
  assert.equal(instants.length, 10_900)
  for (const [index, at] of instants.entries()) {
    assert.equal(at, Math.floor(index / 100) * cycleMs + (index % 100) * 10_000)
  }
  assert.ok((instants.at(-1) ?? 0) < 172_800_000)
})

test('200, 201 and 202 take an inbound message, any 2xx a receipt and a message of a conversation', () => {
  for (let status = 100; status < 600; status++) {
    assert.equal(isAccepted('inbound', status), [200, 201, 202].includes(status), String(status))
    assert.equal(isAccepted('receipt', status), status >= 200 && status < 300, String(status))
    assert.equal(isAccepted('conversation', status), status >= 200 && status < 300, String(status))
  }
})

test('a ladder this version does not know is treated as a receipt', () => {
  assert.equal(ladderNamed('receipt'), 'receipt')
  assert.equal(ladderNamed('toString'), 'receipt')
})
