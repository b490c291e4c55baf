import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AirbyteReadResult, airbyteRead } from './airbyteRead.ts'
import type { TwilioCommands } from './airbyteTwilio.ts'
import { startChild } from './childProcess.ts'

test('a first sync of a million messages takes no more than 150 MB, and little more than one of a tenth', async (t) => {
  const tenth = await readMessages(100_000)
  const whole = await readMessages(1_000_000)
  t.diagnostic(`peak: ${tenth.peakMegabytes.toFixed(0)} MB, then ${whole.peakMegabytes.toFixed(0)} MB`)
  assert.ok(whole.records > 950_000)
  assert.deepEqual([tenth.missing, whole.missing], [0, 0])
  assert.ok(whole.peakMegabytes <= 150, `${whole.peakMegabytes} MB`)
  assert.ok(whole.peakMegabytes <= tenth.peakMegabytes * 1.25, `${whole.peakMegabytes} MB`)
})

async function readMessages(messages: number): Promise<AirbyteReadResult> {
  const child = startChild<TwilioCommands>('airbyteTwilio.ts')
  try {
    const twilio = await child.ask('start', { messages, subaccounts: 0 })
    return await airbyteRead({ twilio, workers: 3, profileFolder: null })
  } finally {
    await child.stop()
  }
}
