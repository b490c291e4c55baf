import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { E164 } from '../numbers/address.ts'
import { parseNumber } from '../numbers/parseNumber.ts'
import { defaultTemplates, fillTemplate, hasCodePlaceholder, templateFor } from './template.ts'
import { linesForPeople } from './templateLines.ts'

const GERMAN = numberOf('+4915112345678')
const NORWEGIAN = numberOf('+4740612345')
const SATELLITE = numberOf('+80012345678')

function numberOf(text: string): E164 {
  return parseNumber(text) ?? assert.fail(text)
}

const templates = { en: 'en', 'en-voice': 'en-voice', de: 'de', 'fr-sms': 'fr-sms', 'pt-voice': 'pt-voice' }

for (const [language, number, channel, text, of] of [
  [null, GERMAN, 'sms', 'de', 'de'],
  [null, GERMAN, 'voice', 'de', 'de'],
  [null, NORWEGIAN, 'sms', 'en', 'en'],
  [null, SATELLITE, 'voice', 'en-voice', 'en'],
  ['fr', GERMAN, 'sms', 'fr-sms', 'fr'],
  ['fr', GERMAN, 'voice', 'en-voice', 'en'],
  ['pt-BR', GERMAN, 'voice', 'pt-voice', 'pt'],
  ['pt-BR', GERMAN, 'sms', 'en', 'en'],
  ['ru', GERMAN, 'sms', 'en', 'en'],
  ['no language', GERMAN, 'sms', 'en', 'en'],
] as const) {
  test(`${channel} in ${language ?? 'the language of the number'} to ${number}: ${text}`, () => {
    assert.deepEqual(templateFor({ templates }, { language, number, channel }), { text, language: of })
  })
}

test('Norwegian is found under any of its codes', () => {
  for (const key of ['no', 'nb', 'nn']) {
    for (const language of [null, 'no', 'nb', 'nn']) {
      const wanted = { language, number: NORWEGIAN, channel: 'sms' } as const
      assert.equal(templateFor({ templates: { en: 'en', [key]: 'own' } }, wanted).text, 'own')
    }
  }
})

test('a call does not read out what is there for machines only, unless the text is for calls', () => {
  const text = '<#> Your code is {{OTP}}\n\n@bank.example #{{OTP}}\nFA+9qCX9VSu'
  const wanted = { language: 'en', number: GERMAN, channel: 'voice' } as const
  assert.equal(templateFor({ templates: { en: text } }, wanted).text, 'Your code is {{OTP}}')
  assert.equal(templateFor({ templates: { en: text, 'en-voice': text } }, wanted).text, text)
  assert.equal(templateFor({ templates: { en: text } }, { ...wanted, channel: 'sms' }).text, text)
  assert.equal(linesForPeople('<#> Code {{OTP}} FA+9qCX9VSu'), 'Code {{OTP}}')
  assert.equal(linesForPeople('Code {{OTP}} for Example2Day'), 'Code {{OTP}} for Example2Day')
  assert.equal(linesForPeople('@bank.example #{{OTP}}'), '@bank.example #{{OTP}}')
})

test('placeholders are filled wherever they are, and what is put in is not looked at', () => {
  const filled = fillTemplate('{{OTP}} {{SEC}} {{OTP}} {{X}} {{ OTP }}', { code: "$&{{SEC}}$1$'", seconds: 30 })
  assert.equal(filled, "$&{{SEC}}$1$' 30 $&{{SEC}}$1$' {{X}} {{ OTP }}")
  assert.deepEqual([hasCodePlaceholder('{{OTP}}'), hasCodePlaceholder('{{SEC}}{OTP}')], [true, false])
})

test('whatever templates there are, a message has a text that the application has, with its code', () => {
  const tag = fc.constantFrom('de', 'en', 'fr', 'no', 'nb', 'pt-BR', 'xx', '', '__proto__', 'constructor')
  const channel = fc.constantFrom('sms', 'voice')
  const key = fc.tuple(tag, fc.constantFrom('', '-sms', '-voice')).map(([language, suffix]) => language + suffix)
  const line = fc.constantFrom('Code {{OTP}}', '@x.example #{{OTP}}', 'FA+9qCX9VSu', '<#>', '', 'in {{SEC}} s')
  const text = fc.array(line, { maxLength: 5 }).map((lines) => [...lines, '{{OTP}}'].join('\n'))
  const number = fc.constantFrom(GERMAN, NORWEGIAN, SATELLITE)
  fc.assert(
    fc.property(fc.dictionary(key, text), fc.option(tag), number, channel, (own, language, recipient, via) => {
      const chosen = templateFor({ templates: own }, { language, number: recipient, channel: via })
      const known = [...Object.values(own), ...Object.values(defaultTemplates)]
      assert.ok(known.some((one) => one === chosen.text || linesForPeople(one) === chosen.text))
      assert.ok(hasCodePlaceholder(chosen.text))
      assert.match(chosen.language, /^[a-z]{2}$/)
    }),
  )
})
