import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { START, sampleMessage, textOfParts } from '../../test/sampleMessages.ts'
import type { OnDoubt, RetryAdvice, SubmitOutcome } from '../carriers/carrier.ts'
import type { Submission, SubmissionOutcome } from '../channels/channel.ts'
import { RECEIPT_GRACE_MS } from '../messages/lifetimes.ts'
import type { Message } from '../messages/message.ts'
import { isFinal, mayMove } from '../messages/status.ts'
import { giveUpWaiting, NO_ROUTE, type PlanContext, planNext, retryDelayMs } from './planNext.ts'

const NOW = START + 10_000
const RETENTION_MS = 1_000_000

const accepted: SubmitOutcome = { kind: 'accepted', carrierMessageId: 'id' }
const unknown: SubmitOutcome = { kind: 'unknown', reason: 'timeout' }
const unsent: SubmitOutcome = { kind: 'unsent', reason: 'bind lost' }
const never: SubmitOutcome = { kind: 'refused', code: 0x0b, reason: 'no such number', retry: 'never' }
const later: SubmitOutcome = { kind: 'refused', code: 0x58, reason: 'throttled', retry: 'same carrier later' }
const next: SubmitOutcome = { kind: 'refused', code: 0x08, reason: 'system error', retry: 'next carrier' }

const context = (over: Partial<PlanContext> = {}): PlanContext => ({
  now: NOW,
  random: 0.5,
  lifetimes: { messageRetentionMs: RETENTION_MS },
  onDoubt: () => 'resend',
  routesFor: () => ['A', 'B'],
  ...over,
})

const submission = (over: Partial<Submission> = {}, message: Partial<Message> = {}): Submission => ({
  message: sampleMessage(message),
  number: 1,
  partsWanted: null,
  doubtHeld: false,
  ...over,
})

const tried = (...outcomes: SubmitOutcome[]): SubmissionOutcome => ({
  kind: 'tried',
  carrierId: 'A',
  at: NOW - 5,
  segments: outcomes.map((outcome, index) => ({ number: index + 1, outcome })),
})

interface Row {
  readonly when: string
  readonly outcomes: SubmitOutcome[]
  readonly onDoubt?: OnDoubt
  readonly becomes: Partial<Message>
}

const IN_DOUBT = 'submitted, but the answer of the carrier never came'
const waitsForReceipt = { status: 'submitted', submittedAt: NOW - 5, carrierId: 'A', submissions: 1 } as const
const waitsForTry = { status: 'queued', submissions: 1, submittedAt: null } as const
const rejected = { status: 'rejected', doneAt: NOW, errorCode: '000b', dueAt: NOW + RETENTION_MS } as const

const TABLE: readonly Row[] = [
  { when: 'accepted', outcomes: [accepted], becomes: { ...waitsForReceipt, inDoubt: false, errorCode: null } },
  { when: 'never', outcomes: [never], becomes: { ...rejected, errorReason: 'no such number' } },
  {
    when: 'busy',
    outcomes: [later],
    becomes: { ...waitsForTry, carrierId: 'A', errorCode: '0058', errorReason: 'throttled', dueAt: NOW + 2_000 },
  },
  { when: 'not reachable here', outcomes: [next], becomes: { ...waitsForTry, carrierId: 'B', dueAt: NOW } },
  {
    when: 'unknown, may be sent again',
    outcomes: [unknown],
    becomes: { ...waitsForTry, carrierId: 'A', inDoubt: true, errorReason: IN_DOUBT, dueAt: NOW + 2_000 },
  },
  {
    when: 'unknown, must not be sent again',
    outcomes: [unknown],
    onDoubt: 'hold',
    becomes: { ...waitsForReceipt, inDoubt: true, errorReason: IN_DOUBT },
  },
  { when: 'one part never', outcomes: [accepted, never], becomes: rejected },
  {
    when: 'one part busy',
    outcomes: [accepted, later],
    becomes: { ...waitsForTry, carrierId: 'A', dueAt: NOW + 2_000 },
  },
  { when: 'one part not handed over', outcomes: [accepted, unsent], becomes: { ...waitsForTry, dueAt: NOW } },
  {
    when: 'one part unknown, must not be sent again, one busy',
    outcomes: [unknown, later],
    onDoubt: 'hold',
    becomes: { ...waitsForTry, inDoubt: true, errorCode: '0058' },
  },
  { when: 'every part with a carrier already', outcomes: [], becomes: { ...waitsForReceipt, inDoubt: false } },
]

for (const { when, outcomes, onDoubt = 'resend', becomes } of TABLE) {
  test(`after a try that ends "${when}" the message is ${becomes.status}`, () => {
    const { message } = planNext(submission(), tried(...outcomes), context({ onDoubt: () => onDoubt }))
    for (const [field, value] of Object.entries(becomes)) assert.equal(Reflect.get(message, field), value, field)
  })
}

test('a submitted message waits for its receipt until its validity and the grace for a late one are over', () => {
  const { message } = planNext(submission(), tried(accepted), context())
  assert.equal(message.dueAt, message.expiresAt + RECEIPT_GRACE_MS)
})

test('what ends without a try is final, with the reason', () => {
  const ends = { dueAt: NOW + RETENTION_MS, doneAt: NOW, updatedAt: NOW }
  const unroutable = planNext(submission(), { kind: 'no route' }, context())
  assert.deepEqual(unroutable.segments, [])
  const { code: errorCode, reason: errorReason } = NO_ROUTE
  assert.deepEqual(unroutable.message, { ...sampleMessage(), ...ends, status: 'rejected', errorCode, errorReason })
  const expired = planNext(submission(), { kind: 'expired' }, context())
  assert.deepEqual(
    [expired.message.status, expired.message.dueAt, expired.segments.length],
    ['expired', NOW + RETENTION_MS, 0],
  )
})

test('a message that waited too long for a receipt is unknown', () => {
  const given = giveUpWaiting(sampleMessage({ status: 'submitted' }), context())
  assert.deepEqual([given.status, given.doneAt, given.dueAt], ['unknown', NOW, NOW + RETENTION_MS])
})

test('each carrier gets one try at once, then a message that none can reach comes back ever more rarely', () => {
  const waits = [1, 2, 3, 4].map((number) => {
    const { message } = planNext(submission({ number }), tried(next), context())
    return (message.dueAt ?? 0) - NOW
  })
  assert.deepEqual(waits, [0, 4_000, 8_000, 16_000])
})

test('the last of the carriers keeps a message that it cannot reach, for another try', () => {
  const last = { ...tried(next), carrierId: 'B' } as SubmissionOutcome
  const { message } = planNext(submission({ number: 2 }), last, context())
  assert.deepEqual([message.status, message.carrierId, message.dueAt], ['queued', 'B', NOW + 4_000])
})

test('a part held in doubt keeps the message in doubt when its other parts were taken', () => {
  const { message } = planNext(submission({ number: 2, doubtHeld: true }), tried(accepted), context())
  assert.deepEqual([message.status, message.inDoubt, message.errorReason], ['submitted', true, IN_DOUBT])
})

const anyAdvice = fc.constantFrom<RetryAdvice>('never', 'same carrier later', 'next carrier')
const anyOutcome: fc.Arbitrary<SubmitOutcome> = fc.oneof(
  fc.constantFrom(accepted, unknown, unsent),
  fc.record({
    kind: fc.constant('refused' as const),
    code: fc.nat(0xffff),
    reason: fc.string(),
    retry: anyAdvice,
  }),
)
const anyCase = fc.record({
  outcomes: fc.array(anyOutcome, { minLength: 1, maxLength: 5 }),
  status: fc.constantFrom('accepted' as const, 'queued' as const),
  number: fc.integer({ min: 1, max: 2_000 }),
  onDoubt: fc.constantFrom<OnDoubt>('resend', 'hold'),
  doubtHeld: fc.boolean(),
  routes: fc.uniqueArray(fc.constantFrom('A', 'B', 'C')),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  expiresInMs: fc.integer({ min: 1, max: 10_000_000 }),
})

test('whatever the outcome, the plan is legal, on time and records each segment that may have left', () => {
  fc.assert(
    fc.property(anyCase, (given) => {
      const { outcomes, status, number, onDoubt, doubtHeld, routes, random, expiresInMs } = given
      const message = sampleMessage({ ...textOfParts(outcomes.length), status, expiresAt: NOW + expiresInMs })
      const at = submission({ message, number, doubtHeld })
      const plan = planNext(
        at,
        tried(...outcomes),
        context({ random, onDoubt: () => onDoubt, routesFor: () => routes }),
      )
      const after = plan.message
      assert.ok(mayMove(status, after.status))
      assert.deepEqual([after.submissions, after.updatedAt, after.id], [number, NOW, message.id])
      assert.ok(after.dueAt !== null && after.dueAt >= NOW)
      if (after.status === 'queued') assert.ok(after.dueAt <= message.expiresAt)
      if (after.status === 'queued') assert.ok(['A', ...routes].includes(after.carrierId))
      if (isFinal(after.status)) assert.equal(after.dueAt, NOW + RETENTION_MS)

      const kinds = outcomes.map(({ kind }) => kind)
      const isNever = outcomes.some((outcome) => outcome.kind === 'refused' && outcome.retry === 'never')
      assert.equal(after.status === 'rejected', isNever)
      if (!isNever) {
        const again = kinds.some((kind) => kind === 'refused' || kind === 'unsent')
        assert.equal(after.status === 'queued', again || (kinds.includes('unknown') && onDoubt === 'resend'))
        assert.equal(after.inDoubt, kinds.includes('unknown') || doubtHeld)
      }

      const left = outcomes.flatMap(({ kind }, index) => (kind === 'unsent' ? [] : [index + 1]))
      assert.deepEqual(
        plan.segments.map((segment) => segment.number),
        left,
      )
      for (const segment of plan.segments) {
        const kind = kinds[segment.number - 1]
        assert.equal(segment.submission, number)
        assert.equal(segment.carrierMessageId === null, kind !== 'accepted')
        assert.equal(segment.status, kind === 'accepted' ? 'submitted' : kind === 'unknown' ? 'in doubt' : 'refused')
      }
    }),
  )
})

test('the wait before a try doubles from 2 s to 5 min, and chance moves it by a fifth at most', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (tries, random) => {
        const middle = retryDelayMs(tries, 0.5)
        assert.equal(middle, tries > 8 ? 300_000 : 1_000 * 2 ** tries)
        const delayMs = retryDelayMs(tries, random)
        assert.ok(delayMs >= 0.8 * middle - 1 && delayMs <= 1.2 * middle + 1)
        assert.ok(retryDelayMs(tries + 1, random) >= delayMs)
      },
    ),
  )
})
