import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { advanceChain, type ChainEvent, type ChainState, type StepNews } from './chain.ts'

const BEGINNING: ChainState = { step: 0, status: 'accepted', dispatched: false }
const details = { code: 'sms::error::0001', message: 'unknownSubscriber' }

const anyNews: fc.Arbitrary<StepNews> = fc.oneof(
  fc.constantFrom<StepNews>({ kind: 'dispatched' }, { kind: 'delivered' }, { kind: 'seen' }),
  fc.record({
    kind: fc.constant('failed' as const),
    state: fc.constantFrom('dispatching_failed' as const, 'failed' as const, 'unknown' as const),
    wasDispatched: fc.boolean(),
    details: fc.constant(details),
  }),
)

/** The states on the way, and all events. */
function walk(news: readonly StepNews[], steps: number) {
  const states = [BEGINNING]
  const events: ChainEvent[] = []
  for (const one of news) {
    const state = states.at(-1) ?? BEGINNING
    const move = advanceChain(state, one, steps)
    if (move === null) continue
    assert.ok(move.events.length > 0)
    assert.equal(move.begins, move.state.step === state.step + 1)
    states.push(move.state)
    events.push(...move.events)
  }
  return { states, events }
}

test('whatever is heard, steps come in their order, and each ends once at most', () => {
  fc.assert(
    fc.property(fc.array(anyNews, { maxLength: 20 }), fc.integer({ min: 1, max: 4 }), (news, steps) => {
      const { events } = walk(news, steps)
      const ends = events.filter(({ state }) => state !== 'dispatched' && state !== 'seen')
      assert.deepEqual(
        ends.map(({ step }) => step),
        ends.map((_, index) => index),
      )
      for (const [step, own] of Map.groupBy(events, (event) => event.step)) {
        const text = own.map(({ state }) => state).join(' ')
        assert.match(text, /^(dispatched ?)?(success( seen)?|failed|unknown|dispatching_failed)?$/, `step ${step}`)
      }
    }),
  )
})

test('a final status is left for one only: delivered becomes seen', () => {
  fc.assert(
    fc.property(fc.array(anyNews, { maxLength: 20 }), fc.integer({ min: 1, max: 4 }), (news, steps) => {
      const { states, events } = walk(news, steps)
      const finals = states.map(({ status }) => status).filter((status) => status !== 'accepted')
      assert.ok(finals.length <= 1 || finals.join() === 'delivered,seen', finals.join())
      const told = events.map((event) => event.told)
      const ends = told.filter((one) => one === 'delivered' || one === 'failed' || one === 'unknown')
      assert.equal(ends.length, finals.length > 0 ? 1 : 0)
      assert.equal(states.at(-1)?.status ?? 'accepted', finals.at(-1) ?? 'accepted')
    }),
  )
})

test('while there is another channel, one that fails is told as such; the last one decides', () => {
  const failed: StepNews = { kind: 'failed', state: 'failed', wasDispatched: true, details }
  const unknown: StepNews = { ...failed, state: 'unknown' }
  const { states, events } = walk([{ kind: 'dispatched' }, failed, unknown], 2)
  assert.deepEqual(
    events.map(({ step, state, told }) => [step, state, told]),
    [
      [0, 'dispatched', 'dispatched'],
      [0, 'failed', 'channelFailed'],
      [1, 'dispatched', 'dispatched'],
      [1, 'unknown', 'unknown'],
    ],
  )
  assert.deepEqual(states.at(-1), { step: 1, status: 'unknown', dispatched: true })
})
