import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sampleMessage } from '../../test/sampleMessages.ts'
import { applyChange } from './changeStatus.ts'
import {
  type FinalStatus,
  isFinal,
  isMessageStatus,
  type MessageStatus,
  mayMove,
  OPEN_STATUSES_SQL,
  type SegmentStatus,
  statusOfParts,
} from './status.ts'

const OPEN: readonly MessageStatus[] = ['accepted', 'queued', 'submitted']
const FINAL: readonly FinalStatus[] = ['delivered', 'undelivered', 'expired', 'rejected', 'unknown']
const UNDECIDED: readonly SegmentStatus[] = ['refused', 'in doubt', 'submitted']

const anyStatus = fc.constantFrom(...OPEN, ...FINAL)
const anyPart = fc.constantFrom<SegmentStatus>(...UNDECIDED, ...FINAL)

test('a message moves only forwards: each pair of states is legal or not as the table says', () => {
  for (const [index, from] of OPEN.entries()) {
    for (const to of OPEN) assert.equal(mayMove(from, to), OPEN.indexOf(to) >= index, `${from} → ${to}`)
    for (const to of FINAL) assert.equal(mayMove(from, to), true, `${from} → ${to}`)
  }
  for (const from of FINAL) for (const to of [...OPEN, ...FINAL]) assert.equal(mayMove(from, to), false)
})

test('no sequence of changes leaves a final state or goes back', () => {
  fc.assert(
    fc.property(fc.array(anyStatus, { maxLength: 12 }), (changes) => {
      let message = sampleMessage()
      const passed: MessageStatus[] = [message.status]
      for (const [index, status] of changes.entries()) {
        const before = message
        try {
          message = applyChange(message, { status, dueAt: null }, index)
          passed.push(status)
        } catch {
          assert.equal(message, before)
          assert.ok(isFinal(before.status) || OPEN.indexOf(status) < OPEN.indexOf(before.status))
        }
      }
      assert.ok(passed.slice(0, -1).every((status) => !isFinal(status)))
      const open = passed.filter((status) => !isFinal(status)).map((status) => OPEN.indexOf(status))
      assert.deepEqual(
        open,
        open.toSorted((a, b) => a - b),
      )
    }),
  )
})

test('a change keeps what it does not name', () => {
  const message = sampleMessage({ errorCode: '0001', inDoubt: true })
  const changed = applyChange(message, { status: 'queued', dueAt: 9 }, 7)
  assert.deepEqual(changed, { ...message, status: 'queued', dueAt: 9, updatedAt: 7 })
})

test('the SQL list of open states names those and only those that are not final', () => {
  for (const status of [...OPEN, ...FINAL]) {
    assert.equal(OPEN_STATUSES_SQL.includes(`'${status}'`), !isFinal(status), status)
    assert.equal(isMessageStatus(status), true)
  }
  for (const other of ['refused', 'toString', '__proto__', '']) assert.equal(isMessageStatus(other), false)
})

test('a message is final exactly when every part is, whatever the order of the parts', () => {
  fc.assert(
    fc.property(fc.array(anyPart, { minLength: 1, maxLength: 8 }), fc.func(fc.nat()), (parts, key) => {
      const status = statusOfParts(parts)
      assert.equal(
        status === null,
        parts.some((part) => UNDECIDED.includes(part)),
      )
      assert.equal(statusOfParts(parts.toSorted((a, b) => key(a) - key(b))), status)
    }),
  )
})

test('a message is delivered only when all parts are, else as bad as its worst part', () => {
  const order: readonly FinalStatus[] = ['delivered', 'unknown', 'expired', 'undelivered', 'rejected']
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...FINAL), { minLength: 1, maxLength: 8 }), (parts) => {
      const worst = Math.max(...parts.map((part) => order.indexOf(part)))
      assert.equal(statusOfParts(parts), order[worst])
    }),
  )
})
