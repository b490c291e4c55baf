import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { START, sampleMessage, sampleReceipt, sampleSegment } from '../../test/sampleMessages.ts'
import type { Receipt } from '../carriers/carrier.ts'
import type { Message, SubmittedSegment } from '../messages/message.ts'
import { type FinalStatus, statusOfParts } from '../messages/status.ts'
import { settleMessage } from './settleMessage.ts'

const lifetimes = { messageRetentionMs: 1_000_000 }
const FINAL: readonly FinalStatus[] = ['delivered', 'undelivered', 'expired', 'rejected', 'unknown']

interface Word {
  readonly part: number
  readonly receipt: Receipt
  readonly receivedAt: number
}

const submitted = (parts: number, over: Partial<Message> = {}) =>
  sampleMessage({ status: 'submitted', submissions: 1, parts, submittedAt: START, dueAt: START + 99_000_000, ...over })

const segmentsOf = (parts: number): SubmittedSegment[] =>
  Array.from({ length: parts }, (_, index) => sampleSegment({ number: index + 1 }))

/** Tells a message words one after the other, as batches of one; words about parts that are known are repeats. */
function tell(message: Message, segments: readonly SubmittedSegment[], words: readonly Word[]) {
  let settled = { message, segments, moves: 0 }
  for (const { part, receipt, receivedAt } of words) {
    const segment = settled.segments.find(({ number }) => number === part)
    if (segment?.status !== 'submitted') continue
    const entry = { receipt, receivedAt }
    const next = settleMessage({ ...settled, news: [{ segment, entry }], lifetimes })
    settled = { ...next, moves: settled.moves + (next.message.status === settled.message.status ? 0 : 1) }
  }
  return settled
}

const anyFinal = fc.constantFrom(...FINAL)
const word = (part: number, state: Receipt['state'], index = 0): Word => ({
  part,
  receipt: sampleReceipt({ state, errorCode: state === 'delivered' ? '0000' : '0006', doneAt: START + 60_000 + part }),
  receivedAt: START + 120_000 + index,
})

/** One final word for each part, and an order to tell them in. */
const anyStory = fc
  .array(anyFinal, { minLength: 1, maxLength: 6 })
  .chain((states) =>
    fc.tuple(
      fc.constant(states),
      fc.shuffledSubarray([...states.keys()], { minLength: states.length, maxLength: states.length }),
    ),
  )

test('the order in which the receipts of the parts come makes no difference to what becomes of the message', () => {
  fc.assert(
    fc.property(anyStory, ([states, order]) => {
      const told = (parts: readonly number[]) =>
        tell(
          submitted(states.length),
          segmentsOf(states.length),
          parts.map((part) => word(part + 1, states[part] ?? 'unknown')),
        )
      const inOrder = told([...states.keys()])
      const mixed = told(order)
      assert.deepEqual(mixed.message, inOrder.message)
      assert.deepEqual(mixed.segments, inOrder.segments)
      assert.equal(mixed.message.status, statusOfParts(states))
      assert.equal(mixed.moves, 1)
    }),
  )
})

test('receipts in one batch mean what they mean one by one', () => {
  fc.assert(
    fc.property(anyStory, ([states, order]) => {
      const segments = segmentsOf(states.length)
      const words = order.map((part) => word(part + 1, states[part] ?? 'unknown'))
      const news = words.flatMap(({ part, receipt, receivedAt }) => {
        const segment = segments[part - 1]
        return segment === undefined ? [] : [{ segment, entry: { receipt, receivedAt } }]
      })
      const atOnce = settleMessage({ message: submitted(states.length), segments, news, lifetimes })
      const oneByOne = tell(submitted(states.length), segments, words)
      assert.deepEqual(atOnce.message, oneByOne.message)
      assert.deepEqual(atOnce.segments, oneByOne.segments)
      assert.equal(atOnce.changed.length, states.length)
    }),
  )
})

test('the first word on a part counts; repeats and contradictions change nothing', () => {
  fc.assert(
    fc.property(anyFinal, fc.array(anyFinal, { minLength: 1 }), (first, later) => {
      const segment = sampleSegment()
      const news = [first, ...later].map((state) => ({ segment, entry: word(1, state) }))
      const settled = settleMessage({ message: submitted(1), segments: [segment], news, lifetimes })
      assert.equal(settled.message.status, first)
      assert.equal(settled.changed.length, 1)
    }),
  )
})

test('a final message stays as it is, while its parts still learn what became of them', () => {
  fc.assert(
    fc.property(anyFinal, anyFinal, (status, state) => {
      const message = submitted(1, { status, doneAt: START + 1 })
      const segment = sampleSegment()
      const settled = settleMessage({
        message,
        segments: [segment],
        news: [{ segment, entry: word(1, state) }],
        lifetimes,
      })
      assert.deepEqual(settled.message, { ...message, updatedAt: settled.message.updatedAt })
      assert.ok(settled.message.updatedAt > message.updatedAt)
      assert.equal(settled.effect, 'touched')
      assert.equal(settled.changed[0]?.status, state)
    }),
  )
})

test('a message is not final while a part has no word, and its change time says that something came', () => {
  const segments = segmentsOf(2)
  const settled = tell(submitted(2), segments, [word(1, 'delivered')])
  assert.equal(settled.message.status, 'submitted')
  assert.equal(settled.message.updatedAt, START + 120_000)
  assert.equal(settled.message.dueAt, submitted(2).dueAt)
})

test('a message whose other part was refused and waits for another try is not final', () => {
  const segments = [sampleSegment(), sampleSegment({ number: 2, status: 'refused', carrierMessageId: null })]
  const message = submitted(2, { status: 'queued' })
  assert.equal(tell(message, segments, [word(1, 'delivered')]).message.status, 'queued')
})

test('a part that another submission delivered is delivered, whatever the first one says', () => {
  const segments = [sampleSegment(), sampleSegment({ submission: 2 })]
  const [first, second] = segments
  assert.ok(first && second)
  const news = [
    { segment: first, entry: word(1, 'undelivered') },
    { segment: second, entry: word(1, 'delivered') },
  ]
  const settled = settleMessage({ message: submitted(1, { submissions: 2 }), segments, news, lifetimes })
  assert.equal(settled.message.status, 'delivered')
})

test('a message tells the error of its worst part, and no error when all were delivered', () => {
  const failed = tell(submitted(2), segmentsOf(2), [word(1, 'delivered'), word(2, 'undelivered')]).message
  assert.deepEqual([failed.errorCode, failed.errorReason], ['0006', 'absentSubscriberSM'])
  const delivered = tell(submitted(2), segmentsOf(2), [word(1, 'delivered'), word(2, 'delivered')]).message
  assert.deepEqual([delivered.errorCode, delivered.errorReason], ['0000', null])
  assert.equal(delivered.dueAt, delivered.updatedAt + lifetimes.messageRetentionMs)
})

test('a change never counts as older than the one before', () => {
  const late = submitted(1, { updatedAt: START + 500_000 })
  assert.equal(tell(late, segmentsOf(1), [word(1, 'delivered')]).message.updatedAt, START + 500_000)
})

test('a date that a carrier cannot mean is replaced by the time its receipt came', () => {
  const receivedAt = START + 120_000
  const table: readonly [doneAt: number | null, expected: number][] = [
    [START + 60_000, START + 60_000],
    [null, receivedAt],
    [receivedAt + 1, receivedAt],
    [START - 3_600_000, receivedAt],
    // Whole minutes: a date a little before the submission means the submission.
    [START - 60_000, START],
  ]
  for (const [doneAt, expected] of table) {
    const words = [{ part: 1, receipt: sampleReceipt({ doneAt }), receivedAt }]
    assert.equal(tell(submitted(1), segmentsOf(1), words).message.doneAt, expected, String(doneAt))
  }
})
