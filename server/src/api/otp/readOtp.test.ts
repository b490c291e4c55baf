import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '../../http/problem.ts'
import { refusalCodes } from '../../otp/refusal.ts'
import { readDelivery, readNumber, readSend } from './readOtp.ts'
import type { SendOtpQuery } from './schema.ts'

const NUMBER = '+4915112345678'
const send = (more: Partial<SendOtpQuery> = {}) => readSend({ number: NUMBER, ...more })

function refused(more: Partial<SendOtpQuery>): Problem {
  try {
    send(more)
  } catch (error) {
    if (error instanceof Problem) return error
  }
  return assert.fail(`${JSON.stringify(more)} was not refused`)
}

test('a number alone is enough: any channel, the language of its country, the settings of the application', () => {
  assert.deepEqual(send(), {
    number: NUMBER,
    via: 'auto',
    sender: null,
    caller: null,
    language: null,
    code: null,
    text: null,
    referenceId: null,
    pinLength: null,
  })
})

describe('numbers', () => {
  test('have +, 00, nothing, or the space that a + becomes in a query, before the digits', () => {
    for (const number of ['+4915112345678', '004915112345678', '4915112345678', ' 4915112345678']) {
      assert.equal(readNumber({ number }), NUMBER)
    }
  })

  test('may be written as at home where the country is given', () => {
    assert.equal(send({ number: '015112345678', country: 'de' }).number, NUMBER)
    assert.equal(send({ number: '6502530000', country: 'US' }).number, '+16502530000')
  })

  test('that belong to another country than the one given are refused', () => {
    const problem = refused({ country: 'AT' })
    assert.equal(problem.code, refusalCodes.number)
    assert.equal(problem.message, 'number: must be a phone number of the country AT')
  })

  test('that are none are refused, and so is a country that is none', () => {
    assert.equal(refused({ number: '015112345678' }).code, refusalCodes.number)
    assert.equal(refused({ number: 'x' }).code, refusalCodes.number)
    assert.equal(refused({ country: 'Germany' }).code, refusalCodes.country)
  })
})

test('the channel counts in any case and has no other word', () => {
  assert.equal(send({ via: 'sms' }).via, 'sms')
  assert.equal(send({ via: 'Voice' }).via, 'voice')
  assert.equal(send({ via: 'AUTO' }).via, 'auto')
  assert.equal(refused({ via: 'fax' }).code, refusalCodes.via)
})

test('a resend says only what it changes', () => {
  assert.deepEqual(readDelivery({}), { via: null, sender: null, caller: null })
  assert.deepEqual(readDelivery({ via: 'voice', caller: '49231555' }), {
    via: 'voice',
    sender: null,
    caller: '+49231555',
  })
})

test('a caller may be all that a sender may be, as customers name both alike', () => {
  for (const caller of ['VERIFY', '12345', '+4930123456']) assert.equal(send({ caller }).caller, caller)
  for (const caller of ['TwelveLetter', '015112345678']) assert.equal(refused({ caller }).code, refusalCodes.caller)
})

test('a text needs the place of the code, unless the code is the customer’s own', () => {
  assert.equal(send({ text: 'Code {{OTP}}' }).text, 'Code {{OTP}}')
  assert.equal(send({ text: 'Code 4711', otpCode: '4711' }).text, 'Code 4711')
  assert.equal(refused({ text: 'Code' }).code, refusalCodes.placeholders)
  assert.equal(refused({ text: 'Code {{OTP}}\0' }).code, refusalCodes.templateText)
  assert.equal(refused({ text: `{{OTP}}${'x'.repeat(594)}` }).code, refusalCodes.templateText)
})

test('a code of one’s own has 4 to 10 digits or letters', () => {
  for (const otpCode of ['0123', '0123456789', 'abCD12']) assert.equal(send({ otpCode }).code, otpCode)
  for (const otpCode of ['123', '01234567890', '12 34', 'äöüß', '１２３４', '1234\n']) {
    assert.equal(refused({ otpCode }).code, refusalCodes.otpCode, otpCode)
  }
})

test('the length of a code is 4 to 10', () => {
  for (const pinLength of [4, 10]) assert.equal(send({ pinLength }).pinLength, pinLength)
  for (const pinLength of [3, 11, -1, 0]) assert.equal(refused({ pinLength }).code, '1006')
})

test('languages are ISO 639-1, in any case', () => {
  assert.equal(send({ language: 'DE' }).language, 'de')
  assert.equal(send({ language: 'pt-BR' }).language, 'pt')
  assert.equal(refused({ language: 'german' }).code, refusalCodes.language)
})

test('one answer names everything that is wrong, and has the code of the first', () => {
  const problem = refused({ number: 'x', via: 'fax', pinLength: 3 })
  assert.equal(problem.code, refusalCodes.number)
  assert.deepEqual(
    problem.violations.map(({ field }) => field),
    ['number', 'via', 'pinLength'],
  )
})
