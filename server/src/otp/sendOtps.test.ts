import assert from 'node:assert/strict'
import { test } from 'node:test'
import { START, sampleMessage } from '../../test/sampleMessages.ts'
import { MOBILE } from '../../test/testOtps.ts'
import type { Message } from '../messages/message.ts'
import { judged } from './sendOtps.ts'

const otp = {
  id: '019b7600-0000-7000-8000-0000000000aa',
  accountId: 'acme',
  applicationId: '019b7600-0000-7000-8000-0000000000bb',
  number: MOBILE,
  status: 'active',
  attempts: 0,
  attemptsMax: 3,
  createdAt: START,
  expiresAt: START + 300_000,
  referenceId: null,
  finishedAt: null,
} as const
const sending = { channel: 'sms', language: null, sender: null, caller: null } as const

function costOf(over: Partial<Message>) {
  const { price, currency } = judged({
    stored: { otp, sealed: null, refusalTold: false, sending },
    message: sampleMessage(over),
  })
  return [price, currency]
}

test('the guard is told what all parts of a message cost', () => {
  assert.deepEqual(costOf({ price: '0.065', parts: 2 }), ['0.130', 'EUR'])
})

test('a message that goes nowhere costs nothing', () => {
  assert.deepEqual(costOf({ status: 'rejected' }), [null, null])
})
