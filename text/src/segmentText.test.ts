import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { measureGsm7 } from './gsm0338.ts'
import { countSegments, SEGMENT_LIMITS, segmentText } from './segmentText.ts'

const gsm7Character = fc.constantFrom(...'abcXYZ 0189@\n\rñÇΩ€[]{}~^|\\\f')
const gsm7Text = fc.array(gsm7Character, { maxLength: 700 }).map((characters) => characters.join(''))
const unicodeText = fc.string({ unit: fc.constantFrom('a', 'é', '€', '北', '😀', '👍🏽', '👨‍👩‍👧'), maxLength: 400 })

test('segments of GSM-7 rebuild the text, keep their limit and never end in an escape', () => {
  fc.assert(
    fc.property(gsm7Text, (text) => {
      const segments = segmentText(text, 'gsm7')
      const limit = segments.length === 1 ? 160 : 152
      assert.equal(segments.map((segment) => segment.text).join(''), text)
      assert.equal(countSegments(text, 'gsm7'), segments.length)
      for (const [index, segment] of segments.entries()) {
        assert.ok((measureGsm7(segment.text) ?? Infinity) <= limit)
        assert.deepEqual([segment.number, segment.total, segment.encoding], [index + 1, segments.length, 'gsm7'])
      }
    }),
  )
})

test('segments of UCS-2 rebuild the text, keep their limit and never cut a surrogate pair', () => {
  fc.assert(
    fc.property(unicodeText, (text) => {
      const segments = segmentText(text, 'ucs2')
      const limit = segments.length === 1 ? 70 : 66
      assert.equal(segments.map((segment) => segment.text).join(''), text)
      assert.equal(countSegments(text, 'ucs2'), segments.length)
      for (const segment of segments) {
        assert.ok(segment.text.length <= limit)
        assert.ok(segment.text.isWellFormed())
      }
    }),
  )
})

test('no segment could have taken the next character too', () => {
  fc.assert(
    fc.property(gsm7Text, (text) => {
      const segments = segmentText(text, 'gsm7')
      for (const [index, segment] of segments.slice(0, -1).entries()) {
        const next = segments[index + 1]?.text[0] ?? ''
        assert.ok((measureGsm7(segment.text + next) ?? 0) > 152)
      }
    }),
  )
})

for (const { encoding, character, length, segments } of [
  { encoding: 'gsm7', character: 'a', length: 0, segments: 1 },
  { encoding: 'gsm7', character: 'a', length: 160, segments: 1 },
  { encoding: 'gsm7', character: 'a', length: 161, segments: 2 },
  { encoding: 'gsm7', character: 'a', length: 304, segments: 2 },
  { encoding: 'gsm7', character: 'a', length: 305, segments: 3 },
  { encoding: 'gsm7', character: '€', length: 80, segments: 1 },
  { encoding: 'gsm7', character: '€', length: 81, segments: 2 },
  { encoding: 'gsm7', character: '€', length: 153, segments: 3 },
  { encoding: 'ucs2', character: 'й', length: 70, segments: 1 },
  { encoding: 'ucs2', character: 'й', length: 71, segments: 2 },
  { encoding: 'ucs2', character: 'й', length: 132, segments: 2 },
  { encoding: 'ucs2', character: 'й', length: 133, segments: 3 },
  { encoding: 'ucs2', character: '😀', length: 35, segments: 1 },
  { encoding: 'ucs2', character: '😀', length: 66, segments: 2 },
  { encoding: 'ucs2', character: '😀', length: 67, segments: 3 },
] as const) {
  test(`${length} times ${character} in ${encoding} are ${segments} segments`, () => {
    assert.equal(countSegments(character.repeat(length), encoding), segments)
    assert.equal(segmentText(character.repeat(length), encoding).length, segments)
  })
}

test('an escaped character that would straddle the border moves to the next segment as a whole', () => {
  const segments = segmentText(`${'a'.repeat(151)}€${'b'.repeat(20)}`, 'gsm7')
  assert.deepEqual(
    segments.map((segment) => segment.text),
    ['a'.repeat(151), `€${'b'.repeat(20)}`],
  )
})

test('limits of a carrier with an 8-bit reference are kept when given', () => {
  assert.equal(countSegments('a'.repeat(306), 'gsm7', { ...SEGMENT_LIMITS.gsm7, joined: 153 }), 2)
})

test('text that is not GSM-7 is not cut as if it were', () => {
  assert.throws(() => segmentText('😀', 'gsm7'), RangeError)
})
