import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecentMap } from './recentMap.ts'

test('the keys set last are always there with their newest value, and the number of keys stays bounded', () => {
  const limit = 5
  const steps = fc.array(fc.tuple(fc.constantFrom('set', 'set', 'set', 'delete'), fc.nat(20), fc.nat()))
  fc.assert(
    fc.property(steps, (sequence) => {
      const recent = new RecentMap<number, number>(limit)
      const model = new Map<number, number>()
      for (const [step, key, value] of sequence) {
        model.delete(key)
        if (step === 'delete') recent.delete(key)
        else {
          model.set(key, value)
          recent.set(key, value)
        }
        for (const [kept, newest] of [...model].slice(-limit)) assert.equal(recent.get(kept), newest)
        const entries = [...recent.entries()]
        assert(entries.length <= 2 * limit)
        assert.equal(new Set(entries.map(([each]) => each)).size, entries.length)
      }
    }),
  )
})
