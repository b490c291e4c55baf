import assert from 'node:assert/strict'
import test from 'node:test'
import { OpenRequests } from './openRequests.ts'

const request = { command: 'submit_sm', sentAt: 0, flush: 0, done: () => {} } as const

test('sequence numbers run from 1 to 0x7fffffff and begin again at 1', () => {
  const open = new OpenRequests<() => void>(10, 0x7ffffffd)
  assert.deepEqual(
    [1, 2, 3, 4].map(() => open.nextSequenceNumber()),
    [0x7ffffffe, 0x7fffffff, 1, 2],
  )
})

test('a request that stays open costs the others their turn at its place and nothing else', () => {
  const open = new OpenRequests<() => void>(2)
  const stuck = open.nextSequenceNumber()
  open.add(stuck, request)
  for (let run = 0; run < 1000; run++) {
    const sequenceNumber = open.nextSequenceNumber()
    assert.equal(open.get(sequenceNumber), null)
    open.add(sequenceNumber, request)
    assert.equal(open.get(sequenceNumber), request)
    open.remove(sequenceNumber)
  }
  assert.equal(open.get(stuck), request)
  assert.equal(open.size, 1)
})

test('a sequence number that shares a place with an open request is not taken for it', () => {
  const open = new OpenRequests<() => void>(1)
  const sequenceNumber = open.nextSequenceNumber()
  open.add(sequenceNumber, request)
  for (const other of [0, 5, 9, 0x7fffffff, 0xffffffff, sequenceNumber + 4, sequenceNumber + 0x80000000]) {
    assert.equal(open.get(other), null)
  }
})
