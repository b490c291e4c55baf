import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTwiml } from '@heliograph/simulator/voice/parseTwiml'
import fc from 'fast-check'
import { sayTwice } from './twiml.ts'
import { createVoices } from './voices.ts'

const voiceFor = createVoices([])

test('whatever the text, the call says just that, twice', () => {
  const pieces = fc.constantFrom('<', '</Say>', '<Dial>+49</Dial>', '&', '&amp;', ']]>', '"', "'", '\n', '🔑', 'ß', 'a')
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(pieces).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      fc.pre(text.trim() !== '')
      const parsed = parseTwiml(sayTwice(text, voiceFor('de')))
      const said = parsed.kind === 'verbs' ? parsed.verbs.flatMap((verb) => (verb.kind === 'say' ? [verb] : [])) : []
      assert.deepEqual(said, new Array(2).fill({ kind: 'say', text, language: 'de-DE', voice: 'Polly.Vicki' }))
    }),
  )
})

test('what XML cannot hold becomes a space or a replacement character', () => {
  assert.match(sayTwice('a\u0000b\u001bc\ud800d\uffffe\tf', voiceFor('en')), />a b c\ufffdd e\tf</)
})

test('a language without a voice is read in English, and the operator’s own voices go first', () => {
  assert.deepEqual(voiceFor('DE'), { locale: 'de-DE', voice: 'Polly.Vicki' })
  for (const language of ['xx', '', 'constructor', '__proto__']) {
    assert.deepEqual(voiceFor(language), { locale: 'en-US', voice: 'Polly.Joanna' })
  }
  const own = createVoices([{ language: 'de', locale: 'de-AT', voice: 'Polly.Hannah-Neural' }])
  assert.deepEqual(own('de'), { locale: 'de-AT', voice: 'Polly.Hannah-Neural' })
  assert.deepEqual(own('fr'), voiceFor('fr'))
})
