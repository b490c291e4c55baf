import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Clock, systemClock } from '@heliograph/airbyte-protocol/clock'
import { catalogOf, errorsOf, recordsOf, runForTest, statesOf } from '@heliograph/airbyte-protocol/runForTest'
import { tyntecSmsSource } from './source.ts'
import { type Answer, startTestVendor } from './testVendor.ts'

// A list of messages as docs/api/own.md describes it; the whole server is asked in server/test/journeys.

describe('messages in the order of change', () => {
  test('are asked for from the beginning, then after the cursor of the state, up to a page that is not full', async () => {
    const list = changesOf(1_200)
    const first = await read(list.answerTo, { mode: 'incremental' })
    assert.deepEqual(first.requests, [
      '/api/v1/messages?updatedSince=1970-01-01T00%3A00%3A00Z&limit=500',
      `/api/v1/messages?updatedSince=${time(499)}&cursor=500&limit=500`,
      `/api/v1/messages?updatedSince=${time(999)}&cursor=1000&limit=500`,
    ])
    assert.deepEqual(first.ids, range(0, 1_200))
    assert.deepEqual(first.states.at(-1), { cursor: '1200', updatedDate: new Date(1_199_000).toISOString() })

    list.add(3)
    const second = await read(list.answerTo, { mode: 'incremental', state: first.states.at(-1) })
    assert.deepEqual(second.ids, range(1_200, 1_203))
  })

  test('go on from any state that was written: nothing is left out, nothing behind it comes again', async () => {
    const { answerTo } = changesOf(1_700)
    const { states } = await read(answerTo, { mode: 'incremental' })
    assert.equal(states.length, 4)
    for (const [index, state] of states.entries()) {
      const { ids } = await read(answerTo, { mode: 'incremental', state })
      assert.deepEqual(ids, range(Math.min((index + 1) * 500, 1_700), 1_700))
    }
  })

  test('with nothing new are no records, one state, and the same one', async () => {
    const { answerTo } = changesOf(10)
    const { states } = await read(answerTo, { mode: 'incremental' })
    const again = await read(answerTo, { mode: 'incremental', state: states.at(-1) })
    assert.deepEqual([again.ids, again.states], [[], states])
  })

  test('are followed up to the moment the read began, however fast they change', async () => {
    const list = changesOf(500, { from: Date.now() })
    const answerTo = (url: URL) => {
      list.add(500)
      return list.answerTo(url)
    }
    const { ids, exitCode } = await read(answerTo, { mode: 'incremental' })
    assert.equal(exitCode, 0)
    assert.deepEqual(ids, range(0, 500))
  })

  test('come again where they changed in the last minute, with what was committed late', async () => {
    const list = changesOf(100, { from: Date.now() - 99_000 })
    const first = await read(list.answerTo, { mode: 'incremental' })
    list.addLate(100, Date.now() - 30_000)
    const second = await read(list.answerTo, { mode: 'incremental', state: first.states.at(-1) })
    assert.ok(second.ids.includes(100))
    assert.ok(second.ids.length > 55 && second.ids.length < 70, `${second.ids.length} came`)
  })

  test('come again, too, after a read that broke off, and whatever time it is here', async () => {
    const list = changesOf(900, { from: Date.now() - 50_000, everyMs: 50 })
    let pages = 0
    const breaking = (url: URL) => (pages++ === 0 ? list.answerTo(url) : { status: 400, body: {} })
    const aheadMs = 10 * 60_000
    const first = await read(breaking, { mode: 'incremental' }, { now: () => Date.now() + aheadMs })
    assert.equal(first.exitCode, 1)
    list.addLate(900, Date.now() - 45_000)
    const second = await read(list.answerTo, { mode: 'incremental', state: first.states.at(-1) })
    assert.deepEqual(
      second.ids.toSorted((one, other) => one - other),
      range(0, 901),
    )
  })

  test('go on from the last change where the server has lost its cursor', async () => {
    const { answerTo } = changesOf(700)
    const state = { cursor: 'of another server', updatedDate: new Date(650_000).toISOString() }
    const { ids } = await read(answerTo, { mode: 'incremental', state })
    assert.deepEqual(ids, range(650, 700))
  })

  test('start at the start date', async () => {
    const { requests } = await read(changesOf(1).answerTo, { mode: 'incremental', start_date: '1970-01-01T00:10:00Z' })
    const date = '1970-01-01T00%3A10%3A00Z'
    assert.deepEqual(requests, [`/api/v1/messages?updatedSince=${date}&acceptedSince=${date}&limit=500`])
  })

  for (const state of [{ cursor: 5 }, { updatedDate: true }, { updatedDate: 'yesterday' }]) {
    test(`cannot go on from ${JSON.stringify(state)}, which is the user's to mend`, async () => {
      const { errors, exitCode } = await read(changesOf(1).answerTo, { mode: 'incremental', state })
      assert.deepEqual([errors[0]?.failureType, exitCode], ['config_error', 1])
    })
  }

  test('start anew from the state of the published connector', async () => {
    const { ids } = await read(changesOf(2).answerTo, {
      mode: 'incremental',
      state: { __ab_no_cursor_state_message: true },
    })
    assert.deepEqual(ids, range(0, 2))
  })
})

describe('all messages', () => {
  test('are read page by page until the list ends, once each', async () => {
    const { ids, requests } = await read(changesOf(1_200).answerTo, { mode: 'full_refresh' })
    assert.deepEqual(ids, range(0, 1_200).toReversed())
    assert.equal(requests.length, 3)
  })

  test('are gone on with where a full refresh broke off', async () => {
    const { answerTo } = changesOf(1_700)
    const { states } = await read(answerTo, { mode: 'full_refresh' })
    for (const [index, state] of states.slice(0, -1).entries()) {
      const { ids } = await read(answerTo, { mode: 'full_refresh', state })
      assert.deepEqual(ids, range(0, 1_700 - (index + 1) * 500).toReversed())
    }
  })

  test('are read anew where the server has lost its cursor', async () => {
    const state = { full_refresh: { complete: false, sync_id: null, position: { cursor: 'of another server' } } }
    const { ids } = await read(changesOf(3).answerTo, { mode: 'full_refresh', state })
    assert.deepEqual(ids, [2, 1, 0])
  })
})

for (const [what, body] of [
  ['no page', { error: 'none' }],
  ['messages that are none', { messages: [1], next: null }],
  ['a cursor that is none', { messages: [], next: 5 }],
] as const) {
  test(`${what} is a fault, and no state takes the place of the one before`, async () => {
    const state = { cursor: '1', updatedDate: new Date(0).toISOString() }
    const { errors, states } = await read(() => ({ body }), { mode: 'incremental', state })
    assert.equal(errors[0]?.failureType, 'system_error')
    assert.deepEqual(states, [])
  })
}

test('a list that leads to itself is left', async () => {
  const messages = range(0, 500).map((n) => messageOf(n, n))
  const { errors } = await read(() => ({ body: { messages, next: 'here' } }), { mode: 'incremental' })
  assert.match(String(errors[0]?.message), /leads to itself/)
})

/** Messages that change one after the other; those to come change later. A cursor is how many are behind it. */
function changesOf(count: number, { from = 0, everyMs = 1_000 } = {}) {
  const messages = range(0, count).map((n) => messageOf(n, from + n * everyMs))
  return {
    add(more: number) {
      messages.push(...range(messages.length, messages.length + more).map((n) => messageOf(n, from + n * everyMs)))
    },
    addLate(n: number, atMs: number) {
      const place = messages.findIndex(({ updatedDate }) => Date.parse(updatedDate) > atMs)
      messages.splice(place, 0, messageOf(n, atMs))
    },
    answerTo({ searchParams }: URL): Answer {
      const limit = Number(searchParams.get('limit'))
      const cursor = searchParams.get('cursor')
      if (cursor !== null && !/^\d+$/.test(cursor)) return { status: 400, body: { status: 400 } }
      const since = searchParams.get('updatedSince')
      if (since === null) {
        const page = messages
          .toReversed()
          .slice(Number(cursor ?? 0))
          .slice(0, limit)
        const place = Number(cursor ?? 0) + page.length
        return { body: { messages: page, next: place < messages.length ? String(place) : null } }
      }
      const behind = messages.filter(({ updatedDate }) => Date.parse(updatedDate) < Date.parse(since)).length
      const place = Number(cursor ?? behind)
      const page = messages.slice(place, place + limit)
      const listedUpTo = new Date().toISOString()
      return { body: { messages: page, next: String(place + page.length), listedUpTo } }
    },
  }
}

function messageOf(n: number, changedMs: number) {
  return { requestId: String(n), status: 'DELIVERED', updatedDate: new Date(changedMs).toISOString() }
}

function time(n: number): string {
  return encodeURIComponent(new Date(n * 1_000).toISOString())
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, n) => start + n)
}

interface Options {
  readonly mode: 'full_refresh' | 'incremental'
  readonly state?: unknown
  readonly start_date?: string
}

async function read(
  answerTo: (url: URL) => Answer,
  { mode, state, ...config }: Options,
  clock: Pick<Clock, 'now'> = systemClock,
) {
  const vendor = await startTestVendor(answerTo)
  try {
    const files = {
      config: { api_key: 'the-key-of-these-tests', base_url: vendor.url, ...config },
      catalog: catalogOf({ messages: mode }),
      ...(state === undefined
        ? {}
        : { state: [{ type: 'STREAM', stream: { stream_descriptor: { name: 'messages' }, stream_state: state } }] }),
    }
    const world = { clock: { ...systemClock, ...clock } }
    const { messages, exitCode } = await runForTest(tyntecSmsSource, 'read', files, world)
    return {
      ids: recordsOf(messages, 'messages').map(({ requestId }) => Number(requestId)),
      states: statesOf(messages, 'messages'),
      errors: errorsOf(messages),
      requests: vendor.requests,
      exitCode,
    }
  } finally {
    await vendor.close()
  }
}
