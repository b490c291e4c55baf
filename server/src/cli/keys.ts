import { createApiKey, listApiKeys, revokeApiKey } from '../accounts/apiKeys.ts'
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openStore } from '../db/openStore.ts'
import { OperatorError } from '../operatorError.ts'
import type { WantedKey } from './parseCommand.ts'

/** Makes a key and gives the text to print; the only time that the key is seen. */
export function createKey(config: Config, wanted: WantedKey): Promise<string> {
  const ids = config.accounts.map(({ id }) => id)
  if (!ids.includes(wanted.accountId)) {
    const known = ids.length === 0 ? 'the configuration has none' : `there are: ${ids.join(', ')}`
    throw new OperatorError(`There is no account "${wanted.accountId}" (${known})`)
  }
  return inStore(config, async (db) => {
    const { id, key } = await createApiKey({ db, clock: systemClock }, wanted)
    return `${key}\n\nKey ${id} of account ${wanted.accountId}, scopes: ${wanted.scopes.join(', ')}.\nIt is not stored and cannot be shown again.\n`
  })
}

export function listKeys(config: Config, accountId: string | null): Promise<string> {
  return inStore(config, async (db) => {
    const keys = await listApiKeys(db, accountId)
    if (keys.length === 0) return 'No keys. Those in the configuration file are not listed here.\n'
    const rows = keys.map(({ id, accountId, prefix, scopes, createdAt, revokedAt, name }) => {
      const state = revokedAt === null ? 'valid' : `revoked ${timeOf(revokedAt)}`
      return [id, accountId, `hg_${prefix}_…`, scopes.join(','), timeOf(createdAt), state, name ?? '']
    })
    return table([['ID', 'ACCOUNT', 'KEY', 'SCOPES', 'CREATED', 'STATE', 'NAME'], ...rows])
  })
}

export function revokeKey(config: Config, id: string): Promise<string> {
  return inStore(config, async (db) => {
    const hash = await revokeApiKey({ db, clock: systemClock }, { accountId: null, id })
    if (hash === null) throw new OperatorError(`There is no valid key with the id "${id}"`)
    return `Key ${id} is revoked.\n`
  })
}

/** The first command on a new installation may come before the first start, so the tables are made here too. */
async function inStore(config: Config, work: (db: Database) => Promise<string>): Promise<string> {
  const db = await openStore(config, { shared: true })
  try {
    await migrate(db)
    return await work(db)
  } finally {
    await db.close()
  }
}

function timeOf(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`
}

function table(rows: readonly string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
