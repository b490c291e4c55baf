import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { ConfigError, TransientError } from '@heliograph/airbyte-protocol/source'
import { isRecord } from './castRecord.ts'
import { keysOf, NOW_MS, startTestTwilio, type TestTwilio } from './testTwilio.ts'

/** What earlier connectors for Twilio are known to get wrong. */
describe('faults of earlier connectors that this one does not have', () => {
  let twilio: TestTwilio
  before(async () => {
    twilio = await startTestTwilio({
      accounts: [{}, { sizes: { messages: 30 } }],
      historyDays: 60,
      sizes: { messages: 50, transcriptions: 30, conference_participants: 3 },
      pageSizeLimit: 25,
      pricedAfterSeconds: 5 * 86_400,
    })
  })
  after(() => twilio[Symbol.asyncDispose]())
  beforeEach(() => {
    twilio.fake.clearScript()
    twilio.fake.clearRequests()
  })

  test('a cursor of one account for all: records of subaccounts were lost', async () => {
    const { records, states } = await twilio.read('messages')
    for (const { sid } of twilio.fake.accounts) {
      assert.ok(records.some((record) => record.account_sid === sid))
      assert.match(JSON.stringify(states.at(-1)), new RegExp(sid))
    }
    const [main, sub] = twilio.fake.accounts
    const state = {
      states: [
        { partition: { account_sid: main?.sid }, cursor: { date_sent: '2026-02-28T00:00:00Z' } },
        { partition: { account_sid: sub?.sid }, cursor: { date_sent: '2026-02-10T00:00:00Z' } },
      ],
    }
    twilio.fake.clearRequests()
    await twilio.read('messages', { state })
    const begins = twilio
      .asked()
      .flatMap((asked) => asked.match(/(A\d)\/Messages.json PageSize=1000 DateSent>=(\S+)/)?.slice(1) ?? [])
    assert.deepEqual(begins.sort(), ['2026-02-10', '2026-02-28', 'A0', 'A1'])
  })

  test('usage records came twice', async () => {
    const { records } = await twilio.read('usage_records')
    const key = ['account_sid', 'category', 'start_date', 'end_date']
    assert.equal(keysOf(records, key).length, records.length)
  })

  test('usage was one sum for each year, and that of subaccounts was counted twice', async () => {
    const { records } = await twilio.read('usage_records')
    for (const record of records) assert.equal(String(record.start_date).slice(0, 10), record.end_date)
    assert.ok(
      twilio
        .asked()
        .filter((asked) => asked.includes('Usage'))
        .every((asked) => asked.includes('IncludeSubaccounts=false')),
    )
    assert.ok(records.every((record) => !('as_of' in record)))
  })

  test('usage of a day was read while the day went on and never again', async () => {
    const first = await twilio.read('usage_records')
    const state = first.states.at(-1)
    const today = await twilio.read('usage_records', { state, atMs: NOW_MS + 3_600_000 })
    assert.deepEqual([...new Set(today.records.map(({ end_date }) => end_date))], ['2026-03-01'])
  })

  test('alerts were asked for without a filter and only their first page was read', async () => {
    const { records } = await twilio.read('alerts')
    assert.ok(records.length > 25)
    assert.match(twilio.asked()[0] ?? '', /StartDate=2026-01-30T12:10:00Z EndDate=2026-03-01T12:00:01Z$/)
  })

  test('records without a time stopped the sync', async () => {
    const page = {
      messages: [
        { sid: 'SM1', date_sent: null },
        { sid: 'SM2', date_sent: null },
      ],
      next_page_uri: null,
    }
    const fault = { kind: 'body', status: 200, contentType: 'application/json', text: JSON.stringify(page) } as const
    twilio.fake.script({ resource: 'messages', fault, times: Number.POSITIVE_INFINITY })
    const { records, error } = await twilio.read('messages', { config: { slice_step_duration: 'P1W' } })
    assert.equal(error, null)
    assert.ok(keysOf(records, ['sid']).length === 2)
    // Every window of an account shows them; each account gives them once.
    assert.equal(records.length, 2 * twilio.fake.accounts.length)
  })

  test('the lookback was filtered away again: late prices never arrived', async () => {
    const first = await twilio.read('messages')
    const unpriced = first.records.filter(
      ({ price, date_sent }) => price === null && String(date_sent) > '2026-02-24T12',
    )
    assert.ok(unpriced.length > 0)
    const config = { lookback_window: 10 * 24 * 60 }
    const second = await twilio.read('messages', { config, state: first.states.at(-1) })
    const again = new Set(keysOf(second.records, ['sid']))
    for (const { sid } of unpriced) assert.ok(again.has(String(sid)))
  })

  test('the cursor moved to the newest record of a window that was not read to its end', async () => {
    const stopped = await twilio.read('messages', {
      config: { num_workers: 1, slice_step_duration: 'P1Y' },
      stopAfterRecords: 1,
    })
    const state = stopped.states.at(-1)
    assert.ok(isRecord(state) && Array.isArray(state.states))
    const begun: unknown = state.states.find(
      (entry: unknown) => isRecord(entry) && entry.begun === true && entry.ahead !== undefined,
    )
    assert.ok(isRecord(begun) && isRecord(begun.cursor))
    assert.ok(
      stopped.records.every(
        ({ date_sent }) => String(date_sent) >= String(isRecord(begun.cursor) ? begun.cursor.date_sent : ''),
      ),
    )
  })

  test('records at the border of two slices came twice', async () => {
    const { records } = await twilio.read('messages', { config: { slice_step_duration: 'P1D' } })
    assert.equal(keysOf(records, ['sid']).length, records.length)
  })

  test('a record that moved to the next page while pages were read came twice', async () => {
    const message = (sid: string) => ({ sid, date_sent: 'Sat, 28 Feb 2026 04:28:40 +0000' })
    const next_page_uri = `/2010-04-01/Accounts/${twilio.fake.accounts[0]?.sid}/Messages.json?Page=1`
    for (const page of [
      { messages: [message('SM2'), message('SM1')], next_page_uri },
      { messages: [message('SM1'), message('SM0')], next_page_uri: null },
    ]) {
      const fault = { kind: 'body', status: 200, contentType: 'application/json', text: JSON.stringify(page) } as const
      twilio.fake.script({ address: /Messages/, fault })
    }
    const config = { num_workers: 1, sync_subaccounts: false, start_date: '2026-02-20T00:00:00Z' }
    const { records } = await twilio.read('messages', { config })
    assert.deepEqual(keysOf(records, ['sid']), ['SM0', 'SM1', 'SM2'])
    assert.equal(records.length, 3)
  })

  test('keys of conference_participants and user_conversations were not unique', async () => {
    for (const name of ['conference_participants', 'user_conversations']) {
      const { records } = await twilio.read(name)
      const key = twilio.stream(name).primaryKey.flat()
      assert.ok(records.length > 2)
      assert.equal(keysOf(records, key).length, records.length)
    }
  })

  test('calls of today were missing, since "before today" leaves them out', async () => {
    twilio.fake.grow('calls', 1)
    const { records } = await twilio.read('calls', { config: { start_date: '2026-03-01T00:00:00Z' } })
    assert.ok(records.some(({ end_time }) => String(end_time).startsWith('2026-03-01')))
  })

  test('a state older than what Twilio keeps was refused for ever', async () => {
    const { error } = await twilio.read('messages', { state: { date_sent: '2020-01-01T00:00:00Z' } })
    assert.equal(error, null)
  })

  test('recordings were read as far back only as messages are kept', async () => {
    await using old = await startTestTwilio({ accounts: [{}], historyDays: 800, sizes: { recordings: 20 } })
    const { records, error } = await old.read('recordings')
    assert.equal(error, null)
    assert.deepEqual(keysOf(records, ['sid']), keysOf(old.fake.records('recordings'), ['sid']))
    assert.equal(records.length, 20)
  })

  test('every sync told that reading begins where Twilio forgets, though it went on from a cursor', async () => {
    await using old = await startTestTwilio({ accounts: [{}, {}, {}], historyDays: 1500, sizes: { messages: 5 } })
    const told = () => [...old.logged, ...twilio.logged].filter((message) => message.startsWith('messages: Twilio'))
    const { states } = await old.read('messages')
    await old.read('messages', { state: states.at(-1) })
    // These accounts are younger.
    await twilio.read('messages')
    assert.deepEqual(told(), ['messages: Twilio shows nothing older than 2025-01-26T12:00:00Z; reading begins there'])
  })

  test('auth tokens of all accounts were in the records', async () => {
    const tokens = twilio.fake.accounts.map(({ authToken }) => authToken)
    const { records } = await twilio.read('accounts')
    assert.ok(records.every(({ auth_token }) => auth_token === '********'))
    const asked = await twilio.read('accounts', { config: { include_auth_tokens: true } })
    assert.deepEqual(asked.records.map(({ auth_token }) => auth_token).sort(), tokens.sort())
  })

  test('media of all messages were read again at every sync', async () => {
    const { states } = await twilio.read('message_media')
    twilio.fake.clearRequests()
    await twilio.read('message_media', { state: states.at(-1) })
    assert.ok(twilio.asked().every((asked) => !asked.includes('Media.json')))
  })

  test('a list that an account does not have ended the sync', async () => {
    twilio.fake.script({ resource: 'transcriptions', fault: { kind: 'error', status: 404, code: 20404 } })
    const { records, error } = await twilio.read('transcriptions')
    assert.equal(error, null)
    assert.equal(new Set(records.map(({ account_sid }) => account_sid)).size, 1)
    assert.ok(twilio.logged.some((message) => message.includes('skipped')))
  })

  test('a later page that was not there counted as the end of the list', async () => {
    const config = { num_workers: 1, sync_subaccounts: false, slice_step_duration: 'P1Y' }
    for (const name of ['messages', 'transcriptions', 'message_media']) {
      const whole = await twilio.read(name, { config })
      const fault = { kind: 'error', status: 404, code: 20404 } as const
      const restore = twilio.fake.script({ address: /[?&]Page=1/, fault })
      const broken = await twilio.read(name, { config })
      restore()
      assert.ok(broken.error instanceof TransientError, name)
      const rest = await twilio.read(name, { config, state: broken.states.at(-1) })
      assert.equal(rest.error, null)
      assert.deepEqual(keysOf([...broken.records, ...rest.records], ['sid']), keysOf(whole.records, ['sid']))
    }
  })

  test('pages that lead in a circle were read for ever', { timeout: 20_000 }, async () => {
    const path = `/2010-04-01/Accounts/${twilio.fake.accounts[0]?.sid}/Keys.json`
    const circle = [1, 2, 1].map((number) => ({ keys: [{ sid: `SK${number}` }], next_page_uri: `${path}?P=${number}` }))
    for (const [index, page] of circle.entries()) {
      const fault = { kind: 'body', status: 200, contentType: 'application/json', text: JSON.stringify(page) } as const
      const address = index === 0 ? /Keys.json\?PageSize/ : new RegExp(`Keys.json\\?P=${index}$`)
      twilio.fake.script({ address, fault, times: Number.POSITIVE_INFINITY })
    }
    const { error } = await twilio.read('keys', { config: { sync_subaccounts: false }, recordsMax: 1000 })
    assert.match(String(error), /lead back/)
  })

  test("a proxy's 404 was taken for Twilio's: an empty sync looked like a good one", async () => {
    const fault = { kind: 'body', status: 404, contentType: 'text/html', text: '<html>Not here</html>' } as const
    for (const address of [/Messages.json/, /Media.json/]) {
      const restore = twilio.fake.script({ address, fault, times: Number.POSITIVE_INFINITY })
      const { error } = await twilio.read(address.source.startsWith('Media') ? 'message_media' : 'messages')
      restore()
      assert.match(String(error), /answered 404/)
    }
  })
})

describe('more alerts than Twilio shows of a window', () => {
  test('are read all, each once', async () => {
    await using twilio = await startTestTwilio({ accounts: [{}], historyDays: 20, sizes: { alerts: 23_456 } })
    const { records, error } = await twilio.read('alerts', { config: { num_workers: 1 } })
    assert.equal(error, null)
    assert.equal(records.length, 23_456)
    assert.equal(keysOf(records, ['sid']).length, 23_456)
    // No more than the border seconds are asked for twice.
    assert.ok(twilio.asked().length < 23_456 / 1000 + 8)
  })

  test('are a passing failure when one second has too many', async () => {
    await using twilio = await startTestTwilio({ accounts: [{}] })
    const alert = { sid: 'NO1', date_generated: '2026-02-28T00:00:00Z' }
    const page = { alerts: [alert], meta: { next_page_url: `${twilio.fake.url}/monitor/v1/Alerts?Page=1` } }
    const full = { kind: 'body', status: 200, contentType: 'application/json', text: JSON.stringify(page) } as const
    const message = 'Invalid page and pageSize combination, data is limited to 10,000 results'
    const limit = { kind: 'error', status: 400, code: 20006, message } as const
    const times = Number.POSITIVE_INFINITY
    twilio.fake.script({ address: /Alerts\?Page=1$/, fault: limit, times })
    twilio.fake.script({ address: /Alerts/, fault: full, times })
    const { error } = await twilio.read('alerts', { config: { start_date: '2026-02-28T00:00:00Z' } })
    assert.ok(error instanceof TransientError)
  })
})

describe('credentials', () => {
  test('an API key reads its own account, and what it cannot read is told', async () => {
    await using twilio = await startTestTwilio({ accounts: [{}, {}] })
    const { main, standard } = twilio.fake.keys
    const own = { sync_subaccounts: false }
    for (const key of [main, standard]) {
      const config = { ...own, api_key_sid: key.sid, auth_token: key.secret }
      const { records, error } = await twilio.read('messages', { config })
      assert.equal(error, null)
      assert.deepEqual([...new Set(records.map(({ account_sid }) => account_sid))], [twilio.fake.accounts[0]?.sid])
    }
    const asAccount = { ...own, account_sid: main.sid, auth_token: main.secret }
    assert.ok((await twilio.read('messages', { config: asAccount })).records.length > 0)
    const all = await twilio.read('messages', { config: { api_key_sid: main.sid, auth_token: main.secret } })
    assert.ok(all.error instanceof ConfigError)
    assert.match(all.error.message, /sync_subaccounts to false/)
  })

  test('that are wrong are told in words at every stream, not by what Twilio answered', async () => {
    await using twilio = await startTestTwilio()
    for (const name of ['accounts', 'messages', 'step', 'alerts', 'roles']) {
      const { error } = await twilio.read(name, { config: { auth_token: 'wrong' } })
      assert.ok(error instanceof ConfigError, name)
      assert.match(error.message, /^Twilio refuses .* Check the account SID and the auth token\.$/)
    }
  })

  test('subaccounts are left out where they are not asked for', async () => {
    await using twilio = await startTestTwilio({ accounts: [{}, {}] })
    const { records } = await twilio.read('accounts', { config: { sync_subaccounts: false } })
    assert.deepEqual(keysOf(records, ['sid']), [twilio.fake.accounts[0]?.sid])
  })
})
