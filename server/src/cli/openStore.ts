import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { openSqlite } from '../db/sqlite.ts'

/**
 * Opens the store that the configuration names. `shared`: beside a running server, which a command that writes little
 * may do; otherwise SQLite's data folder is taken for this process alone.
 */
export async function openStore(config: Config, { shared }: { shared: boolean }): Promise<Database> {
  const { url } = config.store
  if (url === null) return openSqlite({ directory: config.dataDirectory, shared })
  // Its driver is a third of the time a command takes to start, and most installations never use it.
  const { openPostgres } = await import('../db/postgres.ts')
  return openPostgres({ url })
}
