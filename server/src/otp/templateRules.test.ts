import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Refusal, refusalCodes } from './refusal.ts'
import { checkTemplate, templateUnitsMax } from './templateRules.ts'

for (const text of [
  'Code {{OTP}}',
  '{{OTP}}',
  'Code {{OTP}} for {{SEC}} s',
  'Code {{OTP}}\n\n@bank.example #{{OTP}}',
  'Code {{OTP}}\r\n@bank.example #{{OTP}}\r\n',
  '@bank.example #{{OTP}}',
  'Ваш код: {{OTP}} 🔑',
  `{{OTP}}${'x'.repeat(templateUnitsMax - 7)}`,
]) {
  test(`${JSON.stringify(text).slice(0, 60)} is a template for every channel`, () => {
    for (const channel of [null, 'sms', 'voice'] as const) checkTemplate(text, channel)
  })
}

for (const [code, text] of [
  ['placeholders', ''],
  ['placeholders', 'Your code'],
  ['placeholders', 'Code {{otp}} {{ OTP }} {OTP}'],
  ['placeholders', '{{OTP}} again {{OTP}}'],
  ['placeholders', '{{OTP}}\nsee @bank.example #{{OTP}}'],
  ['placeholders', '{{OTP}}\n@bank.example #{{OTP}}\n@bank.example #{{OTP}}'],
  ['placeholders', '{{OTP}}\n@bank.example #{{OTP}} {{OTP}}'],
  ['placeholders', '{{OTP}} {{SEC}} {{SEC}}'],
  ['templateText', `{{OTP}}${'x'.repeat(templateUnitsMax)}`],
  ['templateText', '{{OTP}}\0'],
  ['templateText', '{{OTP}}\udc00'],
] as const) {
  test(`${JSON.stringify(text).slice(0, 60)} is refused for its ${code}`, () => {
    for (const channel of [null, 'sms'] as const) {
      assert.throws(() => checkTemplate(text, channel), { name: 'Refusal', code: refusalCodes[code] })
    }
  })
}

test('a text for calls alone may say the code up to four times', () => {
  checkTemplate('{{OTP}} '.repeat(4), 'voice')
  checkTemplate('{{OTP}} again {{OTP}} {{SEC}} {{SEC}}', 'voice')
  for (const text of ['{{OTP}} '.repeat(5), `{{OTP}}${'{{SEC}}'.repeat(5)}`, 'no code']) {
    assert.throws(() => checkTemplate(text, 'voice'), { name: 'Refusal', code: refusalCodes.placeholders })
  }
})

test('no text makes the rules do anything but refuse', () => {
  const piece = fc.constantFrom('{{OTP}}', '{{SEC}}', '{{', '}}', '\n', '\r', '@x.example #', ' ', 'é', '\0', '\ud800')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.constantFrom(null, 'sms', 'voice'), (pieces, channel) => {
      try {
        checkTemplate(pieces.join(''), channel)
      } catch (error) {
        assert.ok(error instanceof Refusal)
      }
    }),
  )
})
