import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { Problem } from './problem.ts'

test('a place comes back as it was, and travels in a URL as it is', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger())), (place) => {
      const cursor = encodeCursor(place)
      assert.match(cursor, /^[A-Za-z0-9_-]*$/)
      assert.deepEqual(decodeCursor(cursor), place)
    }),
  )
})

test('what is no cursor is refused by name, whatever it is', () => {
  const isRefused = (error: unknown) =>
    error instanceof Problem && error.status === 400 && error.violations[0]?.field === 'cursor'
  for (const text of ['', 'x', '{}', btoa('{}'), btoa('1'), btoa('null'), '%']) {
    assert.throws(() => decodeCursor(text), isRefused, text)
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        assert.ok(Array.isArray(decodeCursor(text)))
      } catch (error) {
        assert.ok(isRefused(error))
      }
    }),
  )
})
