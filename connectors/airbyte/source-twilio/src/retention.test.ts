import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { ConfigError } from '@heliograph/airbyte-protocol/source'
import fc from 'fast-check'
import { isRecord } from './castRecord.ts'
import { DAY_MS } from './slices.ts'
import { keysOf, NOW_MS, startTestTwilio, type TestTwilio } from './testTwilio.ts'

const SIZES = { messages: 400 }
const DAYS = 30

describe('an account that keeps its messages for fewer days than others', () => {
  let long: TestTwilio
  /** Has the same records, but the second account keeps them for a month only. */
  let short: TestTwilio
  before(async () => {
    const same = { historyDays: 300, sizes: SIZES, pageSizeLimit: 20 }
    long = await startTestTwilio({ ...same, accounts: [{}, {}] })
    short = await startTestTwilio({ ...same, accounts: [{}, { messageRetentionDays: DAYS }] })
  })
  after(() => Promise.all([long, short].map((twilio) => twilio[Symbol.asyncDispose]())))
  beforeEach(() => {
    short.fake.clearScript()
    short.fake.clearRequests()
  })

  /** What a sync has to bring: all of the others', and what lies well within the days of this one. */
  function wanted(name: 'messages' | 'message_media'): string[] {
    const sent = [...short.fake.records('messages')].filter(isRecord).filter(({ account_sid, date_sent }) => {
      const sinceMs = account_sid === short.fake.accounts[1]?.sid ? NOW_MS - (DAYS - 2) * DAY_MS : 0
      return date_sent !== null && Date.parse(String(date_sent)) >= sinceMs
    })
    if (name === 'messages') return keysOf(sent, ['sid'])
    const parents = new Set(sent.map(({ sid }) => sid))
    const media = [...short.fake.records(name)].filter((one) => isRecord(one) && parents.has(one.parent_sid))
    return keysOf(media, ['sid'])
  }

  function assertHas(records: readonly unknown[], keys: readonly string[]): void {
    const read = new Set(keysOf(records, ['sid']))
    assert.ok(keys.length > 10)
    assert.deepEqual(
      keys.filter((key) => !read.has(key)),
      [],
    )
  }

  for (const name of ['messages', 'message_media'] as const) {
    for (const slice_step_duration of ['P1D', 'P1M', 'P1Y']) {
      test(`${name} in steps of ${slice_step_duration}: what it still shows is read once, and so are the others'`, async () => {
        short.fake.clearRequests()
        const told = short.logged.length
        const { records, states, error } = await short.read(name, { config: { slice_step_duration } })
        assert.equal(error, null)
        assertHas(records, wanted(name))
        assert.equal(keysOf(records, ['sid']).length, records.length)
        assert.equal(short.logged.slice(told).filter((message) => message.includes('30 days')).length, 1)
        // Each of the workers may meet it once, and no window after that.
        const refused = short.fake.requests().filter(({ status }) => status === 400)
        assert.ok(refused.length >= 1 && refused.length <= 3, `${refused.length} were refused`)

        short.fake.clearRequests()
        assert.equal((await short.read(name, { state: states.at(-1) })).error, null)
        assert.ok(short.fake.requests().every(({ status }) => status === 200))
      })
    }
  }

  test('that it became so while a sync was interrupted loses nothing that is still shown', async () => {
    const rounds = fc.record({
      stopAfterRecords: fc.integer({ min: 1, max: 700 }),
      num_workers: fc.integer({ min: 1, max: 4 }),
      slice_step_duration: fc.constantFrom('P1W', 'P1M', 'P1Y'),
    })
    await fc.assert(
      fc.asyncProperty(rounds, async ({ stopAfterRecords, ...config }) => {
        const first = await long.read('messages', { config, stopAfterRecords })
        const state = first.states.at(-1)
        const second = await short.read('messages', { config, state, stopAfterRecords: 30 })
        const third = await short.read('messages', { config, state: second.states.at(-1) ?? state })
        assert.equal(third.error, null)
        assertHas([...first.records, ...second.records, ...third.records], wanted('messages'))
      }),
      { numRuns: 40 },
    )
  })

  test('is told to choose a later start_date where Twilio does not say how many days', async () => {
    const message = 'Date range specified in query is partially or entirely outside of retention window'
    short.fake.script({ resource: 'messages', fault: { kind: 'error', status: 400, code: 20004, message } })
    const { error } = await short.read('messages', { config: { num_workers: 1 } })
    assert.ok(error instanceof ConfigError)
    assert.match(error.message, /messages of AC\w+ .* start_date/)
  })

  test('is told so, too, where Twilio refuses what lies within the days it named', { timeout: 20_000 }, async () => {
    for (const days of [30, 400]) {
      const message = `Date range specified in query is partially or entirely outside of retention window of ${days} days`
      const fault = { kind: 'error', status: 400, code: 20004, message } as const
      const restore = short.fake.script({ resource: 'messages', fault, times: Number.POSITIVE_INFINITY })
      const { error } = await short.read('messages', { config: { slice_step_duration: 'P1Y' } })
      restore()
      assert.ok(error instanceof ConfigError)
    }
  })
})
