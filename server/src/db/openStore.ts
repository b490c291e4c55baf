import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

export interface StorePlace {
  readonly dataDirectory: string
  readonly store: { readonly url: string | null /* of PostgreSQL; null: SQLite in the data folder */ }
}

/**
 * Opens the store that the configuration names. `shared`: beside a running server, which a command that writes little
 * may do; otherwise SQLite's data folder is taken for this process alone.
 */
export async function openStore(
  { dataDirectory, store: { url } }: StorePlace,
  { shared }: { shared: boolean },
): Promise<Database> {
  if (url === null) return openSqlite({ directory: dataDirectory, shared })
  // Its driver is a third of the time a command takes to start, and most installations never use it.
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres({ url })
}
