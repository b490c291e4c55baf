import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigError } from '@heliograph/airbyte-protocol/source'
import { isoSecond } from './isoTime.ts'
import { noState, readState, type StreamState, stateJson } from './state.ts'

const at = (text: string) => Date.parse(text)

/** What a state says, short enough to compare. */
function cursors(state: StreamState): Record<string, string | null> {
  const time = (timeMs: number | null) => (timeMs === null ? null : isoSecond(timeMs))
  const own = state.partitions.map(({ partition, cursorMs }) => [partition.account_sid ?? '', time(cursorMs)])
  return { ...Object.fromEntries(own), ...(state.fallbackMs === null ? {} : { others: time(state.fallbackMs) }) }
}

test('a state says the same after it was written and read', () => {
  const state: StreamState = {
    isUnfinished: true,
    fallbackMs: at('2022-01-01T00:00:00Z'),
    partitions: [
      {
        partition: { account_sid: 'AC1' },
        cursorMs: at('2022-02-01T00:00:00Z'),
        isBegun: true,
        ahead: [
          {
            fromMs: at('2022-03-01T00:00:00Z'),
            untilMs: at('2022-04-01T00:00:00Z'),
            position: { kind: 'page', page: '/2010-04-01/Accounts/AC1/Messages.json?Page=4' },
          },
          { fromMs: at('2022-04-01T00:00:00Z'), untilMs: at('2022-05-01T00:00:00Z'), position: { kind: 'end' } },
        ],
        position: { kind: 'start' },
      },
      { partition: { flow_sid: 'FW1' }, cursorMs: null, isBegun: true, ahead: [], position: { kind: 'end' } },
    ],
  }
  const written: unknown = JSON.parse(JSON.stringify(stateJson(state, 'date_sent')))
  assert.deepEqual(readState(written, 'date_sent'), state)
  assert.deepEqual(readState(null, 'date_sent'), noState)
})

describe('states of the published connector', () => {
  test('one cursor for all accounts', () => {
    const state = readState({ date_sent: '2022-11-15T02:28:40Z' }, 'date_sent')
    assert.deepEqual(cursors(state), { others: '2022-11-15T02:28:40Z' })
  })

  test('a cursor for each account, named by a path', () => {
    const states = ['AC1', 'AC2'].map((sid, index) => ({
      partition: { subresource_uri: `/2010-04-01/Accounts/${sid}/Messages.json`, parent_slice: {} },
      cursor: { date_sent: `2022-11-1${index} 02:28:40Z` },
    }))
    const read = readState({ states, use_global_cursor: false, lookback_window: 0 }, 'date_sent')
    assert.deepEqual(cursors(read), { AC1: '2022-11-10T02:28:40Z', AC2: '2022-11-11T02:28:40Z' })
  })

  test('usage by account and the day it was made', () => {
    const partition = { account_sid: 'AC1', date_created: '2020-01-01T00:00:00Z' }
    const states = [{ partition, cursor: { start_date: '2022-11-15' } }]
    assert.deepEqual(cursors(readState({ states }, 'start_date')), { AC1: '2022-11-15T00:00:00Z' })
  })

  test('conferences by status: the earliest counts', () => {
    const states = ['init', 'in-progress', 'completed'].map((status, index) => ({
      partition: { subresource_uri: '/2010-04-01/Accounts/AC1/Conferences.json', status },
      cursor: { date_created: `2022-11-1${3 - index}` },
    }))
    assert.deepEqual(cursors(readState({ states }, 'date_created')), { AC1: '2022-11-11T00:00:00Z' })
  })

  test('media by message: the time for all counts, or else the earliest', () => {
    const states = ['MM1', 'MM2'].map((sid, index) => ({
      partition: {
        subresource_uri: `/2010-04-01/Accounts/AC1/Messages/${sid}/Media.json`,
        parent_slice: { subresource_uri: '/2010-04-01/Accounts/AC1/Messages.json', parent_slice: {} },
      },
      cursor: { date_created: `2022-11-1${index}` },
    }))
    assert.deepEqual(cursors(readState({ states }, 'date_created')), { AC1: '2022-11-10T00:00:00Z' })
    const global = { states, state: { date_created: '2022-11-09' }, lookback_window: 3600 }
    assert.deepEqual(cursors(readState(global, 'date_created')), { others: '2022-11-08T23:00:00Z' })
  })

  test('a cursor that is null is none', () => {
    assert.deepEqual(cursors(readState({ date_sent: null }, 'date_sent')), {})
    const states = [{ partition: { account_sid: 'AC1' }, cursor: { date_sent: null } }]
    assert.deepEqual(cursors(readState({ states }, 'date_sent')), {})
  })
})

test('a state that cannot be understood is told to the user', () => {
  for (const state of ['text', [], { date_sent: 5 }, { date_sent: 'yesterday' }, { version: 'heliograph-1' }]) {
    assert.throws(() => readState(state, 'date_sent'), ConfigError)
  }
})

test('a page in a state is a path and never leads to another host', () => {
  for (const next_page of ['https://evil.example/', '//evil.example/', 5]) {
    const state = readState({ version: 'heliograph-1', states: [{ partition: {}, next_page }] }, null)
    assert.deepEqual(state.partitions[0]?.position, { kind: 'start' })
  }
})
