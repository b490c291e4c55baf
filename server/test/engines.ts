import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../src/db/database.ts'
import { openPostgres } from '../src/db/postgres.ts'
import { openSqlite } from '../src/db/sqlite.ts'
import { startPostgres } from './postgres.ts'

export interface StartedEngine {
  /** Opens a fresh database without tables; `stop` closes it where the test has not. */
  open(): Promise<Database>
  /** Closes all databases and removes every trace. */
  stop(): Promise<void>
}

/** Both engines, for suites that run on each: `for (const engine of engines) describe(engine.name, …)`. */
export const engines: readonly { readonly name: Database['engine']; start(): Promise<StartedEngine> }[] = [
  { name: 'sqlite', start: startSqlite },
  { name: 'postgres', start: startPostgresEngine },
]

async function startSqlite(): Promise<StartedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'heliograph-sqlite-'))
  const opened: Database[] = []
  return {
    async open() {
      const db = await openSqlite({ directory: join(folder, String(opened.length)) })
      opened.push(db)
      return db
    },
    async stop() {
      await Promise.all(opened.map((db) => db.close()))
      await rm(folder, { recursive: true })
    },
  }
}

async function startPostgresEngine(): Promise<StartedEngine> {
  const postgres = await startPostgres()
  const opened: Database[] = []
  return {
    async open() {
      const db = await openPostgres({ url: await postgres.url('test') })
      opened.push(db)
      return db
    },
    async stop() {
      await Promise.all(opened.map((db) => db.close()))
      await postgres.stop()
    },
  }
}
