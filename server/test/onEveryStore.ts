import { after, before, describe } from 'node:test'
import type { Database } from '../src/db/database.ts'
import { migrate } from '../src/db/migrate.ts'
import { engines, type StartedEngine } from './engines.ts'

/** Runs the same tests on both engines; `open` gives a fresh database with the product's schema, closed at the end. */
export function onEveryStore(title: string, tests: (open: () => Promise<Database>) => void): void {
  for (const engine of engines) {
    describe(`${title} on ${engine.name}`, () => {
      let started: StartedEngine
      before(async () => {
        started = await engine.start()
      })
      after(() => started.stop())
      tests(async () => {
        const db = await started.open()
        await migrate(db)
        return db
      })
    })
  }
}
