import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { engines, type StartedEngine } from '../../test/engines.ts'
import type { Database } from './database.ts'
import { migrate } from './migrate.ts'

const FIRST = `-- Where it begins; a semicolon at the end of a comment does not split;
create table a (
  id text primary key, -- a comment; in the middle
  n bigint
);
insert into a (id, n) values ('x;y', 1);
`
const SECOND = 'create table b (id text primary key);\ncreate index b_by_id on b (id);'

for (const engine of engines) {
  describe(`migrations on ${engine.name}`, () => {
    let started: StartedEngine
    let db: Database
    let directory: string
    const file = (name: string, text: string) => writeFile(join(directory, name), text)

    before(async () => {
      started = await engine.start()
    })
    after(() => started.stop())
    beforeEach(async () => {
      db = await started.open()
      directory = await mkdtemp(join(tmpdir(), 'heliograph-migrations-'))
    })
    afterEach(() => rm(directory, { recursive: true }))

    test('are applied once, in their order, and later ones when they come', async () => {
      await file('0001_first.sql', FIRST)
      assert.deepEqual(await migrate(db, directory), ['0001_first'])
      assert.deepEqual(await db.read('select id, n from a'), [{ id: 'x;y', n: 1 }])
      await file('0002_second.sql', SECOND)
      await file('0003_third.sql', 'alter table b add column n bigint;')
      assert.deepEqual(await migrate(db, directory), ['0002_second', '0003_third'])
      assert.deepEqual(await migrate(db, directory), [])
      assert.deepEqual(await db.read('select id, n from b'), [])
    })

    test('are applied once by nodes that start together', async () => {
      await file('0001_first.sql', FIRST)
      await file('0002_second.sql', SECOND)
      const applied = await Promise.all([migrate(db, directory), migrate(db, directory), migrate(db, directory)])
      assert.deepEqual(applied.flat().toSorted(), ['0001_first', '0002_second'])
    })

    test('are the same with other line ends', async () => {
      await file('0001_first.sql', FIRST)
      await migrate(db, directory)
      await file('0001_first.sql', FIRST.replaceAll('\n', '\r\n'))
      assert.deepEqual(await migrate(db, directory), [])
    })

    test('that fail leave nothing behind, and those before them stay', async () => {
      await file('0001_first.sql', FIRST)
      await file('0002_second.sql', `${SECOND}\ninsert into nowhere (id) values (1);`)
      await assert.rejects(migrate(db, directory), /nowhere/)
      await assert.rejects(db.read('select id from b'), /b/)
      await file('0002_second.sql', SECOND)
      assert.deepEqual(await migrate(db, directory), ['0002_second'])
    })

    test('that were changed after they had been applied are refused', async () => {
      await file('0001_first.sql', FIRST)
      await migrate(db, directory)
      await file('0001_first.sql', `${FIRST}create table c (id text);`)
      await file('0002_second.sql', SECOND)
      await assert.rejects(migrate(db, directory), /0001_first was changed/)
      await assert.rejects(db.read('select id from b'))
    })

    test('of a newer version are refused', async () => {
      await file('0001_first.sql', FIRST)
      await file('0002_second.sql', SECOND)
      await migrate(db, directory)
      await rm(join(directory, '0002_second.sql'))
      await assert.rejects(migrate(db, directory), /0002_second.*newer version/)
    })

    test('with a gap or without a number are refused', async () => {
      await file('0002_second.sql', SECOND)
      await assert.rejects(migrate(db, directory), /0002_second.sql should be named 0001_/)
      await rm(join(directory, '0002_second.sql'))
      await file('first.sql', FIRST)
      await assert.rejects(migrate(db, directory), /first.sql should be named 0001_/)
    })
  })
}
