import pg from 'pg'
import { startPostgres, type TestPostgres } from '../server/test/postgres.ts'

/**
 * The PostgreSQL of the tests, but with every commit synced to disk, and with the room for its log that PostgreSQL has
 * by default: the tests' small log files would have it write a checkpoint every few thousand messages.
 */
export async function startBenchPostgres(): Promise<TestPostgres> {
  const postgres = await startPostgres({ fsync: true })
  const client = new pg.Client({ connectionString: await postgres.url('settings') })
  await client.connect()
  await client.query("alter system set max_wal_size = '1GB'")
  await client.query('select pg_reload_conf()')
  await client.end()
  return postgres
}
