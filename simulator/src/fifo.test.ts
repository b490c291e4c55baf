import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fifo } from './fifo.ts'

test('items come out in the order they went in, however many were taken before', () => {
  const fifo = new Fifo<number>(10_000)
  const taken: number[] = []
  for (let item = 0; item < 5_000; item += 1) {
    assert(fifo.push(item))
    if (item % 3 === 0) taken.push(fifo.shift() ?? -1)
  }
  while (fifo.length > 0) taken.push(fifo.shift() ?? -1)
  assert.deepEqual(taken, [...Array(5_000).keys()])
  assert.equal(fifo.shift(), undefined)
})

test('a full queue takes nothing', () => {
  const fifo = new Fifo<string>(2)
  assert.deepEqual([fifo.push('a'), fifo.push('b'), fifo.push('c')], [true, true, false])
  fifo.shift()
  assert(fifo.push('d'))
  assert.equal(fifo.length, 2)
})
