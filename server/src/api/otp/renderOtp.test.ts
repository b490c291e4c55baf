import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNumber } from '../../numbers/parseNumber.ts'
import type { Otp } from '../../otp/otp.ts'
import { renderEvent, renderOtp } from './renderOtp.ts'

const number = parseNumber('+4915112345678')
assert(number !== null)
const OTP: Otp = {
  id: '01a200be-a3aa-76f3-adb0-c1d6fffe9b66',
  accountId: 'acme',
  applicationId: '01a200be-a3aa-76f3-adb0-c1d6fffe9b67',
  number,
  status: 'active',
  attempts: 1,
  attemptsMax: 3,
  createdAt: 1_795_308_823_466,
  expiresAt: 1_795_309_123_466,
  referenceId: null,
  finishedAt: null,
}

test('an OTP has its times twice and a reference only where one was given', () => {
  assert.deepEqual(renderOtp(OTP), {
    accountId: 'acme',
    applicationId: OTP.applicationId,
    attemptCount: 1,
    created: 1_795_308_823_466,
    expire: 1_795_309_123_466,
    number: '+4915112345678',
    otpId: OTP.id,
    otpStatus: 'ACTIVE',
    referenceId: null,
    timestampCreated: '2026-11-22T00:53:43.466Z',
    timestampExpire: '2026-11-22T00:58:43.466Z',
  })
})

test('every state has the word of the wire', () => {
  const words = (['active', 'verified', 'expired', 'too many attempts'] as const).map(
    (status) => renderOtp({ ...OTP, status }).otpStatus,
  )
  assert.deepEqual(words, ['ACTIVE', 'VERIFIED', 'EXPIRED', 'TOO_MANY_ATTEMPTS'])
})

test('an event says what it is about, how it went, and on which channel', () => {
  const at = 1_795_308_823_466
  assert.deepEqual(renderEvent({ at, kind: 'delivery', channel: 'sms', outcome: 'success', text: 'delivered' }), {
    created: at,
    status: 'success',
    statusText: 'DELIVERED',
    timestampCreated: '2026-11-22T00:53:43.466Z',
    type: 'DELIVERY',
    channel: 'SMS',
  })
  const check = renderEvent({ at, kind: 'check', channel: null, outcome: 'failed', text: null })
  assert.deepEqual([check.type, check.channel, check.statusText], ['CHECK', null, null])
})
