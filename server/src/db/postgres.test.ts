import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { type Clock, systemClock } from '../clock.ts'
import { type Database, DatabaseUnavailable, TransactionConflict } from './database.ts'
import { GroupCommit } from './groupCommit.ts'
import { openPostgres } from './postgres.ts'

let server: TestPostgres
const opened: Database[] = []

before(async () => {
  server = await startPostgres()
})
after(() => server.stop())
afterEach(() => Promise.all(opened.splice(0).map((db) => db.close())))

async function open(url: string, options: Partial<Parameters<typeof openPostgres>[0]> = {}): Promise<Database> {
  const db = await openPostgres({ url, ...options })
  opened.push(db)
  return db
}

test('two nodes never claim the same row, and neither waits for the other', async () => {
  const url = await server.url('claims')
  const [a, b] = [await open(url), await open(url)]
  await a.write((tx) => {
    tx.run('create table jobs (id bigint primary key)')
    tx.run('insert into jobs (id) select cast(value->>0 as bigint) from rows($1)', ['[[1],[2],[3],[4],[5]]'])
  })
  const claim = 'select id from jobs order by id limit 3 {pg:for update skip locked}'
  const [first, second] = await a.write(async (txA) => {
    const held = await txA.all(claim)
    return [held, await b.write((txB) => txB.all(claim))]
  })
  assert.deepEqual(first, [{ id: 1 }, { id: 2 }, { id: 3 }])
  assert.deepEqual(second, [{ id: 4 }, { id: 5 }])
})

test('a server that cannot be reached, or refuses us, is said so at the start, without the password', async () => {
  const url = new URL(await server.url('refused'))
  const { password } = url
  url.pathname = '/nowhere'
  await assert.rejects(openPostgres({ url: url.href }), /Cannot connect to PostgreSQL: .*nowhere/)
  url.password = 'wrong-secret'
  await assert.rejects(openPostgres({ url: url.href }), (error: Error) => {
    assert.match(error.message, /Cannot connect to PostgreSQL: .*password/)
    assert.ok(!error.message.includes('wrong-secret'))
    return true
  })
  url.password = password
  url.port = '1'
  await assert.rejects(openPostgres({ url: url.href }), /Cannot connect to PostgreSQL: .*ECONNREFUSED/)
})

test('a connection that the server ends in a transaction fails it as a whole, and the next one works', async () => {
  const url = await server.url('terminated')
  const db = await open(url)
  await db.write((tx) => {
    tx.run('create table t (n bigint)')
  })
  const broken = db.write(async (tx) => {
    const [row] = await tx.all<{ pid: number }>('select pg_backend_pid() as pid')
    tx.run('insert into t (n) values (1)')
    await tx.all('select 1 as n')
    await asAdministrator(url, `select pg_terminate_backend(${row?.pid}, 5000)`)
    tx.run('insert into t (n) values (2)')
  })
  await assert.rejects(broken, DatabaseUnavailable)
  await db.write((tx) => {
    tx.run('insert into t (n) values (3)')
  })
  assert.deepEqual(await db.read('select n from t'), [{ n: 3 }])
})

test('idle connections that the server ended are replaced', async () => {
  const url = await server.url('idle')
  const db = await open(url)
  await db.write((tx) => tx.all('select 1 as n'))
  await db.read('select 1 as n')
  await asAdministrator(
    url,
    'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await until(async () => (await db.write((tx) => tx.all('select 1 as n'))).length === 1)
  await until(async () => (await db.read('select 1 as n')).length === 1)
})

test('a server that goes down is unavailability, and what comes up again is used without a restart', async () => {
  const url = await server.url('restarted')
  const db = await open(url)
  const group = new GroupCommit({ db, clock: systemClock })
  const committed: number[] = []
  const failed: number[] = []
  const errors: unknown[] = []
  const queue = group.add<number>({
    name: 'numbers',
    urgent: true,
    write(tx, entries) {
      tx.run('insert into t (n) select cast(value->>0 as bigint) from rows($1)', [
        JSON.stringify(entries.map((n) => [n])),
      ])
      return () => committed.push(...entries)
    },
    failed(entries, error) {
      failed.push(...entries)
      errors.push(error)
    },
  })
  await db.write((tx) => {
    tx.run('create table t (n bigint primary key)')
  })
  let next = 0
  let running = true
  const producing = (async () => {
    while (running) {
      queue.push(++next)
      await wait(1)
    }
  })()
  await until(async () => committed.length > 20)
  const down = server.interrupt()
  await until(async () => failed.length > 20)
  await down
  await assert.rejects(db.read('select n from t'), DatabaseUnavailable)
  const before = committed.length
  await server.resume()
  await until(async () => committed.length > before + 20)
  running = false
  await producing
  await group.drain()

  assert.ok(errors.every((error) => error instanceof DatabaseUnavailable))
  assert.equal(committed.length + failed.length, next)
  const stored = new Set((await db.read('select n from t')).map(({ n }) => n))
  assert.deepEqual(
    committed.filter((n) => !stored.has(n)),
    [],
  )
})

test('a deadlock between two nodes is a conflict, and group commit gets its batch through', async () => {
  const url = await server.url('deadlock')
  const [a, b] = [await open(url), await open(url)]
  await a.write((tx) => {
    tx.run('create table t (id bigint primary key, n bigint)')
    tx.run('insert into t (id, n) values (1, 0), (2, 0)')
  })
  const add = 'update t set n = n + 1 where id = $1 returning id'
  const aIsWaiting = () => until(async () => (await a.read('select pid from pg_locks where not granted')).length > 0)
  /** Takes the rows against the order of node a, which has then waited longest and is the one to give way. */
  const crossing = (started: () => void) =>
    b.write(async (tx) => {
      tx.run('set local deadlock_timeout = 60000')
      await tx.all(add, [2])
      started()
      await aIsWaiting()
      await tx.all(add, [1])
    })

  let crossed = Promise.resolve()
  await assert.rejects(
    a.write(async (tx) => {
      await tx.all(add, [1])
      await new Promise<void>((resolve) => {
        crossed = crossing(resolve)
      })
      await tx.all(add, [2])
    }),
    TransactionConflict,
  )
  await crossed

  const group = new GroupCommit({ db: a, clock: systemClock })
  let runs = 0
  const queue = group.add<number>({
    name: 'both rows',
    urgent: true,
    async write(tx) {
      await tx.all(add, [1])
      if (++runs === 1) {
        await new Promise<void>((resolve) => {
          crossed = crossing(resolve)
        })
      }
      await tx.all(add, [2])
    },
    failed: (_, error) => assert.fail(String(error)),
  })
  queue.push(1)
  await group.drain()
  await crossed
  assert.equal(runs, 2)
  assert.deepEqual(await a.read('select id, n from t order by id'), [
    { id: 1, n: 3 },
    { id: 2, n: 3 },
  ])
})

test('a server that goes silent without closing is given up in time', async () => {
  const url = new URL(await server.url('silent'))
  const network = await startProxy(Number(url.port))
  url.port = String(network.port)
  const timers = new Set<() => void>()
  const clock: Clock = {
    now: systemClock.now,
    after(_, callback) {
      timers.add(callback)
      return () => timers.delete(callback)
    },
  }
  const db = await open(url.href, { clock })
  await db.write((tx) => tx.all('select 1 as n'))
  network.freeze()
  const stuck = db.write((tx) => tx.all('select 2 as n'))
  await until(async () => timers.size > 0)
  for (const expire of timers) {
    expire()
  }
  await assert.rejects(stuck, DatabaseUnavailable)
  network.thaw()
  await until(async () => (await db.write((tx) => tx.all('select 3 as n'))).length === 1)
  await db.close()
  network.close()
})

test('a statement that takes too long is cancelled and the connection stays good', async () => {
  const db = await open(await server.url('slow'), { statementTimeoutMs: 50 })
  await assert.rejects(
    db.write((tx) => tx.all('select 1 as n from pg_sleep(30)')),
    DatabaseUnavailable,
  )
  await assert.rejects(db.read('select 1 as n from pg_sleep(30)'), DatabaseUnavailable)
  assert.deepEqual(await db.write((tx) => tx.all('select 1 as n')), [{ n: 1 }])
  assert.deepEqual(await db.read('select 1 as n'), [{ n: 1 }])
})

test('hot statements use the index although the statistics say that the table is empty', async () => {
  const db = await open(await server.url('plans'))
  await db.write((tx) => {
    tx.run('create table t (id text primary key, n bigint)')
  })
  const plan = await db.write((tx) =>
    tx.all('explain delete from t where id in (select v.id from (select value->>0 as id from rows($1)) as v)', ['[]']),
  )
  const text = plan.map((row) => Object.values(row).join()).join('\n')
  assert.match(text, /Index Scan/)
  assert.doesNotMatch(text, /Seq Scan/)
})

async function asAdministrator(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
}

/** A TCP proxy that can stop to forward, as a firewall that has forgotten the connection would. */
async function startProxy(targetPort: number) {
  const sockets = new Set<Socket>()
  const proxy = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {})
      from.on('data', (data) => to.write(data))
      from.on('close', () => to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    freeze: () => sockets.forEach((socket) => void socket.pause()),
    thaw: () => sockets.forEach((socket) => void socket.resume()),
    close: () => void proxy.close(),
  }
}

/** Waits until the condition holds; a database that is unavailable meanwhile does not count as an error. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  const holds = () =>
    condition().catch((error) => {
      if (error instanceof DatabaseUnavailable) {
        return false
      }
      throw error
    })
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, 'the condition did not come true in 20 s')
    await wait(5)
  }
}
