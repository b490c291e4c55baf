import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { JumpingClock } from '../jumpingClock.ts'
import { waitFor } from '../waitFor.ts'
import { accountOf, KEY } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// What a data team gets: the Airbyte source, as the process that Airbyte would start, against the whole server.

const MAIN = resolve(import.meta.dirname, '../../../connectors/airbyte/source-tyntec-sms/src/main.ts')

let server: InProcess
let folder: string

const clock = new JumpingClock()

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliograph-airbyte-'))
  const config = {
    http: { port: 0 },
    accounts: [accountOf('acme'), accountOf('other')],
    simulator: true,
    routes: [{ carrier: 'simulator', gateway: 'DEFAULT' }],
  }
  server = await startInProcess('sqlite', config, { clock })
  await waitFor(async () => (await server.call('/readyz')).status === 200)
})
after(async () => {
  await server?.stop()
  await rm(folder, { recursive: true })
})

test('a check tells a good key from a wrong one', async () => {
  assert.equal((await run('check')).statuses[0]?.status, 'SUCCEEDED')
  const wrong = await run('check', { config: { api_key: 'wrong-key-of-nobody' } })
  assert.equal(wrong.statuses[0]?.status, 'FAILED')
  assert.match(String(wrong.statuses[0]?.message), /api_key/)
  assert.ok(!wrong.output.includes('wrong-key-of-nobody'))
})

test('each sync brings exactly the messages that changed since the one before, late status changes too', async () => {
  const one = await send('+4915112345678')
  const two = await send('+4915112345679')
  const late = await send('+4915112999100', { validity: 10 })
  await send('+4915112345670', {}, 'key-of-other')
  await untilStatus(one, 'DELIVERED')
  await untilStatus(two, 'DELIVERED')
  await untilStatus(late, 'BUFFERED')

  const first = await syncMessages(null)
  assert.deepEqual(first.statuses, { [one]: 'DELIVERED', [two]: 'DELIVERED', [late]: 'BUFFERED' })
  const idle = await syncMessages(first.state)
  assert.deepEqual([idle.statuses, idle.state], [{}, first.state])

  clock.jump(80 * MINUTE_MS)
  await untilStatus(late, 'EXPIRED')
  const three = await send('+4915112345680')
  await untilStatus(three, 'DELIVERED')
  const second = await syncMessages(idle.state)
  assert.deepEqual(second.statuses, { [late]: 'EXPIRED', [three]: 'DELIVERED' })
  assert.deepEqual((await syncMessages(second.state)).statuses, {})

  const all = await run('read', { modes: { messages: 'full_refresh' } })
  assert.deepEqual(
    all.records.map(({ data }) => data.requestId),
    [three, late, two, one],
  )
})

test('statuses by request ID are the same as the list, and one of another account is skipped', async () => {
  const mine = await send('+4915112345681')
  const theirs = await send('+4915112345681', {}, 'key-of-other')
  await untilStatus(mine, 'DELIVERED')
  const config = { request_ids: [theirs, mine] }
  const { records, output, exitCode } = await run('read', { config, modes: { messages: 'full_refresh' } })
  const { body } = await server.call<object>(`/messaging/v1/messages/${mine}`)
  assert.deepEqual(
    records.map(({ data }) => data),
    [body],
  )
  assert.match(output, new RegExp(`${theirs} \\(404\\): skipped`))
  assert.equal(exitCode, 0)
})

test('contacts, registrations and numbers come a row a record, a number once for each request', async () => {
  const contact = {
    companyName: 'Example GmbH',
    contactName: 'Erika Muster',
    contactEmail: 'erika@example.com',
    contactPhone: '49231123456789',
  }
  const { contactId } = await post('/byon/contacts/v1', contact)
  const register = () => post(`/byon/provisioning/v1?contactId=${contactId}`, [{ phoneNumber: '+4915112345001' }])
  const refused = await register()
  await post(`/api/v1/provisioning/${refused.requestId}/status`, { status: 'REJECTED' })
  const again = await register()

  const modes = { contacts: 'full_refresh', phones: 'full_refresh', registrations: 'full_refresh' } as const
  const { records, exitCode } = await run('read', { modes })
  assert.equal(exitCode, 0)
  const of = (stream: string) => records.filter((record) => record.stream === stream).map(({ data }) => data)
  assert.deepEqual(
    of('contacts').map((data) => data.contactId),
    [contactId],
  )
  assert.deepEqual(
    of('registrations').map((data) => data.requestId),
    [refused.requestId, again.requestId],
  )
  assert.deepEqual(
    of('phones').map(({ phoneNumber, requestId, status }) => [phoneNumber, requestId, status]),
    [
      ['+4915112345001', refused.requestId, 'REJECTED'],
      ['+4915112345001', again.requestId, 'LOA_PENDING'],
    ],
  )
})

const MINUTE_MS = 60_000
/** What changed in the minute before the end of a sync comes again with the next. */
const SETTLE_MS = 2 * MINUTE_MS

async function send(to: string, more: object = {}, key = KEY): Promise<string> {
  const body = { to, from: 'Heliograph', message: 'x', ...more }
  const answer = await server.call<{ requestId: string }>('/messaging/v1/sms', { body, key })
  assert.equal(answer.status, 200, answer.text)
  return answer.body.requestId
}

async function untilStatus(requestId: string, status: string): Promise<void> {
  const path = `/messaging/v1/messages/${requestId}`
  await waitFor(async () => (await server.call<{ status: string }>(path)).body.status === status, 30_000)
}

async function post(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const answer = await server.call<Readonly<Record<string, unknown>>>(path, { body })
  assert.ok(answer.status < 300, answer.text)
  return answer.body
}

/** One incremental sync of messages, from a state on: the status of each, and the state to go on from. */
async function syncMessages(state: unknown): Promise<{ statuses: Record<string, unknown>; state: unknown }> {
  clock.jump(SETTLE_MS)
  const files = { modes: { messages: 'incremental' } as const, ...(state === null ? {} : { state: [state] }) }
  const { records, states, exitCode } = await run('read', files)
  assert.equal(exitCode, 0)
  const ids = records.map(({ data }) => data.requestId)
  assert.equal(new Set(ids).size, ids.length, 'a message comes once in a sync')
  return {
    statuses: Object.fromEntries(records.map(({ data }) => [data.requestId, data.status])),
    state: states.at(-1),
  }
}

interface Files {
  readonly config?: object
  readonly modes?: Readonly<Record<string, 'full_refresh' | 'incremental'>>
  readonly state?: unknown
}

interface Line {
  readonly type: string
  readonly record?: { readonly stream: string; readonly data: Readonly<Record<string, unknown>> }
  readonly state?: { readonly type: string; readonly stream: object }
  readonly connectionStatus?: { readonly status: string; readonly message?: string }
}

/** Runs a command of the source in a process of its own. */
async function run(command: string, { config, modes, state }: Files = {}) {
  const argv = [MAIN, command]
  const add = async (name: string, content: unknown) => {
    const file = join(folder, `${name}.json`)
    await writeFile(file, JSON.stringify(content))
    argv.push(`--${name}`, file)
  }
  await add('config', { api_key: KEY, base_url: server.url, ...config })
  if (modes !== undefined) {
    const streams = Object.entries(modes).map(([name, sync_mode]) => ({
      stream: { name, json_schema: {}, supported_sync_modes: [sync_mode] },
      sync_mode,
      destination_sync_mode: 'append',
    }))
    await add('catalog', { streams })
  }
  if (state !== undefined) await add('state', state)
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], timeout: RUN_MS_MAX })
  const ended = new Promise<number | null>((end) => child.once('close', end))
  const output = await text(child.stdout)
  const lines: Line[] = output
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
  return {
    output,
    exitCode: await ended,
    records: lines.flatMap(({ record }) => (record === undefined ? [] : [record])),
    states: lines.flatMap((line) =>
      line.state === undefined ? [] : [{ type: line.state.type, stream: line.state.stream }],
    ),
    statuses: lines.flatMap(({ connectionStatus }) => (connectionStatus === undefined ? [] : [connectionStatus])),
  }
}

const RUN_MS_MAX = 60_000
