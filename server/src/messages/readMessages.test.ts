import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sampleSegment } from '../../test/sampleMessages.ts'
import { newestParts } from './readMessages.ts'
import type { SegmentStatus } from './status.ts'

const anyStatus = fc.constantFrom<SegmentStatus>(
  'refused',
  'in doubt',
  'submitted',
  'delivered',
  'undelivered',
  'expired',
)

/** Submissions of up to 4 parts each, oldest first, each part tried or not. */
const anySegments = fc
  .array(fc.array(fc.option(anyStatus, { nil: null }), { maxLength: 4 }), { maxLength: 4 })
  .map((submissions) =>
    submissions.flatMap((parts, submission) =>
      parts.flatMap((status, part) =>
        status === null ? [] : [sampleSegment({ submission: submission + 1, number: part + 1, status })],
      ),
    ),
  )

test('each part that was ever tried has exactly one newest word, in the order of the parts', () => {
  fc.assert(
    fc.property(anySegments, (segments) => {
      const numbers = newestParts(segments).map(({ number }) => number)
      assert.deepEqual(
        numbers,
        [...new Set(segments.map(({ number }) => number))].sort((a, b) => a - b),
      )
    }),
  )
})

test('a delivery wins, then a submission that a carrier still has, then the last try', () => {
  fc.assert(
    fc.property(anySegments, (segments) => {
      for (const newest of newestParts(segments)) {
        const tries = segments.filter(({ number }) => number === newest.number)
        const delivered = tries.findLast(({ status }) => status === 'delivered')
        const submitted = tries.findLast(({ status }) => status === 'submitted')
        assert.equal(newest, delivered ?? submitted ?? tries.at(-1))
      }
    }),
  )
})

test('a message that was never tried has no parts', () => {
  assert.deepEqual(newestParts([]), [])
})
