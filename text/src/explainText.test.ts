import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainText, FORCING_LISTED_MAX } from './explainText.ts'
import type { TranscodeOptions } from './transcodeText.ts'

const POST: TranscodeOptions = { encoding: 'AUTO', trate: 0, mrate: 0, upperCased: true, keepEmojis: true }

test('a GSM-7 text has one variant and nothing that forces UCS-2', () => {
  const { forcing, variants, characters } = explainText('Hello', POST)
  assert.deepEqual([forcing, characters, variants.length], [[], 5, 1])
  assert.deepEqual(variants[0]?.change, 'none')
})

test('the characters that force UCS-2 are named with place and class', () => {
  const { forcing, forcingTotal } = explainText('a’ç👍🏽– \u00a0\u200bΚЖ北e\u0301\ue000', POST)
  assert.deepEqual(
    forcing.map((forced) => [forced.index, forced.codePoints.join(' '), forced.class]),
    [
      [1, 'U+2019', 'quotation mark'],
      [2, 'U+00E7', 'accented letter'],
      [3, 'U+1F44D U+1F3FD', 'emoji'],
      [7, 'U+2013', 'dash'],
      [9, 'U+00A0', 'space'],
      [10, 'U+200B', 'invisible character'],
      [11, 'U+039A', 'Greek letter'],
      [12, 'U+0416', 'Cyrillic letter'],
      [13, 'U+5317', 'letter of another script'],
      [16, 'U+E000', 'unassigned or broken character'],
    ],
  )
  assert.equal(forcingTotal, 10)
})

test('a variant says what it needs, and those needs as options choose it', () => {
  const text = 'Ρόδος “garçon” '.repeat(6)
  const { variants } = explainText(text, POST)
  const replaced = variants.find((variant) => variant.change === 'replaced')
  assert.ok(replaced !== undefined)
  assert.deepEqual([replaced.text, replaced.parts, replaced.allowed], ['Rodos "garcon" '.repeat(6), 1, false])
  const needs = { ...POST, ...replaced.needs, encoding: 'AUTO' } as const
  assert.equal(explainText(text, needs).variants.find(({ change }) => change === 'replaced')?.allowed, true)
  const { chosen } = explainText(text, needs)
  assert.equal(chosen.kind === 'transcoded' && chosen.text, replaced.text)
})

test('variants come with the fewest parts first and each text once', () => {
  const { variants } = explainText('北京👍'.repeat(30), POST)
  const parts = variants.map((variant) => variant.parts)
  assert.deepEqual(
    parts,
    parts.toSorted((a, b) => a - b),
  )
  assert.equal(new Set(variants.map((variant) => variant.text)).size, variants.length)
  assert.deepEqual(new Set(variants.map((variant) => variant.change)), new Set(['none', 'replaced', 'masked']))
})

test('a long list of forcing characters is cut and its length told', () => {
  const { forcing, forcingTotal } = explainText('й'.repeat(500), POST)
  assert.deepEqual([forcing.length, forcingTotal], [FORCING_LISTED_MAX, 500])
})
