import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { engines, type StartedEngine } from '../../test/engines.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { Database } from './database.ts'
import { type BatchStep, GroupCommit, type GroupCommitOptions } from './groupCommit.ts'
import { openSqlite } from './sqlite.ts'

const INSERT = 'insert into entries (k, step) select value->>0, value->>1 from rows($1)'

for (const engine of engines) {
  describe(`group commit on ${engine.name}`, () => {
    let started: StartedEngine
    let db: Database

    before(async () => {
      started = await engine.start()
      db = await started.open()
      await db.write((tx) => {
        tx.run('create table entries (k text primary key, step text not null)')
      })
    })
    after(() => started.stop())
    beforeEach(() =>
      db.write((tx) => {
        tx.run('delete from entries')
      }),
    )

    test('entries of one turn share a commit, steps write in the order they were added, callbacks follow', async () => {
      const { group, log, commits } = recorded(db)
      const second = group.add(step('second', log))
      const first = group.add(step('first', log))
      first.push('b')
      second.push('a')
      first.push('c')
      assert.deepEqual([first.length, second.length, group.waiting], [2, 1, 3])
      await group.drain()
      assert.deepEqual(log, ['second writes a', 'first writes b,c', 'second committed a', 'first committed b,c'])
      assert.deepEqual(commits, [{ entries: 3, failed: false }])
      assert.deepEqual([first.length, second.length, group.waiting], [0, 0, 0])
      assert.deepEqual(await keys(db), ['a', 'b', 'c'])
    })

    test('what arrives while a commit is in flight forms the next one', async () => {
      const { group, log, commits } = recorded(db)
      const late = ['b', 'c', 'd']
      const queue = group.add<string>({
        ...step('step', log),
        async write(tx, entries) {
          tx.run(INSERT, [json(entries, 'step')])
          for (const key of late.splice(0)) {
            queue.push(key)
          }
          await tx.all('select 1 as n')
        },
      })
      queue.push('a')
      await group.drain()
      assert.deepEqual(
        commits.map((commit) => commit.entries),
        [1, 3],
      )
      assert.deepEqual(await keys(db), ['a', 'b', 'c', 'd'])
    })

    test('a row that the database refuses fails alone', async () => {
      const { group, log } = recorded(db)
      const bad = group.add(step('bad', log))
      const good = group.add(step('good', log))
      await db.write((tx) => {
        tx.run(INSERT, [json(['taken'], 'before')])
      })
      const names = Array.from({ length: 20 }, (_, i) => `k${String(i).padStart(2, '0')}`)
      for (const name of names) {
        bad.push(name === 'k13' ? 'taken' : name)
        good.push(`good-${name}`)
      }
      await group.drain()
      assert.deepEqual(
        log.filter((line) => line.includes('failed')),
        ['bad failed taken'],
      )
      assert.equal((await keys(db)).length, 1 + 19 + 20)
      assert.equal(group.waiting, 0)
    })

    test('a step that throws for one entry fails that entry alone', async () => {
      const { group, log } = recorded(db)
      const queue = group.add<string>({
        ...step('step', log),
        write(tx, entries) {
          assert.ok(!entries.includes('bug'))
          tx.run(INSERT, [json(entries, 'step')])
        },
      })
      for (const key of ['a', 'bug', 'c']) {
        queue.push(key)
      }
      await group.drain()
      assert.deepEqual(log, ['step failed bug'])
      assert.deepEqual(await keys(db), ['a', 'c'])
    })
  })
}

describe('group commit', () => {
  let started: StartedEngine
  let db: Database

  before(async () => {
    started = await sqlite.start()
    db = await started.open()
    await db.write((tx) => {
      tx.run('create table entries (k text primary key, step text not null)')
    })
  })
  after(() => started.stop())
  beforeEach(() =>
    db.write((tx) => {
      tx.run('delete from entries')
    }),
  )

  test('lazy entries wait for the 20 ms to pass', async () => {
    const clock = manualClock()
    const { group, log, committed } = recorded(db, { clock })
    const lazy = group.add({ ...step('lazy', log), urgent: false })
    lazy.push('a')
    lazy.push('b')
    await turns(5)
    assert.deepEqual(log, [])
    clock.advance(19)
    await turns(5)
    assert.deepEqual(log, [])
    clock.advance(1)
    await committed(1)
    assert.deepEqual(log, ['lazy writes a,b', 'lazy committed a,b'])
  })

  test('lazy entries ride with an urgent one, and their timer is gone then', async () => {
    const clock = manualClock()
    const { group, log, commits, committed } = recorded(db, { clock })
    const lazy = group.add({ ...step('lazy', log), urgent: false })
    const urgent = group.add(step('urgent', log))
    lazy.push('a')
    await turns(3)
    urgent.push('b')
    await committed(1)
    assert.deepEqual(log.slice(0, 2), ['lazy writes a', 'urgent writes b'])
    assert.equal(clock.timers(), 0)
    assert.deepEqual(commits, [{ entries: 2, failed: false }])
  })

  test('256 lazy entries do not wait for a timer', async () => {
    const { group, commits, log, committed } = recorded(db, { clock: manualClock() })
    const lazy = group.add({ ...step('lazy', log), urgent: false })
    for (let i = 0; i < 256; i++) {
      lazy.push(`k${i}`)
    }
    await committed(1)
    assert.deepEqual(commits, [{ entries: 256, failed: false }])
  })

  test('a full queue refuses entries of every step until the commit, and then takes them again', async () => {
    const { group, log } = recorded(db, { entriesMax: 3 })
    const one = group.add(step('one', log))
    const other = group.add(step('other', log))
    assert.deepEqual(
      [one.push('a'), other.push('b'), one.push('c'), one.push('d'), other.push('e')],
      [true, true, true, false, false],
    )
    await group.drain()
    assert.ok(other.push('e'))
    await group.drain()
    assert.deepEqual(await keys(db), ['a', 'b', 'c', 'e'])
  })

  test('draining commits lazy entries at once, also those that come while it drains', async () => {
    const { group, log } = recorded(db, { clock: manualClock() })
    const lazy = group.add({ ...step('lazy', log), urgent: false })
    lazy.push('a')
    const drained = group.drain()
    lazy.push('b')
    await drained
    assert.deepEqual(await keys(db), ['a', 'b'])
    await group.drain()
  })

  test('an unavailable database fails the whole batch at once and serves the next one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'heliograph-group-commit-'))
    const holder = await openSqlite({ directory })
    const contended = await openSqlite({ directory, shared: true, busyTimeoutMs: 10 })
    const { group, log, commits } = recorded(contended)
    const queue = group.add(step('step', log))
    await holder.write(async (tx) => {
      // From here on the other connection cannot write.
      await tx.all('create table entries (k text primary key, step text not null)')
      queue.push('a')
      queue.push('b')
      await group.drain()
    })
    assert.deepEqual(log, ['step writes a,b', 'step failed a,b'])
    assert.deepEqual(commits, [{ entries: 2, failed: true }])
    queue.push('c')
    await group.drain()
    assert.deepEqual(await keys(contended), ['c'])
    await contended.close()
    await holder.close()
    await rm(directory, { recursive: true })
  })
})

const sqlite = engines.find((engine) => engine.name === 'sqlite') ?? assert.fail('no SQLite')

function step(name: string, log: string[]): BatchStep<string> {
  return {
    name,
    urgent: true,
    write(tx, entries) {
      log.push(`${name} writes ${entries}`)
      tx.run(INSERT, [json(entries, name)])
      return () => log.push(`${name} committed ${entries}`)
    },
    failed(entries) {
      log.push(`${name} failed ${entries}`)
    },
  }
}

function json(keys: readonly string[], step: string): string {
  return JSON.stringify(keys.map((key) => [key, step]))
}

async function keys(db: Database): Promise<unknown[]> {
  return (await db.read('select k from entries order by k')).map((row) => row.k)
}

/** A group commit whose commits are counted, and a way to wait for the first ones to be over. */
function recorded(db: Database, options: Partial<GroupCommitOptions> = {}) {
  const commits: { entries: number; failed: boolean }[] = []
  const log: string[] = []
  const group = new GroupCommit({
    db,
    clock: systemClock,
    observe({ entries, milliseconds, failed }) {
      assert.ok(milliseconds >= 0)
      commits.push({ entries, failed })
    },
    ...options,
  })
  const committed = async (count: number) => {
    const deadline = Date.now() + 5_000
    while (commits.length < count || group.waiting > 0) {
      assert.ok(Date.now() < deadline, `there were ${commits.length} commits, expected ${count}`)
      await turns(1)
    }
    await turns(1)
  }
  return { group, commits, log, committed }
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function manualClock(): Clock & { advance(milliseconds: number): void; timers(): number } {
  let now = 1_790_000_000_000
  const timers = new Map<() => void, number>()
  return {
    now: () => now,
    after(delayMs, callback) {
      timers.set(callback, now + delayMs)
      return () => timers.delete(callback)
    },
    advance(milliseconds) {
      now += milliseconds
      for (const [callback, at] of timers) {
        if (at <= now) {
          timers.delete(callback)
          callback()
        }
      }
    },
    timers: () => timers.size,
  }
}
