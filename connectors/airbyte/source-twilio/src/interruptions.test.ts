import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { isRecord } from './castRecord.ts'
import { streamTable } from './streams/streamTable.ts'
import { keysOf, NOW_MS, type Outcome, startTestTwilio, type TestTwilio } from './testTwilio.ts'

/** One of each kind: windows, children of windows, daily, split windows, lists of accounts, children of lists. */
const NAMES = ['messages', 'message_media', 'calls', 'usage_records', 'alerts', 'transcriptions', 'step', 'roles']

describe('a sync that is interrupted', () => {
  let twilio: TestTwilio
  before(async () => {
    twilio = await startTestTwilio({
      accounts: [{}, {}, {}],
      historyDays: 25,
      sizes: { messages: 60, calls: 30, alerts: 40, transcriptions: 25, flows: 2, executions: 5, services: 4 },
      pageSizeLimit: 7,
    })
  })
  after(() => twilio[Symbol.asyncDispose]())

  for (const name of NAMES) {
    const key = streamTable.find((declaration) => declaration.name === name)?.primaryKey ?? []

    test(`${name}: any interruptions, and every record has come at least once`, async () => {
      const config = { slice_step_duration: 'P1W' }
      const whole = keysOf((await twilio.read(name, { config })).records, key)
      assert.ok(whole.length > 10)
      const counts = fc.array(fc.integer({ min: 1, max: whole.length }), { minLength: 1, maxLength: 4 })
      const kinds = fc.constantFrom('killed', 'stopped', 'broken')
      await fc.assert(
        fc.asyncProperty(counts, kinds, fc.integer({ min: 1, max: 5 }), async (parts, kind, num_workers) => {
          const records: unknown[] = []
          let state: unknown = null
          const keep = (outcome: Outcome) => {
            records.push(...outcome.records)
            state = JSON.parse(JSON.stringify(outcome.states.at(-1) ?? state))
          }
          for (const count of parts) {
            const request = { config: { ...config, num_workers }, state }
            if (kind === 'killed') keep(await twilio.read(name, { ...request, recordsMax: count }))
            if (kind === 'stopped') keep(await twilio.read(name, { ...request, stopAfterRecords: count }))
            if (kind === 'broken') {
              const fault = { kind: 'error', status: 403, code: 20003 } as const
              const restore = twilio.fake.script({ fault, after: count % 11, times: Number.POSITIVE_INFINITY })
              keep(await twilio.read(name, request))
              restore()
            }
          }
          const last = await twilio.read(name, { config, state })
          assert.equal(last.error, null)
          keep(last)
          assert.deepEqual(keysOf(records, key), whole)
        }),
        { numRuns: 15 },
      )
    })
  }

  for (const name of ['messages', 'recordings', 'alerts'] as const) {
    test(`${name}: records that come while syncs are interrupted are not lost, however wrong the clock is`, async () => {
      const key = streamTable.find((declaration) => declaration.name === name)?.primaryKey ?? []
      const config = { slice_step_duration: 'P1D', num_workers: 3 }
      const seconds = fc.integer({ min: 1, max: 200 })
      const rounds = fc.array(fc.record({ seconds, stopAfterRecords: fc.integer({ min: 1, max: 40 }) }), {
        maxLength: 4,
      })
      const aheadMinutes = fc.integer({ min: -5, max: 90 })
      await fc.assert(
        fc.asyncProperty(rounds, aheadMinutes, async (parts, minutesAhead) => {
          let nowMs = NOW_MS
          const clock = { now: () => nowMs, after: () => () => {} }
          const accounts = name === 'alerts' ? [{}] : [{}, {}]
          await using growing = await startTestTwilio({ clock, accounts, historyDays: 3, sizes: { [name]: 30 } })
          const records: unknown[] = []
          let state: unknown = null
          for (const { seconds, stopAfterRecords } of [...parts, { seconds: 600, stopAfterRecords: Infinity }]) {
            const atMs = nowMs + minutesAhead * 60_000
            const outcome = await growing.read(name, { config, state, stopAfterRecords, atMs })
            records.push(...outcome.records)
            state = JSON.parse(JSON.stringify(outcome.states.at(-1) ?? state))
            nowMs += seconds * 1000
            for (const account of accounts.keys()) growing.fake.grow(name, 5, account)
          }
          const last = await growing.read(name, { config, state, atMs: nowMs + 3_600_000 })
          assert.equal(last.error, null)
          const expected = [...growing.fake.records(name)].filter(
            (record) => isRecord(record) && record.date_sent !== null,
          )
          assert.deepEqual(keysOf([...records, ...last.records], key), keysOf(expected, key))
        }),
        { numRuns: 20 },
      )
    })
  }

  test('nothing that was covered by a state is read again when the sync goes on', async () => {
    const config = { num_workers: 1 }
    const first = await twilio.read('messages', { config, stopAfterRecords: 30 })
    const second = await twilio.read('messages', { config, state: first.states.at(-1) })
    const whole = await twilio.read('messages', { config })
    assert.equal(first.records.length + second.records.length, whole.records.length)
  })

  test('a page token that Twilio no longer knows costs reading the window again, no record', async () => {
    const config = { num_workers: 1 }
    const first = await twilio.read('messages', { config, stopAfterRecords: 15 })
    const state = JSON.parse(JSON.stringify(first.states.at(-1)).replaceAll('PageToken=', 'PageToken=gone'))
    const second = await twilio.read('messages', { config, state })
    assert.equal(second.error, null)
    const whole = await twilio.read('messages', { config })
    assert.deepEqual(keysOf([...first.records, ...second.records], ['sid']), keysOf(whole.records, ['sid']))
  })

  test('with a lookback as long as the history, syncs that break off still get to the end', async () => {
    const config = { num_workers: 2, lookback_window: 25 * 24 * 60 }
    const done = await twilio.read('messages', { config })
    let state = done.states.at(-1)
    let syncs = 0
    for (let error: unknown = 'not begun'; error !== null; syncs += 1) {
      assert.ok(syncs < 40, 'no sync came to the end')
      const outcome = await twilio.read('messages', { config, state, stopAfterRecords: 20, atMs: NOW_MS })
      state = outcome.states.at(-1) ?? state
      error = outcome.records.length < 20 ? outcome.error : 'stopped'
    }
    assert.ok(syncs > 3)
  })
})
