import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { exampleSource } from './exampleSource.ts'
import { catalogOf, errorsOf, type Message, recordsOf, runForTest, statesOf, statusesOf } from './runForTest.ts'
import type { Source, SourceStream } from './source.ts'
import { steppingClock } from './steppingClock.ts'
import { Stopped } from './stopped.ts'

const config = { key: 'sesame-key', count: 250 }
const read = (files: object, world = {}) => runForTest(exampleSource, 'read', { config, ...files }, world)

/** STATE messages' counts, which JSON.parse shows without their decimal point. */
function countsOf(messages: readonly Message[]): readonly number[] {
  return messages.filter(({ type }) => type === 'STATE').map(({ state }) => state.sourceStats.recordCount)
}

test('spec shows the specification, and needs no files', async () => {
  const { exitCode, messages } = await runForTest(exampleSource, 'spec')
  assert.equal(exitCode, 0)
  assert.deepEqual(messages[0]?.spec.connectionSpecification, exampleSource.specification.connectionSpecification)
})

test('discover shows every stream with its modes, cursor and key', async () => {
  const { exitCode, messages } = await runForTest(exampleSource, 'discover', { config })
  assert.equal(exitCode, 0)
  const [numbers, , , , empty] = messages.flatMap(({ catalog }) => catalog.streams)
  assert.deepEqual(numbers.supported_sync_modes, ['full_refresh', 'incremental'])
  assert.deepEqual(numbers.default_cursor_field, ['number'])
  assert.deepEqual(numbers.source_defined_primary_key, [['number']])
  assert.equal(numbers.is_resumable, true)
  assert.deepEqual(empty.supported_sync_modes, ['full_refresh'])
  assert.equal('default_cursor_field' in empty || 'source_defined_primary_key' in empty, false)
})

test('check answers SUCCEEDED, or FAILED with the reason but not the secret, and is no failure itself', async () => {
  const good = await runForTest(exampleSource, 'check', { config })
  assert.deepEqual(good.messages, [{ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }])
  for (const [wrong, message] of [
    [{ key: 'wrong-key', count: 1 }, 'The key **** is wrong'],
    [{ key: 'wrong-key' }, '"count" must be a number'],
    [[], 'The config must be an object'],
  ] as const) {
    const { exitCode, messages } = await runForTest(exampleSource, 'check', { config: wrong })
    assert.equal(exitCode, 0)
    assert.deepEqual(messages[0]?.connectionStatus, { status: 'FAILED', message })
  }
})

test('an incremental read writes its statuses, every record, and states that count them', async () => {
  const { exitCode, messages, text } = await read({ catalog: catalogOf({ numbers: 'incremental' }) })
  assert.equal(exitCode, 0)
  assert.deepEqual(statusesOf(messages, 'numbers'), ['STARTED', 'RUNNING', 'COMPLETE'])
  assert.equal(recordsOf(messages, 'numbers').length, 250)
  assert.deepEqual(statesOf(messages, 'numbers'), [{ number: 100 }, { number: 200 }, { number: 250 }])
  assert.deepEqual(countsOf(messages), [100, 100, 50])
  assert.equal(text.match(/"recordCount":\d+\.0\}/g)?.length, 3, 'counts have a decimal point')
  const order = messages.map(({ type, trace }) => trace?.stream_status?.status ?? type)
  assert.deepEqual(order.slice(0, 3), ['STARTED', 'RUNNING', 'RECORD'])
  assert.deepEqual(order.slice(-3), ['STATE', 'COMPLETE', 'LOG'])
})

test('a read goes on from its state, and says so again when nothing is new', async () => {
  const catalog = catalogOf({ numbers: 'incremental' })
  const state = (number: number) => [
    { type: 'STREAM', stream: { stream_descriptor: { name: 'numbers' }, stream_state: { number } } },
  ]
  const some = await read({ catalog, state: state(248) })
  assert.deepEqual(
    recordsOf(some.messages, 'numbers').map(({ number }) => number),
    [249, 250],
  )
  const none = await read({ catalog, state: state(250) })
  assert.deepEqual(statusesOf(none.messages, 'numbers'), ['STARTED', 'COMPLETE'])
  assert.deepEqual(statesOf(none.messages, 'numbers'), [{ number: 250 }])
})

test('every stream gets a last state, full refresh and empty ones included', async () => {
  const catalog = catalogOf({ numbers: 'full_refresh', empty: 'full_refresh' }, 12)
  const { exitCode, messages } = await read({ catalog })
  assert.equal(exitCode, 0)
  assert.deepEqual(statesOf(messages, 'numbers').at(-1), { full_refresh: { complete: true, sync_id: 12 } })
  assert.deepEqual(statesOf(messages, 'empty'), [{ full_refresh: { complete: true, sync_id: 12 } }])
  assert.deepEqual(statusesOf(messages, 'empty'), ['STARTED', 'COMPLETE'])
})

test('two equal states never follow each other, and no record is left uncounted', async () => {
  const { messages } = await read({ catalog: catalogOf({ stuck: 'incremental' }) })
  const states = statesOf(messages, 'stuck').map((state) => JSON.stringify(state))
  assert.ok(states.every((state, index) => state !== states[index - 1]))
  assert.deepEqual(countsOf(messages), [1, 2])
})

test('a broken stream fails itself, not the others, and the exit code tells', async () => {
  const catalog = catalogOf({
    broken: 'incremental',
    nowhere: 'incremental',
    empty: 'incremental',
    numbers: 'incremental',
  })
  const { exitCode, messages, text } = await read({ catalog })
  assert.equal(exitCode, 1)
  assert.deepEqual(statusesOf(messages, 'broken'), ['STARTED', 'RUNNING', 'INCOMPLETE'])
  assert.deepEqual(statesOf(messages, 'broken'), [{ number: 1 }], 'what was covered stays covered, the rest does not')
  assert.deepEqual(statusesOf(messages, 'nowhere'), ['STARTED', 'INCOMPLETE'])
  assert.equal(statusesOf(messages, 'numbers').at(-1), 'COMPLETE')
  assert.deepEqual(
    errorsOf(messages).map(({ stream, failureType }) => [stream, failureType]),
    [
      ['broken', 'system_error'],
      ['nowhere', 'config_error'],
      ['empty', 'config_error'],
    ],
  )
  assert.ok(!text.includes('sesame-key'), 'messages, causes and stacks are masked')
  assert.match(errorsOf(messages)[0]?.message ?? '', /^The answer to \*\*\*\* made no sense$/)
})

test('what the user got wrong is a config error that says what, and exit code 1', async () => {
  const catalog = catalogOf({ numbers: 'incremental' })
  for (const [command, files, said] of [
    ['', {}, /No command|is no command/],
    ['write', { config }, /"write" is no command/],
    ['read', { config }, /needs --catalog/],
    ['discover', {}, /needs --config/],
    ['read', { config, catalog, unknown: 1 }, /Unknown option '--unknown'/],
    ['check', { config: '{' }, /config file .* is not JSON/],
    ['read', { config: { key: 'k' }, catalog }, /"count" must be a number/],
    ['read', { config, catalog: '' }, /The catalog must be an object/],
    ['read', { config, catalog: '[{]' }, /catalog file .* is not JSON/],
    ['read', { config, catalog, state: 'nonsense' }, /state file .* is not JSON/],
    ['read', { config, catalog, state: [1] }, /state's entry 0/],
  ] as const) {
    const { exitCode, messages } = await runForTest(exampleSource, command, files)
    assert.equal(exitCode, 1)
    assert.equal(messages.length, 1)
    const [error] = errorsOf(messages)
    assert.equal(error?.failureType, 'config_error')
    assert.match(error?.message ?? '', said)
  }
})

test('after a signal the stream stops at its next state, the others do not begin', async () => {
  const controller = new AbortController()
  const source = {
    ...exampleSource,
    streams: () => exampleSource.streams({ key: '', count: 1_000, url: null }).map((s) => aborting(s, controller)),
  }
  const catalog = catalogOf({ numbers: 'incremental', stuck: 'incremental' })
  const world = { signal: controller.signal }
  const { exitCode, messages } = await runForTest(source, 'read', { config, catalog }, world)
  assert.equal(exitCode, 143)
  assert.deepEqual(statesOf(messages, 'numbers').at(-1), { number: 200 })
  assert.equal(recordsOf(messages, 'numbers').length, 200)
  assert.deepEqual(statusesOf(messages, 'numbers'), ['STARTED', 'RUNNING', 'INCOMPLETE'])
  assert.deepEqual(statusesOf(messages, 'stuck'), ['STARTED', 'INCOMPLETE'])
  assert.deepEqual(errorsOf(messages), [])
})

/** The stream, with SIGTERM coming at its 150th record. */
function aborting(stream: SourceStream, controller: AbortController): SourceStream {
  return {
    ...stream,
    async *read(request, context) {
      let records = 0
      for await (const message of stream.read(request, context)) {
        if (++records === 150) controller.abort(new Stopped('SIGTERM'))
        yield message
      }
    },
  }
}

test('a stream that hangs after a signal is given up', async () => {
  const controller = new AbortController()
  const hanging: SourceStream = {
    name: 'numbers',
    jsonSchema: {},
    primaryKey: [],
    cursorField: 'number',
    isResumable: true,
    async *read() {
      yield { kind: 'record', data: { number: 1 } }
      controller.abort(new Stopped('SIGINT'))
      await new Promise(() => {})
    },
  }
  const source = { ...exampleSource, streams: () => [hanging] }
  const files = { config, catalog: catalogOf({ numbers: 'incremental' }) }
  const clock = steppingClock()
  const { exitCode, messages } = await runForTest(source, 'read', files, { signal: controller.signal, clock })
  assert.equal(exitCode, 130)
  assert.deepEqual(clock.waits, [7_000])
  assert.deepEqual(statusesOf(messages, 'numbers'), ['STARTED', 'RUNNING', 'INCOMPLETE'])
})

test('a sync interrupted anywhere and resumed from its last state misses no record', async () => {
  const catalog = catalogOf({ numbers: 'incremental' })
  const { text } = await read({ catalog })
  const lines = text.split('\n')
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: lines.length - 1 }), async (cut) => {
      const messages = lines.slice(0, cut).map((line): Message => JSON.parse(line))
      const state = messages.filter(({ type }) => type === 'STATE').at(-1)
      const resumed = await read({ catalog, ...(state === undefined ? {} : { state: [state] }) })
      const seen = [...messages, ...resumed.messages].flatMap(({ record }) => (record ? [record.data.number] : []))
      assert.equal(new Set(seen).size, 250)
    }),
    { numRuns: 25 },
  )
})

test('what a broken stream still asks for ends with it and does not hold up the next one', async (t) => {
  const server = createServer((_request, response) => {
    response.writeHead(503, { 'retry-after': '300' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  const leftBehind: unknown[] = []
  const leaving: Source<unknown> = {
    ...exampleSource,
    readConfig: () => null,
    check: async () => {},
    streams: () => [
      streamOf('leaving', async function* (_request, { http }) {
        const url = `http://127.0.0.1:${port}/`
        const asked = http.getJson(url)
        asked.catch((error) => leftBehind.push(error))
        await once(server, 'request')
        throw new Error('broken')
      }),
      streamOf('next', async function* () {
        while (leftBehind.length === 0) await new Promise(setImmediate)
        yield { kind: 'state', state: {} }
      }),
    ],
    httpLimits: () => ({ workers: 1 }),
  }
  const catalog = catalogOf({ leaving: 'full_refresh', next: 'full_refresh' })
  const { messages } = await runForTest(leaving, 'read', { config: {}, catalog })
  assert.deepEqual(statusesOf(messages, 'leaving'), ['STARTED', 'INCOMPLETE'])
  assert.deepEqual(statusesOf(messages, 'next'), ['STARTED', 'COMPLETE'])
  assert.match(String(leftBehind), /"leaving" has ended/)
})

function streamOf(name: string, read: SourceStream['read']): SourceStream {
  return { name, jsonSchema: {}, primaryKey: [], cursorField: null, isResumable: false, read }
}
