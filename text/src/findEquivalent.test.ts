import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findEquivalent } from './findEquivalent.ts'
import { isGsm7 } from './gsm0338.ts'
import { isEmoji } from './isEmoji.ts'

test('the equivalent of every code point is GSM-7', () => {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    const character = String.fromCodePoint(codePoint)
    for (const greekCapitals of ['shape', 'sound'] as const) {
      const equivalent = findEquivalent(character, greekCapitals)
      if (equivalent !== null) assert.ok(isGsm7(equivalent.text), `U+${codePoint.toString(16)}`)
    }
  }
})

for (const [character, expected] of [
  ['’', "'"],
  ['“', '"'],
  ['„', '"'],
  ['–', '-'],
  ['…', '...'],
  ['\u00a0', ' '],
  ['\t', ' '],
  ['`', "'"],
  ['\u200b', ''],
  ['ẞ', 'ß'],
  ['Ж', 'Zh'],
  ['北', 'Bei'],
  ['👍🏽', ':thumbsup:'],
  ['❤️', ':heart:'],
] as const) {
  test(`${JSON.stringify(character)} becomes ${JSON.stringify(expected)}`, () => {
    assert.equal(findEquivalent(character, 'sound')?.text, expected)
  })
}

test('a private or broken character has no equivalent', () => {
  assert.equal(findEquivalent('\u{e000}', 'sound'), null)
  assert.equal(findEquivalent('\ud800', 'sound'), null)
})

test('emojis are told from signs that are pictographs only to Unicode', () => {
  for (const emoji of ['😀', '👍🏽', '👨‍👩‍👧', '🇩🇪', '#️⃣', '❤', '❤️', '☎', '©️']) assert.ok(isEmoji(emoji), emoji)
  for (const sign of ['©', '™', '↔', '#', '5', 'a', '北', '✓']) assert.ok(!isEmoji(sign), sign)
})
