import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestSlots } from './requestSlots.ts'

async function taken(slots: RequestSlots, count: number) {
  for (let i = 0; i < count; i++) await slots.take()
}

test('requests start in the order of asking, as many at once as there are slots', async () => {
  const slots = new RequestSlots(2)
  const started: number[] = []
  const asks = [1, 2, 3, 4].map((n) => slots.take().then(() => started.push(n)))
  await Promise.all(asks.slice(0, 2))
  assert.deepEqual(started, [1, 2])
  slots.give()
  slots.give()
  await Promise.all(asks)
  assert.deepEqual(started, [1, 2, 3, 4])
})

test('refusals that belong to one crowd halve the limit once', async () => {
  const slots = new RequestSlots(8)
  await taken(slots, 8)
  const before = slots.refusals
  for (let i = 0; i < 8; i++) slots.refused(before, null)
  assert.equal(slots.limit, 4)
  slots.refused(slots.refusals, null)
  assert.equal(slots.limit, 2)
})

test('the limit never falls below one and grows back by one a round', async () => {
  const slots = new RequestSlots(4)
  await taken(slots, 4)
  for (let i = 0; i < 5; i++) slots.refused(slots.refusals, null)
  assert.equal(slots.limit, 1)
  slots.answered(null)
  assert.equal(slots.limit, 2)
  slots.answered(null)
  assert.equal(slots.limit, 2)
  slots.answered(null)
  assert.equal(slots.limit, 3)
  for (let i = 0; i < 50; i++) slots.answered(null)
  assert.equal(slots.limit, 4)
})

test('the limit does not grow while the vendor is as busy as when it refused', async () => {
  const slots = new RequestSlots(4)
  await taken(slots, 4)
  slots.refused(slots.refusals, 20)
  for (let i = 0; i < 10; i++) slots.answered(25)
  assert.equal(slots.limit, 2)
  slots.answered(12)
  slots.answered(12)
  assert.equal(slots.limit, 3)
})

test('a limit that grew lets those start who wait', async () => {
  const slots = new RequestSlots(2)
  await taken(slots, 2)
  slots.refused(slots.refusals, null)
  slots.give()
  const second = slots.take()
  slots.answered(null)
  slots.give()
  await second
  await slots.take()
})
