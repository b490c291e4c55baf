import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import fc from 'fast-check'
import { isGsm7 } from './gsm0338.ts'
import { countSegments, type Encoding, type SegmentLimits, segmentText } from './segmentText.ts'

// Two independent packages, written against the 8-bit concatenation reference: they are compared with its limits.
const require = createRequire(import.meta.url)
const splitSms: SplitSms = require('split-sms')
const { SegmentedMessage }: SegmentsCalculator = require('sms-segments-calculator')

interface SplitSms {
  split(text: string): { characterSet: 'GSM' | 'Unicode'; parts: { content: string }[] }
}
interface SegmentsCalculator {
  SegmentedMessage: new (text: string) => { encodingName: 'GSM-7' | 'UCS-2'; segmentsCount: number }
}

const LIMITS_WITH_8_BIT_REFERENCE: Readonly<Record<Encoding, SegmentLimits>> = {
  gsm7: { alone: 160, joined: 153 },
  ucs2: { alone: 70, joined: 67 },
}

const gsm7Text = fc.string({ unit: fc.constantFrom(...'abc XYZ 019@\nñÇΩ€[]{}~^|\\'), minLength: 1, maxLength: 700 })
const unicodeText = fc.string({
  unit: fc.constantFrom('a', 'é', '€', 'й', '北', '😀', '𝒳'),
  minLength: 1,
  maxLength: 300,
})
const texts = fc.oneof(gsm7Text, unicodeText)

test('split-sms cuts at the same places and chooses the same encoding', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const { characterSet, parts } = splitSms.split(text)
      const encoding = isGsm7(text) ? 'gsm7' : 'ucs2'
      const segments = segmentText(text, encoding, LIMITS_WITH_8_BIT_REFERENCE[encoding])
      assert.equal(characterSet, encoding === 'gsm7' ? 'GSM' : 'Unicode')
      assert.deepEqual(
        segments.map((segment) => segment.text),
        parts.map((part) => part.content),
      )
    }),
    { numRuns: 500 },
  )
})

test('sms-segments-calculator counts as many segments and chooses the same encoding', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const message = new SegmentedMessage(text)
      const encoding = isGsm7(text) ? 'gsm7' : 'ucs2'
      assert.equal(message.encodingName, encoding === 'gsm7' ? 'GSM-7' : 'UCS-2')
      assert.equal(countSegments(text, encoding, LIMITS_WITH_8_BIT_REFERENCE[encoding]), message.segmentsCount)
    }),
    { numRuns: 200 },
  )
})

test('split-sms agrees on every code point of the basic plane', () => {
  for (let unit = 0; unit <= 0xffff; unit++) {
    const character = String.fromCharCode(unit)
    assert.equal(splitSms.split(character).characterSet === 'GSM', isGsm7(character), `U+${unit.toString(16)}`)
  }
})
