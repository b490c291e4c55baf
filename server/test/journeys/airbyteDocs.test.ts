import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { codeBlocksOf } from '../markdown.ts'
import { waitFor } from '../waitFor.ts'
import { accountOf, KEY } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// docs/operate/airbyte.md as it stands there: its blocks marked `sh run`, one after the other, against a server.

const root = resolve(import.meta.dirname, '../../..')

let server: InProcess
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliograph-airbyte-docs-'))
  const config = {
    http: { port: 0 },
    accounts: [accountOf('acme')],
    simulator: true,
    routes: [{ carrier: 'simulator', gateway: 'DEFAULT' }],
  }
  server = await startInProcess('sqlite', config)
  await waitFor(async () => (await server.call('/readyz')).status === 200)
})
after(async () => {
  await server?.stop()
  await rm(folder, { recursive: true })
})

test('the page leads from a key to tables in SQLite, and its sync brings what is new when it is run again', async () => {
  const blocks = codeBlocksOf(await readFile(join(root, 'docs/operate/airbyte.md'), 'utf8'))
  const [check, catalog, sync, query, ...others] = blocks.filter(({ info }) => info === 'sh run')
  assert.deepEqual(others, [])
  const first = await deliver()
  assert.match(await run(check?.text), /SUCCEEDED/)
  await run(catalog?.text)
  await run(sync?.text)
  assert.deepEqual(messages(), [{ requestId: first, status: 'DELIVERED', parts: 1 }])
  assert.match(await run(query?.text), /DELIVERED[^\n]*1/)

  const second = await deliver()
  await run(sync?.text)
  assert.deepEqual(messages(), [
    { requestId: first, status: 'DELIVERED', parts: 1 },
    { requestId: second, status: 'DELIVERED', parts: 1 },
  ])
})

/** Sends one message and waits until the list of changes has it as delivered. */
async function deliver(): Promise<string> {
  const body = { to: '+4915112345678', from: 'Heliograph', message: 'Hello' }
  const { requestId } = (await server.call<{ requestId: string }>('/messaging/v1/sms', { body })).body
  const list = '/api/v1/messages?updatedSince=0&status=delivered&limit=500'
  await waitFor(async () => {
    const { messages } = (await server.call<{ messages: { requestId: string }[] }>(list)).body
    return messages.some((message) => message.requestId === requestId)
  }, 30_000)
  return requestId
}

async function run(block: string | undefined): Promise<string> {
  assert(block !== undefined)
  const environment = {
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    URL: server.url,
    KEY,
    SYNC: folder,
  }
  const { stdout } = await promisify(execFile)('sh', ['-euc', block], { cwd: root, env: environment, timeout: 60_000 })
  return stdout
}

function messages(): unknown[] {
  const database = new DatabaseSync(join(folder, 'data.db'))
  try {
    const rows = database.prepare(
      'select "requestId", status, json_array_length(parts) as parts from messages order by 1',
    )
    return rows.all().map((row) => ({ ...row }))
  } finally {
    database.close()
  }
}
