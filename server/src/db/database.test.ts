import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { engines, type StartedEngine } from '../../test/engines.ts'
import { type Database, DatabaseUnavailable, type Row } from './database.ts'

const SCHEMA = [
  'create table messages (id text primary key, status text not null, due_at bigint, lease_until bigint, leased_by text)',
  'create table segments (carrier_id text, carrier_message_id text, message_id text)',
  'create table counters (k text primary key, n bigint not null)',
]

const INSERT = `insert into messages (id, status, due_at)
  select value->>0, value->>1, cast(value->>2 as bigint) from rows($1)`

for (const engine of engines) {
  describe(`the database contract on ${engine.name}`, () => {
    let started: StartedEngine
    let db: Database

    before(async () => {
      started = await engine.start()
      db = await started.open()
      await db.write((tx) => {
        for (const statement of SCHEMA) {
          tx.run(statement)
        }
      })
    })
    after(() => started.stop())
    beforeEach(() =>
      db.write((tx) => {
        tx.run('delete from messages')
        tx.run('delete from segments')
        tx.run('delete from counters')
      }),
    )

    const insert = (rows: (string | number | null)[][]) =>
      db.write((tx) => {
        tx.run(INSERT, [JSON.stringify(rows)])
      })

    test('a list inserted with one JSON parameter keeps quotes, Unicode, nulls and 53-bit numbers', async () => {
      const rows = [
        ['a', `"quoted" 'single' \\ back`, 1_790_000_000_123],
        ['b', 'ü € 你 😀 \u0001\n\t', Number.MAX_SAFE_INTEGER],
        ['c', '', null],
        ['d', '12', -1],
      ]
      await insert(rows)
      const found = await db.read('select id, status, due_at from messages order by id')
      assert.deepEqual(
        found,
        rows.map(([id, status, due]) => ({ id, status, due_at: due })),
      )
    })

    test('a list of updates changes each row by its id and returns the target columns', async () => {
      await insert([
        ['a', 'queued', 5],
        ['b', 'queued', 6],
        ['c', 'queued', 7],
      ])
      const changed = await db.write((tx) =>
        tx.all(
          `update messages set status = v.v_st, due_at = null, lease_until = v.v_now
           from (select value->>0 as v_id, value->>1 as v_st, cast(value->>2 as bigint) as v_now from rows($1)) as v
           where messages.id = v.v_id returning messages.id, messages.status`,
          [
            JSON.stringify([
              ['a', 'submitted', 10],
              ['c', 'rejected', 11],
              ['none', 'x', 1],
            ]),
          ],
        ),
      )
      assert.deepEqual(changed.toSorted(byId), [
        { id: 'a', status: 'submitted' },
        { id: 'c', status: 'rejected' },
      ])
      assert.deepEqual(await db.read('select id, due_at, lease_until from messages order by id'), [
        { id: 'a', due_at: null, lease_until: 10 },
        { id: 'b', due_at: 6, lease_until: null },
        { id: 'c', due_at: null, lease_until: 11 },
      ])
    })

    test("a list look-up carries the caller's index", async () => {
      await insert([['a', 'queued', 5]])
      const found = await db.write((tx) => {
        tx.run('insert into segments (carrier_id, carrier_message_id, message_id) values ($1, $2, $3)', ['x', '7', 'a'])
        return tx.all(
          `select v.v_i as i, s.message_id, m.status
           from (select value->>0 as v_car, value->>1 as v_cid, cast(value->>2 as integer) as v_i from rows($1)) as v
           join segments s on s.carrier_id = v.v_car and s.carrier_message_id = v.v_cid
           join messages m on m.id = s.message_id`,
          [
            JSON.stringify([
              ['x', '6', 0],
              ['x', '7', 1],
            ]),
          ],
        )
      })
      assert.deepEqual(found, [{ i: 1, message_id: 'a', status: 'queued' }])
    })

    test('a claim takes what is due and free, oldest first, and leaves the rest', async () => {
      await insert([
        ['late', 'queued', 30],
        ['first', 'queued', 10],
        ['second', 'queued', 20],
        ['future', 'queued', 900],
        ['done', 'delivered', 1],
      ])
      const claim = () =>
        db.write((tx) =>
          tx.all(
            `update messages set leased_by = $1, lease_until = $2 where id in (
               select id from messages where status = 'queued' and due_at <= $3
               and (lease_until is null or lease_until <= $3) order by due_at limit $4 {pg:for update skip locked}
             ) returning id`,
            ['node-1', 500, 100, 2],
          ),
        )
      assert.deepEqual((await claim()).toSorted(byId), [{ id: 'first' }, { id: 'second' }])
      assert.deepEqual(await claim(), [{ id: 'late' }])
      assert.deepEqual(await claim(), [])
    })

    test('an upsert of a list adds to what is there', async () => {
      const add = (rows: [string, number][]) =>
        db.write((tx) =>
          tx.all(
            `insert into counters (k, n) select value->>0, cast(value->>1 as bigint) from rows($1) where true
             on conflict (k) do update set n = counters.n + excluded.n returning k, n`,
            [JSON.stringify(rows)],
          ),
        )
      await add([
        ['a', 1],
        ['b', 2],
      ])
      assert.deepEqual(
        (
          await add([
            ['b', 40],
            ['c', 3],
          ])
        ).toSorted((x, y) => (String(x.k) < String(y.k) ? -1 : 1)),
        [
          { k: 'b', n: 42 },
          { k: 'c', n: 3 },
        ],
      )
    })

    test('a list deletes by id', async () => {
      await insert([
        ['a', 'x', 1],
        ['b', 'x', 1],
      ])
      await db.write((tx) => {
        tx.run('delete from messages where id in (select value->>0 from rows($1))', ['[["a"],["none"]]'])
      })
      assert.deepEqual(await db.read('select id from messages'), [{ id: 'b' }])
    })

    test('counts, sums, truth values and whole numbers read alike', async () => {
      await insert([
        ['a', 'x', 3],
        ['b', 'x', 4],
      ])
      const [row] = await db.read(
        `select count(*) as count, sum(due_at) as sum, exists (select 1 from messages) as some,
         cast($1 as bigint) / 2 as half, cast(cast($1 as bigint) as text) as text, 1.5 as fraction from messages`,
        [7],
      )
      assert.deepEqual(row, { count: 2, sum: 7, some: 1, half: 3, text: '7', fraction: 1.5 })
    })

    test('a parameter may repeat and be null', async () => {
      await insert([['a', 'x', null]])
      const found = await db.read(
        `select id from messages where (cast($1 as text) is null or status = $1)
         and (cast($2 as text) is null or id = $2)`,
        ['x', null],
      )
      assert.deepEqual(found, [{ id: 'a' }])
    })

    test('what is committed is seen by the next read', async () => {
      for (let i = 0; i < 50; i++) {
        await insert([[`m${i}`, 'x', i]])
        assert.deepEqual(await db.read('select id from messages where due_at = $1', [i]), [{ id: `m${i}` }])
      }
    })

    test('statements of one transaction see those before them, and others see none until the commit', async () => {
      const seen = await db.write(async (tx) => {
        tx.run(INSERT, ['[["a","x",1]]'])
        const inside = await tx.all('select id from messages')
        const outside = await db.read('select id from messages')
        tx.run(INSERT, ['[["b","x",1]]'])
        return { inside, outside }
      })
      assert.deepEqual(seen, { inside: [{ id: 'a' }], outside: [] })
      assert.deepEqual(await db.read('select count(*) as n from messages'), [{ n: 2 }])
    })

    test('queries of one tick answer each its own rows', async () => {
      const found = await db.write((tx) =>
        Promise.all([tx.all('select 1 as n'), tx.all('select 2 as n'), tx.all("select 'x' as s where 1 = 2")]),
      )
      assert.deepEqual(found, [[{ n: 1 }], [{ n: 2 }], []])
    })

    test('a failing statement rolls everything back and its error is not worth a retry', async () => {
      await insert([['a', 'x', 1]])
      const failing = db.write((tx) => {
        tx.run(INSERT, ['[["b","x",1]]'])
        tx.run(INSERT, ['[["a","x",1]]'])
        tx.run(INSERT, ['[["c","x",1]]'])
      })
      await assert.rejects(failing, isDataError(/unique/i))
      assert.deepEqual(await db.read('select id from messages'), [{ id: 'a' }])
    })

    test('a failing query rejects its own promise and the transaction, even if the work carries on', async () => {
      let heard: unknown
      const failing = db.write(async (tx) => {
        tx.run(INSERT, ['[["a","x",1]]'])
        await tx.all('select id from nowhere').catch((error) => {
          heard = error
        })
        tx.run(INSERT, ['[["b","x",1]]'])
        await tx.all('select 1 as n').catch(() => {})
        return 'carried on'
      })
      await assert.rejects(failing, isDataError(/nowhere/))
      assert.ok(isDataError(/nowhere/)(heard))
      assert.deepEqual(await db.read('select id from messages'), [])
    })

    test('a statement that no engine understands fails with its text', async () => {
      const failing = db.write((tx) => {
        tx.run('selekt 1')
      })
      await assert.rejects(failing, isDataError(/selekt 1/))
      await assert.rejects(db.read('selekt 2'), isDataError(/selekt 2/))
    })

    test('an error thrown by the work rolls back and comes out as it is', async () => {
      const bug = new Error('a bug')
      const early = db.write((tx) => {
        tx.run(INSERT, ['[["a","x",1]]'])
        throw bug
      })
      await assert.rejects(early, bug)
      const late = db.write(async (tx) => {
        tx.run(INSERT, ['[["a","x",1]]'])
        await tx.all('select 1 as n')
        throw bug
      })
      await assert.rejects(late, bug)
      assert.deepEqual(await db.read('select id from messages'), [])
    })

    test('a statement after the end of the work is refused', async () => {
      const leaked = await db.write((tx) => ({ tx }))
      assert.throws(() => leaked.tx.run('delete from messages'), /over/)
    })

    test('transactions run one after the other in the order of the calls', async () => {
      const log: string[] = []
      await Promise.all(
        ['a', 'b', 'c'].map((name) =>
          db.write(async (tx) => {
            log.push(`${name} begins`)
            await tx.all('select 1 as n')
            tx.run(INSERT, [JSON.stringify([[name, 'x', log.length]])])
            await tx.all('select 1 as n')
            log.push(`${name} ends`)
          }),
        ),
      )
      assert.deepEqual(
        log,
        ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
      )
      assert.deepEqual(await db.read('select id from messages order by due_at'), [
        { id: 'a' },
        { id: 'b' },
        { id: 'c' },
      ])
    })

    test('a transaction without statements resolves with its result', async () => {
      assert.equal(await db.write(() => 'nothing to do'), 'nothing to do')
    })

    test('a read cannot write', async () => {
      await assert.rejects(db.read("insert into counters (k, n) values ('a', 1) returning k"))
      assert.deepEqual(await db.read('select k from counters'), [])
    })

    test('closing finishes what was begun and refuses the rest', async () => {
      const closing = await started.open()
      await closing.write((tx) => {
        tx.run('create table t (n bigint)')
      })
      const writes = [1, 2, 3].map((n) =>
        closing.write(async (tx) => {
          await tx.all('select 1 as n')
          return tx.all('insert into t (n) values ($1) returning n', [n])
        }),
      )
      const read = closing.read('select 1 as n')
      const closed = closing.close()
      assert.deepEqual(await Promise.all(writes), [[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]])
      assert.deepEqual(await read, [{ n: 1 }])
      await assert.rejects(
        closing.write(() => 1),
        DatabaseUnavailable,
      )
      await assert.rejects(closing.read('select 1 as n'), DatabaseUnavailable)
      await closed
      await closing.close()
    })
  })
}

function isDataError(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Error && !(error instanceof DatabaseUnavailable) && message.test(error.message)
}

function byId(a: Row, b: Row): number {
  return String(a.id) < String(b.id) ? -1 : 1
}
