import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { createHttpClient } from '@heliograph/airbyte-protocol/httpClient'
import { ConfigError } from '@heliograph/airbyte-protocol/source'
import { steppingClock } from '@heliograph/airbyte-protocol/steppingClock'
import type { TwilioRecord } from './castRecord.ts'
import { check } from './check.ts'
import { startTestTwilio, type TestTwilio } from './testTwilio.ts'

let twilio: TestTwilio
before(async () => {
  twilio = await startTestTwilio()
})
after(() => twilio[Symbol.asyncDispose]())

async function checkWith(fields: TwilioRecord): Promise<void> {
  const none = () => {}
  const http = createHttpClient({
    limits: { retryMsMax: 1000 },
    clock: steppingClock(),
    signal: new AbortController().signal,
    log: { debug: none, info: none, warn: none, error: none },
    proxyEnv: null,
    onRateLimited: none,
  })
  try {
    await check(twilio.config(fields), { http })
  } finally {
    http.close()
  }
}

test('right credentials pass, of an account and of keys', async () => {
  const { main, standard } = twilio.fake.keys
  await checkWith({})
  await checkWith({ api_key_sid: main.sid, auth_token: main.secret })
  await checkWith({ api_key_sid: standard.sid, auth_token: standard.secret, sync_subaccounts: false })
})

test('wrong credentials are told, and what a standard key lacks', async () => {
  const { standard } = twilio.fake.keys
  await assert.rejects(checkWith({ auth_token: 'wrong' }), ConfigError)
  await assert.rejects(checkWith({ api_key_sid: 'SK1', auth_token: 'wrong', sync_subaccounts: false }), ConfigError)
  const key = { api_key_sid: standard.sid, auth_token: standard.secret }
  await assert.rejects(checkWith(key), /Standard API keys cannot list accounts/)
})

test('something else that answers is not taken for Twilio', async () => {
  const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    await assert.rejects(checkWith({ base_url: `http://127.0.0.1:${port}` }), /not the Twilio API/)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
