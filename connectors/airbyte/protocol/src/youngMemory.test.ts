import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createYoungCollector } from './youngMemory.ts'

test('bodies that were read do not pile up outside the heap', () => {
  const collectYoung = createYoungCollector()
  let most = 0
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 200; i++) {
    collectYoung(Buffer.alloc(500_000).length)
    most = Math.max(most, process.memoryUsage().arrayBuffers)
  }
  assert.ok(most - before < 10_000_000, `${most - before} of 100,000,000 bytes`)
})
