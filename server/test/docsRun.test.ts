import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { type Heliograph, startHeliograph } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { demoKeyOf, loadSecret } from '../src/secrets.ts'
import { type CodeBlock, codeBlocksOf } from './markdown.ts'
import { waitFor } from './waitFor.ts'

const root = resolve(import.meta.dirname, '../..')
const PAGES = [
  'README.md',
  'docs/api/sms.md',
  'docs/api/inbound.md',
  'docs/api/webhooks.md',
  'docs/api/own.md',
  'docs/api/byon.md',
  'docs/api/otp.md',
  'docs/api/chat.md',
  'docs/api/conversations.md',
  'docs/api/media.md',
  'docs/operate/power-automate.md',
]
const skip = spawnSync('curl', ['--version']).error === undefined ? false : 'there is no curl on this machine'

/** Blocks marked `sh run` are run as they are; `sh run 400` says what the answer is when it is not a 2xx. */
describe('the documents against a demo server', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-docs-run-'))
  let server: Heliograph
  let environment: Record<string, string>

  before(async () => {
    const config = loadConfig({ flags: { data: folder, port: '0' }, environment: { LOG_LEVEL: 'silent' } })
    server = await startHeliograph(config)
    const key = demoKeyOf(await loadSecret(config))
    environment = {
      ...(await valuesToExport(server.url, key)),
      ...(await registrationToExport(server.url, key)),
      ...(await codeToExport(server.url, key)),
      ...(await chatToExport(server.url, key)),
      ...(await flowToExport(server.url, key)),
    }
  })
  after(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true })
  })

  for (const page of PAGES) {
    const blocks = codeBlocksOf(readFileSync(join(root, page), 'utf8'))
    for (const [index, block] of blocks.entries()) {
      if (!/^sh run\b/.test(block.info)) continue
      test(`${page}:${block.line} works as it stands there`, async () => {
        const { answer, statuses } = await runBlock(block, environment)
        assert(statuses.length > 0)
        const expected = / (\d{3})$/.exec(block.info)?.[1]
        for (const status of statuses) assert.match(status, expected === undefined ? /^2/ : new RegExp(expected))
        const shown = blocks[index + 1]
        if (shown?.info === 'json') {
          assert.deepEqual(shapeOf(JSON.parse(answer)), shapeOf(JSON.parse(shown.text)), 'the answer shown')
        }
      })
    }
  }

  test('every endpoint has its place on a page', async () => {
    const text = [...PAGES, 'docs/operate/simulator.md']
      .map((page) => readFileSync(join(root, page), 'utf8'))
      .join('\n')
    const { paths }: { paths: Record<string, Record<string, unknown>> } = await getJson(`${server.url}/openapi.json`)
    const missing = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .map((method) => `${method.toUpperCase()} ${path}`)
        .filter((endpoint) => !text.includes(path.startsWith('/sim/') ? path : endpoint)),
    )
    assert.deepEqual(missing, [])
  })
})

/** What the pages ask the reader to export. */
async function valuesToExport(url: string, key: string): Promise<Record<string, string>> {
  const message = { to: '+4915112345678', from: 'Heliograph', message: 'Hello' }
  const { id: endpointId } = await postJson(`${url}/api/v1/webhooks/endpoints`, key, { url: `${url}/sim/v1/sink/docs` })
  const { requestId } = await postJson(`${url}/messaging/v1/sms`, key, message)
  const { id } = await postJson(`${url}/api/v1/keys`, key, { name: 'to be revoked' })
  const inboundId = await receiveOne(url, key)
  const own = { ID: String(requestId), KEY_ID: String(id), INBOUND_ID: inboundId, ENDPOINT: String(endpointId) }
  return { URL: url, KEY: key, ...own, DELIVERY: await deliveredOne(url, key) }
}

/** Waits until something was delivered, and gives its id. */
async function deliveredOne(url: string, key: string): Promise<string> {
  let id: string | undefined
  await waitFor(async () => {
    const path = `${url}/api/v1/webhooks/deliveries?status=delivered&event=message.status`
    const { deliveries } = await getJson<{ deliveries: { id: string }[] }>(path, { headers: { apikey: key } })
    id = deliveries[0]?.id
    return id !== undefined
  })
  return String(id)
}

/** A message over a chain that has arrived. */
async function chatToExport(url: string, key: string): Promise<Record<string, string>> {
  const sms = { from: 'Heliograph', contentType: 'text', text: 'Hello' }
  const path = `${url}/messaging/v1/chat/messages`
  const { messageId } = await postJson(path, key, { to: '+4915112345673', channels: ['sms'], sms })
  await waitFor(async () => {
    const { status } = await getJson<{ status: string }>(`${path}/${messageId}/status`, { headers: { apikey: key } })
    return status === 'delivered'
  })
  return { CHAT: String(messageId) }
}

/** A flow that may be ended. */
async function flowToExport(url: string, key: string): Promise<Record<string, string>> {
  const path = `${url}/conversations/v3/power-automate/webhooks/channels/sms/phone-numbers/14155270904`
  const { id } = await postJson(path, key, { inboundMessageUrl: `${url}/sim/v1/sink/flow` })
  return { FLOW: String(id) }
}

/** Lets a handset write to us, and gives the id of what came. */
async function receiveOne(url: string, key: string): Promise<string> {
  await waitFor(async () => (await fetch(`${url}/readyz`)).status === 200)
  const body = { from: '+491622943176', to: '+14155270903', text: 'Hello' }
  await postJson(`${url}/sim/v1/inbound`, key, body)
  let id: string | undefined
  await waitFor(async () => {
    const request = { headers: { apikey: key } }
    const { messages } = await getJson<{ messages: { requestId: string }[] }>(`${url}/api/v1/inbound`, request)
    id = messages[0]?.requestId
    return id !== undefined
  })
  return id ?? ''
}

/** A contact and a request to register a number that no page names. */
async function registrationToExport(url: string, key: string): Promise<Record<string, string>> {
  const details = { companyName: 'A', contactName: 'B', contactEmail: 'b@example.com', contactPhone: '+4930123456' }
  const { contactId } = await postJson(`${url}/byon/contacts/v1`, key, details)
  const path = `${url}/byon/provisioning/v1?contactId=${contactId}`
  const { requestId } = await postJson(path, key, [{ phoneNumber: '+4915112345001' }])
  return { CONTACT: String(contactId), REQUEST: String(requestId) }
}

/** A code that is known, to a number of its own, and an application to be deleted. */
async function codeToExport(url: string, key: string): Promise<Record<string, string>> {
  const { otpId } = await postJson(`${url}/2fa/v1/otp`, key, { number: '4915112345671', otpCode: '4711' })
  const { applicationId } = await postJson(`${url}/2fa/v1/application`, key, {})
  return { OTP: String(otpId), APPLICATION: String(applicationId) }
}

async function postJson(url: string, key: string, body: object): Promise<Record<string, unknown>> {
  const headers = { apikey: key, 'content-type': 'application/json' }
  return getJson(url, { method: 'POST', headers, body: JSON.stringify(body) })
}

async function getJson<Answer>(url: string, request: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) })
  assert(response.ok, `${url} answered ${response.status}`)
  // The caller names the shape of the endpoint it asks.
  return (await response.json()) as Answer
}

const TIMEOUT_MS = 10_000

/** Runs a block in a shell; the status of each answer goes to standard error. */
async function runBlock(
  { text }: CodeBlock,
  environment: Record<string, string>,
): Promise<{ answer: string; statuses: string[] }> {
  const { stdout, stderr } = await promisify(execFile)('sh', ['-euc', `${CURL_THAT_TELLS}\n${text}`], {
    env: { PATH: process.env.PATH, ...environment },
    timeout: TIMEOUT_MS,
  })
  return { answer: stdout, statuses: stderr.split('\n').filter((line) => line !== '') }
}

const CURL_THAT_TELLS = `curl() { command curl -sS -w '%{stderr}%{http_code}\\n' "$@"; }`

/** The names in a JSON value: null stands for every scalar, one element for a list. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])]
  if (typeof value !== 'object' || value === null) return null
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]))
}
