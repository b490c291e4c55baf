import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, test } from 'node:test'

const PROGRAM = join(import.meta.dirname, 'intoSqlite.ts')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'into-sqlite-'))
  await writeFile(join(folder, 'state.json'), '[]')
  const keyed = { name: 'changes', source_defined_primary_key: [['id']] }
  const streams = [
    { stream: keyed, sync_mode: 'incremental', destination_sync_mode: 'append_dedup' },
    { stream: { name: 'all' }, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' },
  ]
  await writeFile(join(folder, 'catalog.json'), JSON.stringify({ streams }))
})
afterEach(() => rm(folder, { recursive: true }))

test('a record takes the place of the one with its key; new fields become columns, lists become JSON', async () => {
  const { exitCode } = await sync([
    ...read('changes', [{ id: 1, name: 'a' }, { id: 2 }, { id: 1, name: 'b', 'more "fields"': [1], is: true }]),
    ...read('all', []),
  ])
  assert.equal(exitCode, 0)
  assert.deepEqual(rows('select * from changes order by id'), [
    { id: 1, name: 'b', 'more "fields"': '[1]', is: 'true' },
    { id: 2, name: null, 'more "fields"': null, is: null },
  ])
})

test('a stream that breaks is kept up to its last state, and so is the state', async () => {
  const { exitCode, errors } = await sync([
    status('changes', 'STARTED'),
    record('changes', { id: 1 }),
    state('changes', { place: 1 }),
    record('changes', { id: 2 }),
    { type: 'TRACE', trace: { type: 'ERROR', error: { message: 'The vendor is away' } } },
    status('changes', 'INCOMPLETE'),
    ...read('all', [{ id: 3 }]),
  ])
  assert.equal(exitCode, 1)
  assert.match(errors, /The vendor is away/)
  assert.deepEqual(rows('select id from changes'), [{ id: 1 }])
  assert.deepEqual(rows('select id from "all"'), [{ id: 3 }])
  assert.deepEqual(await states(), [state('changes', { place: 1 }).state])
})

test('a full refresh takes the place of the one before when it is complete, and not before', async () => {
  await sync([...read('all', [{ id: 1 }, { id: 2 }]), ...read('changes', [])])
  const half = read('all', [{ id: 3 }]).slice(0, -1)
  // The source was killed: neither is said to have ended.
  const { exitCode } = await sync(half)
  assert.equal(exitCode, 1)
  assert.deepEqual(rows('select id from "all"'), [{ id: 1 }, { id: 2 }])
  await sync([...read('all', [{ id: 4 }]), ...read('changes', [])])
  assert.deepEqual(rows('select id from "all"'), [{ id: 4 }])
})

test('states of other streams stay, and those of full refreshes are not kept', async () => {
  const other = state('elsewhere', { place: 9 }).state
  await writeFile(join(folder, 'state.json'), JSON.stringify([other]))
  await sync([...read('all', [{ id: 1 }]), ...read('changes', [{ id: 1 }])])
  assert.deepEqual(await states(), [other, state('changes', { done: true }).state])
})

test('a source that never ran is told by the exit code', async () => {
  const { exitCode, errors } = await sync([])
  assert.equal(exitCode, 1)
  assert.match(errors, /changes: 0 records, not read to the end/)
})

test('a database that stays locked by another sync is told in a line, after a while', async () => {
  await sync(read('changes', [{ id: 1 }]))
  const other = new DatabaseSync(join(folder, 'data.db'))
  try {
    other.exec('begin immediate')
    const startedMs = performance.now()
    const { exitCode, errors } = await sync(read('changes', [{ id: 2 }]))
    assert.equal(exitCode, 1)
    assert.match(errors, /^The database is locked: .*\n$/)
    assert.ok(performance.now() - startedMs > 2_000)
  } finally {
    other.close()
  }
  assert.deepEqual(rows('select id from changes'), [{ id: 1 }])
})

interface Message {
  readonly type: string
  readonly [key: string]: unknown
}

/** What a source writes of a stream that it reads to its end. */
function read(stream: string, data: readonly object[]): Message[] {
  const records = data.map((row) => record(stream, row))
  return [status(stream, 'STARTED'), ...records, state(stream, { done: true }), status(stream, 'COMPLETE')]
}

function record(stream: string, data: object): Message {
  return { type: 'RECORD', record: { stream, data, emitted_at: 0 } }
}

function state(name: string, stream_state: object): Message {
  return { type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: { name }, stream_state } } }
}

function status(name: string, status: string): Message {
  const stream_status = { stream_descriptor: { name }, status }
  return { type: 'TRACE', trace: { type: 'STREAM_STATUS', stream_status, emitted_at: 0 } }
}

async function sync(messages: readonly Message[]): Promise<{ exitCode: number | null; errors: string }> {
  const files = ['--catalog', join(folder, 'catalog.json'), '--state', join(folder, 'state.json')]
  const child = spawn(process.execPath, [PROGRAM, ...files, join(folder, 'data.db')], { timeout: 30_000 })
  const ended = new Promise<number | null>((end) => child.once('close', end))
  child.stdin.end(messages.map((message) => `${JSON.stringify(message)}\n`).join(''))
  return { errors: await text(child.stderr), exitCode: await ended }
}

function rows(sql: string): unknown[] {
  const database = new DatabaseSync(join(folder, 'data.db'))
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }))
  } finally {
    database.close()
  }
}

async function states(): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, 'state.json'), 'utf8'))
}
