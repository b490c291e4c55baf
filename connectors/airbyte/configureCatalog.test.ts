import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const LOG = { type: 'LOG', log: { level: 'INFO', message: 'hello' } }
const all = { name: 'all', json_schema: {}, supported_sync_modes: ['full_refresh'] }
const changes = {
  name: 'changes',
  json_schema: {},
  supported_sync_modes: ['full_refresh', 'incremental'],
  default_cursor_field: ['at'],
  source_defined_primary_key: [['id']],
}
const DISCOVERED = [LOG, { type: 'CATALOG', catalog: { streams: [all, changes] } }]

test('every stream is configured in the mode that moves the least data', () => {
  const { status, catalog } = configure([])
  assert.equal(status, 0)
  assert.deepEqual(catalog?.streams, [
    { stream: all, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' },
    {
      stream: changes,
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
      cursor_field: ['at'],
      primary_key: [['id']],
    },
  ])
})

test('streams can be chosen by name', () => {
  const { catalog } = configure(['changes'])
  assert.deepEqual(
    catalog?.streams.map(({ stream }) => stream.name),
    ['changes'],
  )
})

test('a name that is none is told, as is an input without a catalog', () => {
  assert.deepEqual(configure(['chnages']), { status: 1, errors: 'No such stream: chnages\n', catalog: null })
  assert.equal(configure([], [LOG]).status, 1)
})

function configure(names: readonly string[], messages: readonly object[] = DISCOVERED) {
  const input = messages.map((message) => `${JSON.stringify(message)}\n`).join('')
  const program = join(import.meta.dirname, 'configureCatalog.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...names], { input, encoding: 'utf8' })
  const catalog: { streams: { stream: { name: string } }[] } | null = stdout === '' ? null : JSON.parse(stdout)
  return { status, errors: stderr, catalog }
}
