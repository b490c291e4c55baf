import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

test('the server of a test that was killed with -9 ends and its folder goes', async () => {
  const script = `
    import { startPostgres } from ${JSON.stringify(new URL('./postgres.ts', import.meta.url).href)}
    const postgres = await startPostgres()
    console.log(await postgres.url('orphan'))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = await once(createInterface({ input: child.stdout }), 'line')
  const client = await connect(String(url))
  const found = await client.query('show data_directory')
  const folder = String(found.rows[0]?.data_directory).replace(/\/data$/, '')
  assert.ok(existsSync(folder))

  child.kill('SIGKILL')
  await until(async () => !existsSync(folder))
  await assert.rejects(connect(String(url)), { code: 'ECONNREFUSED' })
})

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // The server goes away, as it should.
  await client.connect()
  return client
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, 'the condition did not come true in 20 s')
    await wait(20)
  }
}
