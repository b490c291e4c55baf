import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '@heliograph/airbyte-protocol/source'
import { readConfig } from './config.ts'

const seed = { account_sid: 'AC1', auth_token: 'secret-token', start_date: '2020-10-01T00:00:00Z' }

test('the three required fields are enough', () => {
  const config = readConfig({ ...seed, left_over_by_an_older_connector: 1 })
  assert.equal(config.user, 'AC1')
  assert.equal(config.password, 'secret-token')
  assert.equal(config.startMs, Date.UTC(2020, 9, 1))
  assert.deepEqual([config.lookbackMs, config.workers, config.readsSubaccounts], [0, 3, true])
  assert.deepEqual([config.showsAuthTokens, config.baseUrl], [false, null])
})

test('an API key logs in in the place of the account, in its own field or in that of the account', () => {
  const named = readConfig({ ...seed, api_key_sid: 'SK1' })
  assert.deepEqual([named.accountSid, named.user], ['AC1', 'SK1'])
  assert.equal(readConfig({ ...seed, account_sid: 'SK1' }).user, 'SK1')
})

test('every wrong field is named at once, no value is shown', () => {
  const wrong = {
    account_sid: 'wrong-value',
    start_date: '2020-10-01',
    lookback_window: 576_001,
    num_workers: 0,
    slice_step_duration: 'P2D',
    sync_subaccounts: 'wrong-value',
    base_url: 'ftp://wrong-value',
    api_key_sid: 'AC1',
  }
  assert.throws(
    () => readConfig(wrong),
    (error) => {
      assert.ok(error instanceof ConfigError)
      for (const name of [...Object.keys(wrong), 'auth_token is missing']) assert.match(error.message, new RegExp(name))
      assert.doesNotMatch(error.message, /wrong-value/)
      return true
    },
  )
  assert.throws(() => readConfig(null), ConfigError)
})
