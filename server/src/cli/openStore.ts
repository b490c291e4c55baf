import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { openPostgres } from '../db/postgres.ts'
import { openSqlite } from '../db/sqlite.ts'

/**
 * Opens the store that the configuration names. `shared`: beside a running server, which a command that writes little
 * may do; otherwise SQLite's data folder is taken for this process alone.
 */
export function openStore(config: Config, { shared }: { shared: boolean }): Promise<Database> {
  const { url } = config.store
  return url === null ? openSqlite({ directory: config.dataDirectory, shared }) : openPostgres({ url })
}
