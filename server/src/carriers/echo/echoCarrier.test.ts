import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../../test/fakeClock.ts'
import { openTestStore } from '../../../test/openTestStore.ts'
import { waitFor } from '../../../test/waitFor.ts'
import { GroupCommit } from '../../db/groupCommit.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { submitAll, submitTimes } from '../carrier.contract.ts'
import type { ChatSubmission, Receipt } from '../carrier.ts'
import { createEcho } from './echoCarrier.ts'

test('its outcome and its receipt are in one commit, the outcome first', async (context) => {
  const clock = new FakeClock()
  const commits: string[][] = []
  const group = new GroupCommit({ db: await openTestStore(context), clock })
  const step = (name: string) =>
    group.add<string>({
      name,
      urgent: true,
      write(_tx, entries) {
        if (name === 'outcomes') commits.push([])
        commits.at(-1)?.push(...entries)
      },
      failed: () => assert.fail(),
    })
  const outcomes = step('outcomes')
  const receipts = step('receipts')
  const carrier = createEcho(
    { room: () => {}, receipt: ({ carrierMessageId }) => void receipts.push(`receipt ${carrierMessageId}`) },
    clock,
  )
  carrier.start()
  for (const messageId of ['a', 'b']) {
    carrier.submit(sample({ messageId }), ({ kind }) => void outcomes.push(`${kind} ${messageId}`))
  }
  await waitFor(() => commits.length > 0)
  await group.drain()
  assert.deepEqual(commits, [['accepted a', 'accepted b', 'receipt a', 'receipt b']])
  await carrier.stop(0)
})

test('every submit is accepted exactly once, on a later turn, and its receipt says delivered', async () => {
  const { carrier, receipts } = createRig()
  const ledger = submitTimes(carrier, 3, sample())
  assert.deepEqual(ledger.outcomes, [])
  await waitFor(() => ledger.outcomes.length === 3)
  assert.deepEqual(ledger.outcomes[0], { kind: 'accepted', carrierMessageId: 'message-1' })
  assert.deepEqual(receipts[0], {
    carrierId: 'echo',
    carrierMessageId: 'message-1',
    state: 'delivered',
    errorCode: '0000',
    doneAt: Date.UTC(2026, 0, 1),
  })
  assert.deepEqual([receipts.length, carrier.health().inFlight, carrier.health().up], [3, 0, true])
})

test('it is up once it is started, and says so', async () => {
  const { carrier, rooms } = createRig({ started: false })
  assert.deepEqual([carrier.room(), carrier.health().up], [0, false])
  carrier.start()
  await waitFor(() => rooms() === 1)
  assert.ok(carrier.room() > 0)
})

test('receipts that wait for their commit take up its room, and the event says when there is room again', async () => {
  const { carrier, answers, rooms } = createRig({ answer: 'later' })
  await waitFor(() => rooms() === 1)
  const ledger = submitAll(carrier, sample())
  await waitFor(() => ledger.outcomes.length === ledger.submitted)
  assert.equal(carrier.room(), 0)
  const late = submitTimes(carrier, 1, sample())
  await waitFor(() => late.outcomes.length === 1)
  assert.equal(late.outcomes[0]?.kind, 'unsent')
  for (const answer of answers.splice(0)) answer(true)
  assert.deepEqual([carrier.room(), rooms()], [ledger.submitted, 2])
})

test('a receipt that is not committed is told again, ever more seldom, as long as its message is valid', async () => {
  const { carrier, clock, receipts } = createRig({ answer: 'no' })
  const expiresAt = clock.now() + 60_000
  submitTimes(carrier, 1, sample({ expiresAt }))
  await waitFor(() => receipts.length === 1)
  clock.advance(99)
  assert.equal(receipts.length, 1)
  clock.advance(1)
  assert.equal(receipts.length, 2)
  clock.advance(200)
  assert.equal(receipts.length, 3)
  clock.advance(100_000)
  assert.ok(receipts.length < 20)
  assert.deepEqual(new Set(receipts.map(({ doneAt }) => doneAt)), new Set([Date.UTC(2026, 0, 1)]))
  assert.deepEqual([carrier.health().inFlight, clock.timers], [0, 0])
})

test('stop answers what was taken, waits for receipts, takes nothing more, and may be called twice', async () => {
  const { carrier, answers, clock, receipts } = createRig({ answer: 'later' })
  const ledger = submitTimes(carrier, 5, sample())
  const stopped = Promise.all([carrier.stop(5_000), carrier.stop(5_000)])
  assert.equal(carrier.room(), 0)
  const late = submitTimes(carrier, 1, sample())
  await waitFor(() => receipts.length === 5 && late.outcomes.length === 1)
  assert.deepEqual(
    [...ledger.outcomes, ...late.outcomes].map(({ kind }) => kind),
    ['accepted', 'accepted', 'accepted', 'accepted', 'accepted', 'unsent'],
  )
  await waitFor(() => clock.timers === 2)
  for (const answer of answers) answer(true)
  await stopped
  assert.deepEqual([carrier.health().up, carrier.health().inFlight, clock.timers], [false, 0, 0])
})

test('stop gives up on receipts that nobody commits in time', async () => {
  const { carrier, clock, receipts } = createRig({ answer: 'no' })
  submitTimes(carrier, 1, sample())
  await waitFor(() => receipts.length === 1)
  const stopped = carrier.stop(50)
  clock.advance(50)
  await stopped
  assert.deepEqual([carrier.health().inFlight, clock.timers], [0, 0])
})

interface RigOptions {
  readonly started?: boolean
  readonly answer?: 'yes' | 'no' | 'later'
}

function createRig({ started = true, answer = 'yes' }: RigOptions = {}) {
  const clock = new FakeClock()
  const receipts: Receipt[] = []
  const answers: ((taken: boolean) => void)[] = []
  let rooms = 0
  const carrier = createEcho(
    {
      room: () => {
        rooms += 1
      },
      receipt(receipt, take) {
        receipts.push(receipt)
        if (answer === 'later') answers.push(take)
        else take(answer === 'yes')
      },
    },
    clock,
  )
  if (started) carrier.start()
  return { carrier, clock, receipts, answers, rooms: () => rooms }
}

function sample(over: Partial<ChatSubmission> = {}): ChatSubmission {
  const to = parseNumber('+4915112345678')
  assert.ok(to !== null)
  return {
    messageId: 'message-1',
    accountId: 'acme',
    from: '+442079460000',
    to,
    content: { kind: 'text', text: 'Hello' },
    replyTo: null,
    expiresAt: Date.UTC(2026, 0, 3),
    ...over,
  }
}
