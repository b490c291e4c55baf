import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Database, Transaction } from './database.ts'

/**
 * Brings the database up to this version's schema and resolves with the names of the migrations it applied now.
 * Each file runs in a transaction of its own, so an interrupted run is simply continued; several nodes may start at
 * once, one of them migrates. Throws, changing nothing, when a migration that was applied has changed since or is
 * unknown here (the database belongs to a newer version), or when the files are not numbered without gaps.
 */
export async function migrate(db: Database, directory = MIGRATIONS): Promise<string[]> {
  const migrations = await readMigrations(directory)
  const applied: string[] = []
  for (let index = 0; index < Math.max(migrations.length, 1); index++) {
    const name = await db.write((tx) => applyNext(tx, db.engine, migrations))
    if (name === null) {
      break
    }
    applied.push(name)
  }
  return applied
}

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/

interface Migration {
  readonly name: string
  readonly checksum: string
  readonly statements: readonly string[]
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).toSorted()
  return Promise.all(
    files.map(async (file, index) => {
      const number = Number(FILE_NAME.exec(file)?.[1])
      if (number !== index + 1) {
        throw new Error(
          `${join(directory, file)} should be named ${String(index + 1).padStart(4, '0')}_what_it_adds.sql: ` +
            'migrations are numbered without gaps',
        )
      }
      // A checkout with other line ends is the same migration.
      const text = (await readFile(join(directory, file), 'utf8')).replaceAll('\r\n', '\n')
      return {
        name: file.slice(0, -'.sql'.length),
        checksum: createHash('sha256').update(text).digest('hex'),
        statements: splitStatements(text),
      }
    }),
  )
}

/** A statement ends with a semicolon at the end of a line; lines that are comments do not count. */
function splitStatements(text: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, '')
    .split(/;[ \t]*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}

/** Resolves with the name of the migration applied, or null when all are. */
async function applyNext(
  tx: Transaction,
  engine: Database['engine'],
  migrations: readonly Migration[],
): Promise<string | null> {
  if (engine === 'postgres') {
    // Nodes that start together take turns; SQLite's write lock does the same by itself.
    tx.run(`select pg_advisory_xact_lock(${ADVISORY_LOCK})`)
  }
  tx.run('create table if not exists migrations (name text primary key, checksum text not null)')
  const applied = await tx.all<{ name: string; checksum: string }>(
    'select name, checksum from migrations order by name',
  )
  for (const [index, { name, checksum }] of applied.entries()) {
    const migration = migrations[index]
    if (migration?.name !== name) {
      throw new Error(
        `The database has the migration ${name}, which this version does not know: ` +
          'it was used by a newer version of Heliograph, so start that one',
      )
    }
    if (migration.checksum !== checksum) {
      throw new Error(
        `The migration ${name} was changed after this database had applied it: ` +
          'restore the file, and put what is new into a migration of its own',
      )
    }
  }
  const next = migrations[applied.length]
  if (next === undefined) {
    return null
  }
  for (const statement of next.statements) {
    tx.run(statement)
  }
  tx.run('insert into migrations (name, checksum) values ($1, $2)', [next.name, next.checksum])
  return next.name
}

/** Any number that no other program uses on the same database: "helio" in ASCII. */
const ADVISORY_LOCK = 0x68656c696f
