import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lintTemplate, type TemplateUse } from './lintTemplate.ts'

const use: TemplateUse = { channel: null, language: 'en', pinLength: 6, alphanumeric: false, expireSeconds: 300 }

function codesOf(text: string, differences: Partial<TemplateUse> = {}): string[] {
  return lintTemplate(text, { ...use, ...differences }).map(({ code }) => code)
}

for (const text of [
  'Your code is {{OTP}}',
  'Your code is {{OTP}}. Valid for {{SEC}} seconds.',
  '{{OTP}} is your ExampleCo authentication code.\n\n@example.com #{{OTP}}',
  'Your code is {{OTP}}\r\n@login.bank.example #{{OTP}}',
  'Your code is {{OTP}}\n@shop.example #{{OTP}} %pay.example',
  'Your code is {{OTP}}\n@xn--bcher-kva.example #{{OTP}}',
  '<#> Your code is {{OTP}}\nFA+9qCX9VSu',
  'Your code is {{OTP}}\n\nFA+9qCX9VSu\n@example.com #{{OTP}}',
  'G-{{OTP}} is your code for Example2Day.',
]) {
  test(`nothing is wrong with ${JSON.stringify(text)}`, () => assert.deepEqual(lintTemplate(text, use), []))
}

for (const [text, codes] of [
  ['Your code is {{OTP}}\n@example.com #{{OTP}}\n', ['domain-not-last']],
  ['Your code is {{OTP}}\n@example.com #{{OTP}}\nThanks', ['domain-not-last']],
  ['Your code is {{OTP}}\n@example.com #{{OTP}}\nFA+9qCX9VSu', ['domain-not-last']],
  ['Your code is {{OTP}}\n@example.com #{{OTP}}.', ['domain-line']],
  ['Your code is {{OTP}}\n@example.com  #{{OTP}}', ['domain-line']],
  ['Your code is {{OTP}}\n@example.com#{{OTP}}', ['domain-line']],
  ['Your code is {{OTP}}\n @example.com #{{OTP}}', ['domain-line']],
  ['Your code is {{OTP}}\n@example.com #{{OTP}} thanks', ['domain-line']],
  ['Your code: @example.com #{{OTP}}', ['domain-line', 'domain-alone']],
  ['Your code is {{OTP}}\n@https://example.com #{{OTP}}', ['link', 'domain-host']],
  ['Your code is {{OTP}}\n@example.com:443 #{{OTP}}', ['domain-host']],
  ['Your code is {{OTP}}\n@localhost #{{OTP}}', ['domain-host']],
  ['Your code is {{OTP}}\n@bücher.example #{{OTP}}', ['domain-host']],
  ['<#> Your code is {{OTP}}', ['retriever-hash']],
  ['<#> Your code is {{OTP}} FA+9qCX9VSu Thanks', ['retriever-hash-not-last']],
  ['Your code is {{OTP}}\nFA+9qCX9VSu\nThanks', ['retriever-hash-not-last']],
  [`Your code is {{OTP}}${' x'.repeat(56)}\nFA+9qCX9VSu`, ['retriever-length']],
  [`Your code is {{OTP}}${' é'.repeat(40)}\nFA+9qCX9VSu`, ['retriever-length']],
  ['Type {{OTP}}', ['no-code-word']],
  ['Your code is X{{OTP}}', ['code-glued']],
  ['Your code is {{OTP}}Do not share it', ['code-glued']],
  ['Your code is {{OTP}}. Questions? Call 0800123456', ['other-number']],
  ['Your code is {{OTP}}. See https://example.com', ['link']],
  ['Your code is {{OTP}}. See bit.ly/3abc', ['link']],
  ['Your code is {{OTP}} {{NAME}}', ['unknown-placeholder']],
  ['Your code is {{OTP}} 🔑', ['not-gsm']],
  [`Your code is {{OTP}}${' x'.repeat(80)}`, ['several-parts']],
  [`Your code is {{OTP}}${' ж'.repeat(30)}`, ['not-gsm', 'several-parts']],
] as const) {
  test(`${JSON.stringify(text).slice(0, 80)}: ${codes.join(', ')}`, () => assert.deepEqual(codesOf(text), codes))
}

test('the message is measured with its code and seconds, not with their placeholders', () => {
  const text = 'Your code is {{OTP}} '
  const room = 160 - 'Your code is 012345 '.length
  assert.deepEqual(codesOf(text + '.'.repeat(room)), [])
  assert.deepEqual(codesOf(text + '.'.repeat(room), { pinLength: 7 }), ['several-parts'])
})

test('the seconds may be taken for the code when they have four digits', () => {
  const text = 'Your code is {{OTP}}, for {{SEC}} seconds'
  assert.deepEqual([codesOf(text), codesOf(text, { expireSeconds: 3_600 })], [[], ['other-number']])
})

test('codes of letters and digits may be ones that Android does not see', () => {
  assert.deepEqual(codesOf('Your code is {{OTP}}', { alphanumeric: true }), ['code-of-letters'])
})

test('the word for a code is looked for in the language of the text, where it is known', () => {
  assert.deepEqual(codesOf('Ihr Sicherheitscode: {{OTP}}', { language: 'de' }), [])
  assert.deepEqual(codesOf('Bitte {{OTP}} eingeben', { language: 'de' }), ['no-code-word'])
  assert.deepEqual(codesOf('{{OTP}} est votre numéro', { language: 'fr' }), ['no-code-word'])
  assert.deepEqual(codesOf('Il tuo PIN: {{OTP}}', { language: 'it' }), [])
  assert.deepEqual(codesOf('Shopping {{OTP}}'), ['no-code-word'])
  assert.deepEqual(codesOf('Andika {{OTP}}', { language: 'sw' }), [])
})

test('a text for calls is looked through for what cannot be said', () => {
  const text = 'Type {{OTP}} 🔑. {{OTP}} 0800123456\n@example.com #{{OTP}}'
  assert.deepEqual(codesOf(text, { channel: 'voice' }), ['spoken-domain'])
  assert.deepEqual(codesOf('See www.example.com {{X}} {{OTP}}', { channel: 'voice' }), ['unknown-placeholder', 'link'])
})

test('no text makes the linter throw, and every warning says something once', () => {
  const piece = fc.constantFrom(
    ...['{{OTP}}', '{{SEC}}', '{{', '}}', '<#>', '@x.example', '#', ' ', '\n', '\r\n', '%', '.', '/', 'http://'],
    ...['FA+9qCX9VSu', '1234', 'code', 'é', '🔑', 'e\u0301', '\ud800', '\0', '@', 'a'],
  )
  const text = fc.oneof(
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
    fc.string(),
  )
  const uses = fc.record({
    channel: fc.constantFrom(null, 'sms' as const, 'voice' as const),
    language: fc.constantFrom('en', 'de', 'sw', 'zh'),
    pinLength: fc.integer({ min: 4, max: 10 }),
    alphanumeric: fc.boolean(),
    expireSeconds: fc.integer({ min: 30, max: 7_200 }),
  })
  fc.assert(
    fc.property(text, uses, (sample, own) => {
      const warnings = lintTemplate(sample, own)
      assert.equal(new Set(warnings.map(({ code }) => code)).size, warnings.length)
      for (const { code, message } of warnings) {
        assert.match(code, /^[a-z-]+$/)
        assert.ok(message.length > 20 && message.length < 400)
      }
    }),
  )
})

test('a long run of anything is looked through at once', () => {
  for (const unit of ['@', '{{OTP}}', '{{', 'a.', 'A', ' ', '\n', '#', '@x #', '1234 ', 'www']) {
    lintTemplate(unit.repeat(20_000 / unit.length))
  }
})
