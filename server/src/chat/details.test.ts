import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleMessage } from '../../test/sampleMessages.ts'
import { detailsOf } from './details.ts'

const CASES: readonly (readonly [string | null, string | null, string, string])[] = [
  [
    '0b25',
    'whatsapp::error::131049 This message was not delivered',
    'whatsapp::error::131049',
    'This message was not delivered',
  ],
  ['0b25', 'whatsapp::error::noValidContact', 'whatsapp::error::noValidContact', 'whatsapp::error::noValidContact'],
  ['0b25', 'whatsapp::error::470: outside\nthe window', 'whatsapp::error::470', 'outside\nthe window'],
  ['0001', 'unknownSubscriber', 'sms::error::0001', 'unknownSubscriber'],
  ['0b01', 'no route to this destination', 'sms::internal::0b01', 'no route to this destination'],
  [null, 'no receipt came within the validity', 'sms::internal::noReceipt', 'no receipt came within the validity'],
  ['0000', null, 'sms::error::0000', 'no reason was given'],
]

for (const [errorCode, errorReason, code, message] of CASES) {
  test(`${errorCode} with ${JSON.stringify(errorReason)} is told as ${code}`, () => {
    assert.deepEqual(detailsOf(sampleMessage({ errorCode, errorReason })), { code, message })
  })
}
