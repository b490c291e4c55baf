import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { getCountries } from 'libphonenumber-js/max'
import { parseLanguage } from './language.ts'
import { languageOfCountry } from './languageOfCountry.ts'

test('a language is the same with a region, a script, spaces and in capitals', () => {
  for (const tag of ['pt', 'PT', 'pt-BR', 'pt_br', 'pt-Latn-BR', ' pt ']) assert.equal(parseLanguage(tag), 'pt')
  assert.equal(parseLanguage('iw'), 'he')
})

test('other tags are no language', () => {
  for (const tag of ['', 'x', 'xx', 'deu', 'german', 'de-', '-de', 'de-waytoolong', 'de de', 'de\n-x', '中文']) {
    assert.equal(parseLanguage(tag), null, tag)
  }
})

test('no text makes it throw or run long', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'de', '-', '_', ' ', 'é', '\0'), maxLength: 2_000 }), (tag) => {
      assert.match(parseLanguage(tag) ?? 'none', /^(?:none|[a-z]{2})$/)
    }),
  )
})

test('the languages are those that the runtime knows by two letters', () => {
  const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' })
  const letters = [...'abcdefghijklmnopqrstuvwxyz']
  const codes = letters.flatMap((first) => letters.map((second) => first + second))
  const differing = codes.filter((code) => (names.of(code) !== undefined) !== (parseLanguage(code) !== null))
  // Bihari, which the standard has withdrawn: it is several languages.
  assert.deepEqual(differing, ['bh'])
})

test('every country with numbers has a language of the standard', () => {
  const english = getCountries().filter((country) => {
    const language = languageOfCountry(country)
    assert.equal(parseLanguage(language), language, country)
    return language === 'en'
  })
  assert.ok(english.length < getCountries().length / 3, english.join(' '))
})

for (const [country, language] of [
  ['DE', 'de'],
  ['AT', 'de'],
  ['BR', 'pt'],
  ['MX', 'es'],
  ['SA', 'ar'],
  ['TW', 'zh'],
  ['US', 'en'],
  ['XK', 'sq'],
  ['XX', 'en'],
  ['toString', 'en'],
  [null, 'en'],
] as const) {
  test(`${country ?? 'numbers of no country'}: ${language}`, () => assert.equal(languageOfCountry(country), language))
}
