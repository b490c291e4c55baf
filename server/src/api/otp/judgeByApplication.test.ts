import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Application } from '../../otp/application.ts'
import { refusalCodes } from '../../otp/refusal.ts'
import { judgeByApplication } from './judgeByApplication.ts'
import { readSend } from './readOtp.ts'
import type { SendOtpQuery } from './schema.ts'

const APPLICATION: Application = {
  id: '01a200be-a3aa-76f3-adb0-c1d6fffe9b66',
  accountId: 'acme',
  name: 'shop',
  pinLength: 6,
  alphanumeric: false,
  attempts: 3,
  expireSeconds: 300,
  sender: 'VERIFY',
  caller: null,
  templates: { en: '{{OTP}}' },
  countries: null,
  nistProfile: false,
  isDefault: false,
  createdAt: 0,
  updatedAt: 0,
}

const judge = (settings: Partial<Application>, query: Partial<SendOtpQuery> = {}) =>
  judgeByApplication(readSend({ number: '+4915112345678', ...query }), { ...APPLICATION, ...settings })

test('an application without limits sends everywhere', () => {
  judge({})
  judge({}, { number: '+88213012345', pinLength: 4 })
})

test('an application with countries sends to these only, and not to numbers of none', () => {
  judge({ countries: ['AT', 'DE'] })
  for (const number of ['+436641234567', '+88213012345']) {
    assert.throws(() => judge({ countries: ['DE'] }, { number }), {
      status: 400,
      code: refusalCodes.countryNotAllowed,
      message: /^number: must be of a country/,
    })
  }
})

test('the NIST profile holds for codes and lengths that a request brings along', () => {
  judge({ nistProfile: true }, { pinLength: 6, otpCode: '123456' })
  assert.throws(() => judge({ nistProfile: true }, { pinLength: 5 }), {
    code: refusalCodes.nistProfile,
    message: /^pinLength/,
  })
  assert.throws(() => judge({ nistProfile: true }, { otpCode: '12345' }), {
    code: refusalCodes.nistProfile,
    message: /^otpCode/,
  })
})
