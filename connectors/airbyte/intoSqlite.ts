import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { parseArgs } from 'node:util'

/**
 * A small destination: takes what a source's `read` writes and keeps it in an SQLite file, a table a stream and a column
 * a field. `node … read … | node connectors/airbyte/intoSqlite.ts --catalog catalog.json --state state.json data.db`
 *
 * Incremental streams are kept up to their last state, which then goes to the state file; a full refresh takes the place
 * of what was there once it is complete (destination_sync_mode "overwrite"), or comes behind it. Sources here read one
 * stream after the other, so a transaction belongs to one stream. Exits with 1 where a stream was not read to its end,
 * or where another program writes to the file.
 */
async function main(): Promise<void> {
  const { catalogPath, statePath, databasePath } = readArguments()
  const { streams } = readJson<{ streams: readonly ConfiguredStream[] }>(catalogPath)
  const states = new Map(readJson<StreamState[]>(statePath).map((state) => [nameOf(state), state]))
  const database = new DatabaseSync(databasePath, { timeout: LOCKED_MS_MAX })
  const tables = new Map(streams.map((configured) => [configured.stream.name, new Table(database, configured)]))
  const tableOf = (name: string) => tables.get(name) ?? fail(`There is no stream ${name} in ${catalogPath}`)
  for await (const line of createInterface({ input: process.stdin })) {
    const message: Message = JSON.parse(line)
    switch (message.type) {
      case 'RECORD':
        tableOf(message.record.stream).insert(message.record.data)
        break
      case 'STATE':
        if (!tableOf(nameOf(message.state)).isIncremental) break
        tableOf(nameOf(message.state)).commit()
        writeStates(statePath, states.set(nameOf(message.state), message.state))
        break
      case 'TRACE':
        follow(message.trace, tableOf)
        break
      case 'LOG':
        if (message.log.level !== 'DEBUG') console.error(message.log.message)
    }
  }
  for (const [name, { inserted, isComplete }] of tables) {
    console.error(`${name}: ${inserted} records${isComplete ? '' : ', not read to the end'}`)
    if (!isComplete) process.exitCode = 1
  }
  // What is still open is rolled back.
  database.close()
}

function follow({ error, stream_status: stream }: Trace, tableOf: (name: string) => Table): void {
  if (error !== undefined) console.error(error.message)
  if (stream === undefined) return
  const table = tableOf(stream.stream_descriptor.name)
  if (stream.status === 'STARTED') table.begin()
  if (stream.status === 'COMPLETE') table.complete()
  if (stream.status === 'INCOMPLETE') table.rollback()
}

function nameOf({ stream }: StreamState): string {
  return stream.stream_descriptor.name
}

function readArguments(): { catalogPath: string; statePath: string; databasePath: string } {
  const options = { catalog: { type: 'string' }, state: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const { catalog: catalogPath, state: statePath } = values
  const [databasePath] = positionals
  if (catalogPath === undefined || statePath === undefined || databasePath === undefined) {
    return fail('Usage: intoSqlite.ts --catalog FILE --state FILE DATABASE')
  }
  return { catalogPath, statePath, databasePath }
}

interface ConfiguredStream {
  readonly stream: { readonly name: string; readonly source_defined_primary_key?: readonly (readonly string[])[] }
  readonly sync_mode: 'full_refresh' | 'incremental'
  readonly destination_sync_mode: 'append' | 'overwrite' | 'append_dedup'
  readonly primary_key?: readonly (readonly string[])[]
}

interface StreamState {
  readonly type: 'STREAM'
  readonly stream: { readonly stream_descriptor: { readonly name: string } }
}

type Row = Readonly<Record<string, unknown>>

type Message =
  | { readonly type: 'RECORD'; readonly record: { readonly stream: string; readonly data: Row } }
  | { readonly type: 'STATE'; readonly state: StreamState }
  | { readonly type: 'LOG'; readonly log: { readonly level: string; readonly message: string } }
  | { readonly type: 'TRACE'; readonly trace: Trace }

interface Trace {
  readonly error?: { readonly message: string }
  readonly stream_status?: { readonly stream_descriptor: { readonly name: string }; readonly status: string }
}

/** A stream's table. It gets a column for each field as records bring them. */
class Table {
  readonly isIncremental: boolean
  inserted = 0
  isComplete = false
  readonly #database: DatabaseSync
  readonly #name: string
  readonly #isOverwritten: boolean
  readonly #columns: Set<string>
  readonly #statements = new Map<string, StatementSync>()
  #isOpen = false

  constructor(database: DatabaseSync, { stream, ...configured }: ConfiguredStream) {
    this.#database = database
    this.#name = quoted(stream.name)
    this.isIncremental = configured.sync_mode === 'incremental'
    this.#isOverwritten = configured.destination_sync_mode === 'overwrite'
    const isKept = configured.destination_sync_mode === 'append_dedup'
    const key = isKept ? (configured.primary_key ?? stream.source_defined_primary_key ?? []).flat().map(quoted) : []
    const columns = key.length === 0 ? ['_rowid integer primary key'] : [...key, `primary key (${key.join(', ')})`]
    database.exec(`create table if not exists ${this.#name} (${columns.join(', ')})`)
    const rows = database.prepare(`select name from pragma_table_info(?)`).all(stream.name)
    this.#columns = new Set(rows.map(({ name }) => String(name)))
  }

  begin(): void {
    this.#open()
    if (this.#isOverwritten) this.#database.exec(`delete from ${this.#name}`)
  }

  insert(row: Row): void {
    this.#open()
    const names = Object.keys(row)
    for (const name of names.filter((name) => !this.#columns.has(name))) {
      this.#database.exec(`alter table ${this.#name} add column ${quoted(name)}`)
      this.#columns.add(name)
    }
    this.#statementFor(names).run(...names.map((name) => columnValue(row[name])))
    this.inserted++
  }

  commit(): void {
    if (this.#isOpen) this.#database.exec('commit')
    this.#isOpen = false
  }

  complete(): void {
    this.commit()
    this.isComplete = true
  }

  rollback(): void {
    if (this.#isOpen) this.#database.exec('rollback')
    this.#isOpen = false
  }

  #statementFor(names: readonly string[]): StatementSync {
    const columns = names.map(quoted).join(', ')
    const known = this.#statements.get(columns)
    if (known !== undefined) return known
    const places = names.map(() => '?').join(', ')
    const sql = `insert or replace into ${this.#name} (${columns}) values (${places})`
    const statement = this.#database.prepare(sql)
    this.#statements.set(columns, statement)
    return statement
  }

  #open(): void {
    if (!this.#isOpen) this.#database.exec('begin')
    this.#isOpen = true
  }
}

/** What has no type of its own in SQLite becomes JSON. */
function columnValue(value: unknown): SQLInputValue {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value
  return value === undefined ? null : JSON.stringify(value)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Whole or not at all, whenever the process ends. */
function writeStates(path: string, states: ReadonlyMap<string, StreamState>): void {
  writeFileSync(`${path}.new`, JSON.stringify([...states.values()]))
  renameSync(`${path}.new`, path)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}

/** Node's error has SQLite's code. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

const SQLITE_BUSY = 5
/** Whoever reads, or is about to commit, is done by then; a sync that goes on is not waited for. */
const LOCKED_MS_MAX = 3_000

try {
  await main()
} catch (error) {
  if (!isLocked(error)) throw error
  fail('The database is locked: another program writes to it. Let one sync at a time do so.')
}
