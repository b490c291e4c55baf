import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LANDLINE, MOBILE } from '../../test/testOtps.ts'
import type { Application } from './application.ts'
import { type OtpWording, renderOtp } from './otpText.ts'

const application: Application = {
  id: '019b7600-0000-7000-8000-000000000001',
  accountId: 'acme',
  name: 'Login',
  pinLength: 4,
  alphanumeric: false,
  attempts: 3,
  expireSeconds: 300,
  sender: 'VERIFY',
  caller: null,
  templates: { en: 'Code {{OTP}}, {{SEC}} s', de: 'Ihr Code: {{OTP}}', 'en-voice': 'It is {{OTP}}. Again: {{OTP}}.' },
  countries: null,
  nistProfile: false,
  isDefault: false,
  createdAt: 0,
  updatedAt: 0,
}

const render = (over: Partial<OtpWording>) =>
  renderOtp(application, {
    channel: 'sms',
    number: MOBILE,
    language: null,
    text: null,
    code: '4711',
    seconds: 120,
    ...over,
  })

test('the text is in the language of the number, and shown without its code', () => {
  assert.deepEqual(render({}), { text: 'Ihr Code: 4711', shown: 'Ihr Code: ****', language: 'de' })
  assert.deepEqual(render({ language: 'en' }), { text: 'Code 4711, 120 s', shown: 'Code ****, 120 s', language: 'en' })
})

test('a voice reads the characters of the code one by one, wherever it stands', () => {
  const call = { channel: 'voice', number: LANDLINE, language: 'en' } as const
  assert.equal(render(call).text, 'It is 4 7 1 1. Again: 4 7 1 1.')
  assert.equal(render({ ...call, code: 'a1b2' }).text, 'It is a 1 b 2. Again: a 1 b 2.')
  assert.equal(render({ ...call, text: 'Say 4711 please' }).text, 'Say 4 7 1 1 please')
  assert.equal(render({ ...call, text: 'Say {{OTP}}' }).shown, 'Say ****')
})

test("of a customer's own text that holds the code in a form of its own nothing is shown", () => {
  assert.deepEqual(render({ text: 'Your code is 47-11' }), {
    text: 'Your code is 47-11',
    shown: '****',
    language: 'de',
  })
  assert.equal(render({ text: '**** or 4711' }).shown, '****')
  assert.equal(render({ text: '{{OTP}} (4711)' }).shown, '****')
})

test('what only looks like the code is neither masked, which would tell the code, nor spelled out', () => {
  const chance = { code: '1200', seconds: 1_200, language: 'en' } as const
  assert.equal(render(chance).shown, 'Code ****, 1200 s')
  assert.equal(render({ ...chance, text: '{{OTP}} for {{SEC}} s' }).shown, '**** for 1200 s')
  const call = { ...chance, channel: 'voice', number: LANDLINE, text: '{{OTP}} for {{SEC}} s' } as const
  assert.equal(render(call).text, '1 2 0 0 for 1200 s')
})

test("a customer's own text is in the language that the customer names", () => {
  assert.equal(render({ text: '{{OTP}}', language: 'pt-BR' }).language, 'pt')
})
