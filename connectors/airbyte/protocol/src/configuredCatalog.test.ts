import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfiguredCatalog } from './configuredCatalog.ts'
import { ConfigError } from './source.ts'

test('names, modes and the number of the sync are read, unknown properties left alone', () => {
  const catalog = {
    more: true,
    streams: [
      { stream: { name: 'calls', json_schema: {}, more: 1 }, sync_mode: 'incremental', sync_id: 7, generation_id: 3 },
      { stream: { name: 'keys' }, sync_mode: 'full_refresh', destination_sync_mode: 'a later one' },
      { stream: { name: 'queues' } },
    ],
  }
  assert.deepEqual(readConfiguredCatalog(catalog), [
    { name: 'calls', syncMode: 'incremental', syncId: 7 },
    { name: 'keys', syncMode: 'full_refresh', syncId: null },
    { name: 'queues', syncMode: 'full_refresh', syncId: null },
  ])
})

test('every fault of a catalog is named at once', () => {
  const streams = [
    3,
    { name: 'calls', json_schema: {} },
    {},
    { stream: {} },
    { stream: { name: 'keys' }, sync_mode: 'often' },
    { stream: { name: 'queues' } },
    { stream: { name: 'queues' } },
  ]
  const faults = [
    /\[0\] is not/,
    /\[1\] .*discover/,
    /\[2\] has no/,
    /\[3\] .*name/,
    /\[4\] .*"keys"/,
    /"queues" is there/,
  ]
  assert.throws(
    () => readConfiguredCatalog({ streams }),
    (error) => error instanceof ConfigError && faults.every((fault) => fault.test(error.message)),
  )
})

test('what is no catalog is a config error', () => {
  for (const json of [null, [], 'text', {}, { streams: {} }]) {
    assert.throws(() => readConfiguredCatalog(json), ConfigError)
  }
})
