import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitCharacters } from './splitCharacters.ts'

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

test('the short way for common letters cuts as the segmenter does, whatever stands together', () => {
  const units = Array.from({ length: 0x2100 }, (_, unit) => String.fromCharCode(unit))
  const common = units.filter((unit) => unit < '\u0530' || unit >= '\u2000')
  for (const stride of [1, 7, 97, 389]) {
    const text = common.map((_, index) => common[(index * stride) % common.length]).join('')
    for (const part of text.match(/.{1,40}/gs) ?? []) assert.deepEqual(splitCharacters(part), segment(part))
  }
})

test('a line break, an accent as a mark and a family of emojis are one character each', () => {
  assert.deepEqual(splitCharacters('a\r\ne\u0301👨‍👩‍👧'), ['a', '\r\n', 'e\u0301', '👨‍👩‍👧'])
})

function segment(text: string): string[] {
  return Array.from(segmenter.segment(text), (part) => part.segment)
}
