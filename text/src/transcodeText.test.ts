import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isGsm7 } from './gsm0338.ts'
import { countSegments } from './segmentText.ts'
import { splitCharacters } from './splitCharacters.ts'
import { type TranscodedText, type TranscodeOptions, transcodeText } from './transcodeText.ts'

/** What a POST without options asks for. */
const POST: TranscodeOptions = { encoding: 'AUTO', trate: 0, mrate: 0, upperCased: true, keepEmojis: true }

test('a GSM-7 text goes out as it is', () => {
  assert.deepEqual(transcodeText('Ça va? 5€', POST), {
    kind: 'transcoded',
    encoding: 'gsm7',
    text: 'Ça va? 5€',
    parts: 1,
    replaced: 0,
    masked: 0,
    upperCased: false,
  })
})

test('UNICODE sends even plain letters in UCS-2', () => {
  const { encoding, parts } = transcode('a'.repeat(71), { encoding: 'UNICODE' })
  assert.deepEqual({ encoding, parts }, { encoding: 'ucs2', parts: 2 })
})

test('a text of one Unicode part is not changed, whatever the limits allow', () => {
  const text = '“Hello” – ç'
  assert.equal(transcode(text, { trate: 1, mrate: 1, keepEmojis: false }).text, text)
})

test('typographic signs are replaced where that saves a part, within trate', () => {
  const text = `${'a'.repeat(96)}“”’…` // 100 characters, 4 of them outside
  assert.equal(transcode(text, { trate: 0.039 }).text, text)
  const { encoding, text: sent, parts, replaced } = transcode(text, { trate: 0.04 })
  assert.deepEqual(
    { encoding, sent, parts, replaced },
    { encoding: 'gsm7', sent: `${'a'.repeat(96)}""'...`, parts: 1, replaced: 4 },
  )
})

test('a share of 29 percent of 100 characters is 29 characters', () => {
  const text = `${'a'.repeat(71)}${'’'.repeat(29)}`
  assert.equal(transcode(text, { trate: 0.29 }).replaced, 29)
})

test('characters without an equivalent are masked within mrate', () => {
  const text = `${'a'.repeat(98)}\u{e001}\u{e000}`
  assert.equal(transcode(text, { trate: 1, mrate: 0.019 }).encoding, 'ucs2')
  const { text: sent, masked, replaced } = transcode(text, { mrate: 0.02 })
  assert.deepEqual({ sent, masked, replaced }, { sent: `${'a'.repeat(98)}..`, masked: 2, replaced: 0 })
})

test('what exceeds trate is masked, the longest replacements first', () => {
  const text = `${'a'.repeat(97)}ő北ő`
  const { text: sent, masked, replaced } = transcode(text, { trate: 0.02, mrate: 0.01 })
  assert.deepEqual({ sent, masked, replaced }, { sent: `${'a'.repeat(97)}o.o`, masked: 1, replaced: 2 })
})

test('an accent written as a mark of its own is no replacement', () => {
  const text = 'cafe\u0301 '.repeat(20)
  assert.deepEqual(transcode(text, { upperCased: false }), {
    kind: 'transcoded',
    encoding: 'gsm7',
    text: 'café '.repeat(20),
    parts: 1,
    replaced: 0,
    masked: 0,
    upperCased: false,
  })
})

test('a family of emojis is one character', () => {
  const { replaced } = transcode(`${'a'.repeat(99)}👨‍👩‍👧`, { trate: 0.01, keepEmojis: false })
  assert.equal(replaced, 1)
})

test('kept emojis keep the text Unicode, translated ones do not', () => {
  const text = `${'a'.repeat(70)} 👍🏽`
  assert.equal(transcode(text, { trate: 1, mrate: 1, keepEmojis: true }).text, text)
  assert.equal(transcode(text, { trate: 1, keepEmojis: false }).text, `${'a'.repeat(70)} :thumbsup:`)
})

test('Greek becomes capitals when upper-casing is allowed, Latin when it is not', () => {
  const text = 'Καλημέρα στη Ρόδο '.repeat(5)
  assert.equal(transcode(text, { trate: 1, upperCased: true }).text, 'KAΛHMEPA ΣTH POΔO '.repeat(5))
  assert.equal(transcode(text, { trate: 1, upperCased: false }).text, 'Kalimera sti Rodo '.repeat(5))
  assert.equal(transcode(text, { trate: 0, upperCased: true }).text, 'KAΛHMEPA ΣTH POΔO '.repeat(5))
  assert.equal(transcode(text, { trate: 0, upperCased: false }).text, text)
})

test('upper-casing that makes a text GSM-7 without a replacement needs no trate', () => {
  const { text, upperCased } = transcode('Ça va garçon '.repeat(6), { trate: 0 })
  assert.deepEqual({ text, upperCased }, { text: 'ÇA VA GARÇON '.repeat(6), upperCased: true })
})

test('a text is not upper-cased for one letter that may be replaced', () => {
  assert.equal(transcode('Ça va garçon '.repeat(6), { trate: 1 }).text, 'Ça va garcon '.repeat(6))
})

test('a translation that would take more parts than the Unicode text is not used', () => {
  const text = '👨‍👩‍👧'.repeat(15) // 120 units in 2 parts; in words 285 letters
  assert.equal(transcode(text, { trate: 1, keepEmojis: false }).text, text)
})

test('GSM7 is refused with the reason when the limits allow no form', () => {
  assert.deepEqual(transcodeText('ő', { ...POST, encoding: 'GSM7' }), { kind: 'refused', reason: 'limits' })
  assert.deepEqual(transcodeText('👍', { ...POST, encoding: 'GSM7', trate: 1 }), { kind: 'refused', reason: 'emojis' })
  const long = 'ő'.repeat(40_000)
  assert.deepEqual(transcodeText(long, { ...POST, encoding: 'GSM7', trate: 1 }), { kind: 'refused', reason: 'length' })
})

test('GSM7 replaces even in a short text', () => {
  const { text, encoding } = transcode('“ő”', { encoding: 'GSM7', trate: 1 })
  assert.deepEqual({ text, encoding }, { text: '"o"', encoding: 'gsm7' })
})

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      'a',
      ' ',
      '€',
      '’',
      'ç',
      'ő',
      'α',
      'Ρ',
      'Ж',
      '北',
      '👍🏽',
      '👨‍👩‍👧',
      'e\u0301',
      '\u200b',
      '\u{e000}',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 250,
})
const anyOptions = fc.record({
  encoding: fc.constantFrom('AUTO' as const, 'GSM7' as const, 'UNICODE' as const),
  trate: fc.double({ min: 0, max: 1, noNaN: true }),
  mrate: fc.double({ min: 0, max: 1, noNaN: true }),
  upperCased: fc.boolean(),
  keepEmojis: fc.boolean(),
})

test('every transcoding keeps the limits, is encodable and says its true number of parts', () => {
  fc.assert(
    fc.property(anyText, anyOptions, (text, options) => {
      const result = transcodeText(text, options)
      if (result.kind === 'refused') return assert.equal(options.encoding, 'GSM7')
      const characters = splitCharacters(text).length
      assert.ok(result.replaced <= options.trate * characters + 1e-6)
      assert.ok(result.masked <= options.mrate * characters + 1e-6)
      assert.ok(options.upperCased || !result.upperCased)
      assert.ok(result.encoding === 'ucs2' ? result.text === text : isGsm7(result.text))
      assert.equal(result.parts, countSegments(result.text, result.encoding))
      if (options.encoding !== 'GSM7') assert.ok(result.parts <= countSegments(text, 'ucs2'))
    }),
    { numRuns: 400 },
  )
})

test('full limits without kept emojis always reach GSM-7', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const options = { ...POST, encoding: 'GSM7', trate: 1, mrate: 1, keepEmojis: false } as const
      assert.equal(transcodeText(text, options).kind, 'transcoded')
    }),
    { numRuns: 200 },
  )
})

function transcode(text: string, options: Partial<TranscodeOptions>): TranscodedText {
  const result = transcodeText(text, { ...POST, ...options })
  return result.kind === 'transcoded' ? result : assert.fail(`refused: ${result.reason}`)
}
