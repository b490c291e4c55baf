import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, test } from 'node:test'
import { promisify } from 'node:util'
import { type Database, DatabaseUnavailable } from './database.ts'
import { openSqlite } from './sqlite.ts'

let directory: string
const opened: Database[] = []
const children: ChildProcess[] = []

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'heliograph-sqlite-')), 'data')
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((db) => db.close()))
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
  }
  await rm(join(directory, '..'), { recursive: true })
})

async function open(options: Partial<Parameters<typeof openSqlite>[0]> = {}): Promise<Database> {
  const db = await openSqlite({ directory, ...options })
  opened.push(db)
  return db
}

test('folder and files belong to their owner alone', async () => {
  const db = await open()
  await db.write((tx) => {
    tx.run('create table t (n bigint)')
  })
  assert.equal((await stat(directory)).mode & 0o777, 0o700)
  for (const name of ['lock', 'heliograph.db', 'heliograph.db-wal', 'heliograph.db-shm']) {
    assert.equal((await stat(join(directory, name))).mode & 0o777, 0o600, name)
  }
})

test('a folder in use is refused by name, in the same process too, until it is closed', async () => {
  const first = await open()
  await assert.rejects(open(), (error: Error) => error.message.includes(directory) && /in use/.test(error.message))
  // The refused try must not have loosened the lock.
  await assert.rejects(open(), /in use/)
  await first.close()
  await open()
})

test('a folder that another process holds is refused, and free once that process is killed with -9', async () => {
  const child = await startChild("console.log('open')")
  assert.equal(await child.line(), 'open')
  await assert.rejects(open(), /in use/)
  child.process.kill('SIGKILL')
  await once(child.process, 'exit')
  await open()
})

test('a command may open the folder of a running server, and each sees what the other commits', async () => {
  const server = await open()
  const command = await open({ shared: true })
  await server.write((tx) => {
    tx.run('create table t (n bigint)')
  })
  await command.write((tx) => {
    tx.run('insert into t (n) values (1)')
  })
  await server.write((tx) => {
    tx.run('insert into t (n) values (2)')
  })
  assert.deepEqual(await server.read('select n from t order by n'), [{ n: 1 }, { n: 2 }])
  assert.deepEqual(await command.read('select n from t order by n'), [{ n: 1 }, { n: 2 }])
  await command.close()
  await assert.rejects(open(), /in use/)
})

test('a write lock held for longer than the busy timeout is unavailability, and passes', async () => {
  const holder = await open()
  const waiter = await open({ shared: true, busyTimeoutMs: 30 })
  await holder.write(async (tx) => {
    await tx.all('select 1 as n')
    await assert.rejects(
      waiter.write((other) => other.all('select 1 as n')),
      DatabaseUnavailable,
    )
  })
  assert.deepEqual(await waiter.write((tx) => tx.all('select 1 as n')), [{ n: 1 }])
})

test('work that takes too long is rolled back and makes way for the next', async () => {
  const db = await open({ transactionTimeoutMs: 30 })
  await db.write((tx) => {
    tx.run('create table t (n bigint)')
  })
  const stuck = db.write(async (tx) => {
    tx.run('insert into t (n) values (1)')
    await tx.all('select 1 as n')
    await new Promise(() => {})
  })
  await assert.rejects(stuck, DatabaseUnavailable)
  assert.deepEqual(await db.write((tx) => tx.all('select n from t')), [])
})

test('a thread that dies fails what was open, and the next call has a new one', async () => {
  const db = await open({ heapMegabytesMax: 24 })
  await db.write((tx) => {
    tx.run('create table t (n bigint)')
  })
  // A result of 200 million letters, more than the heap of the thread holds.
  const flood = `with recursive n(i) as (select 1 union all select i + 1 from n where i < 100)
    select hex(zeroblob(1000000)) as x from n`
  await assert.rejects(db.read(flood), DatabaseUnavailable)
  assert.deepEqual(await db.read('select count(*) as n from t'), [{ n: 0 }])

  const dying = db.write(async (tx) => {
    tx.run('insert into t (n) values (1)')
    await tx.all(flood).catch(() => {})
    tx.run('insert into t (n) values (2)')
  })
  const next = db.write((tx) => {
    tx.run('insert into t (n) values (3)')
  })
  await assert.rejects(dying, DatabaseUnavailable)
  await next
  assert.deepEqual(await db.read('select n from t'), [{ n: 3 }])
})

test('nothing acknowledged is lost when the process is killed with -9', async () => {
  const child = await startChild(WRITER)
  let acknowledged = 0
  while (acknowledged < 300) {
    acknowledged = Number(await child.line())
  }
  child.process.kill('SIGKILL')
  await once(child.process, 'exit')
  acknowledged = Math.max(acknowledged, ...child.rest().map(Number))

  const db = await open()
  const [row] = await db.read<{ n: number; last: number }>('select count(*) as n, max(n) as last from t')
  assert.ok(row && row.last >= acknowledged && row.n === row.last, JSON.stringify({ row, acknowledged }))
})

test('a full disk is unavailability: nothing acknowledged is lost, and writing goes on once there is room', {
  skip: process.platform !== 'linux' && 'needs prlimit',
}, async () => {
  const child = await startChild(WRITER)
  const { pid } = child.process
  const untilLine = async (pattern: RegExp) => {
    let line = await child.line()
    while (!pattern.test(line)) {
      line = await child.line()
    }
    return line
  }
  const limit = (bytes: string) => promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${bytes}`])
  // The first leaves room for the WAL, but none to empty it into the database file.
  for (const bytes of ['6000000', '65536', '0']) {
    await untilLine(/^\d+$/)
    // Files may grow no further than this: for SQLite as good as a full disk.
    await limit(`${bytes}:`)
    await untilLine(/^DatabaseUnavailable$/)
    await untilLine(/^DatabaseUnavailable$/)
    await limit('unlimited:')
  }
  await untilLine(/^\d+$/)
  child.process.kill('SIGKILL')
  await once(child.process, 'exit')

  const lines = [...child.seen, ...child.rest()]
  assert.deepEqual(new Set(lines.filter((line) => !/^\d+$/.test(line))), new Set(['DatabaseUnavailable']))
  const db = await open()
  const stored = new Set((await db.read('select n from t')).map(({ n }) => n))
  const lost = lines.filter((line) => /^\d+$/.test(line) && !stored.has(Number(line)))
  assert.deepEqual(lost, [])
})

/** Writes 1, 2, 3 … each in a transaction of its own, and prints each number once committed, or the error's name. */
const WRITER = `
  await db.write((tx) => { tx.run('create table t (n bigint primary key, fill text)') })
  for (let n = 1; ; n++) {
    try {
      await db.write((tx) => { tx.run('insert into t (n, fill) values ($1, $2)', [n, 'x'.repeat(20000)]) })
      console.log(String(n))
    } catch (error) {
      console.log(error.name === 'DatabaseUnavailable' ? error.name : String(error))
    }
  }`

/** A process with the folder open as \`db\`, whose printed lines can be awaited one by one. */
async function startChild(code: string) {
  const script = `
    import { openSqlite } from ${JSON.stringify(new URL('./sqlite.ts', import.meta.url).href)}
    const db = await openSqlite({ directory: ${JSON.stringify(directory)} })
    setInterval(() => {}, 1000)
    ${code}`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const seen: string[] = []
  const waiting: string[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => waiting.push(line))
  const ended = new AbortController()
  child.once('exit', () => ended.abort())
  return {
    process: child,
    seen,
    rest: () => waiting.splice(0),
    async line(): Promise<string> {
      const signal = AbortSignal.any([AbortSignal.timeout(20_000), ended.signal])
      while (waiting.length === 0) {
        await once(lines, 'line', { signal })
      }
      const line = waiting.shift() ?? ''
      seen.push(line)
      return line
    },
  }
}
