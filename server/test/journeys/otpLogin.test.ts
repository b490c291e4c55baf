import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { waitFor } from '../waitFor.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// examples/otp-login as it stands, in a process of its own, with a browser's cookie.

const EXAMPLE = fileURLToPath(new URL('../../../examples/otp-login/server.mjs', import.meta.url))
const NUMBER = '+4915112345678'

let server: InProcess
let example: ChildProcess
let page: string

before(async () => {
  const account = { id: 'acme', apiKeys: [{ key: 'key-of-acme', scopes: ['otp'] }] }
  server = await startInProcess('sqlite', { accounts: [account], simulator: true })
  const environment = { HELIOGRAPH_URL: server.url, HELIOGRAPH_KEY: 'key-of-acme', PORT: '0' }
  const child = spawn(process.execPath, [EXAMPLE], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  example = child
  const [line] = await once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(START_TIMEOUT_MS) })
  page = /http:\S+/.exec(String(line))?.[0] ?? assert.fail(String(line))
})
after(async () => {
  if (example?.exitCode === null) {
    const ended = once(example, 'exit')
    example.kill()
    await ended
  }
  await server?.stop()
})

const START_TIMEOUT_MS = 30_000

async function submit(form: Record<string, string>, cookie = '') {
  const body = new URLSearchParams(form)
  const signal = AbortSignal.timeout(START_TIMEOUT_MS)
  const answer = await fetch(page, { method: 'POST', body, headers: { cookie }, signal })
  const [set = ''] = answer.headers.getSetCookie()
  return { text: await answer.text(), set, cookie: set.split(';')[0] ?? '' }
}

async function codeOnPhone(): Promise<string> {
  let code: string | undefined
  await waitFor(async () => {
    const path = `/sim/v1/handsets/${encodeURIComponent(NUMBER)}/messages`
    const { status, body } = await server.call<{ messages: { text: string }[] }>(path)
    code = status === 200 ? /\b[0-9]{4}\b/.exec(body.messages.at(-1)?.text ?? '')?.[0] : undefined
    return code !== undefined
  })
  return code ?? ''
}

test('the page asks for a number, and says what is wrong with one', async () => {
  const answer = await fetch(page, { signal: AbortSignal.timeout(START_TIMEOUT_MS) })
  assert.match(await answer.text(), /name="number"/)
  const { text, set } = await submit({ number: '<b>' })
  assert.match(text, /must be an international phone number/)
  assert.doesNotMatch(text, /<b>/)
  assert.equal(set, '')
})

test('the code on the phone logs its number in, once, and a wrong one does not', async () => {
  const sent = await submit({ number: NUMBER })
  assert.match(sent.text, /name="code" autocomplete="one-time-code"/)
  assert.match(sent.set, /HttpOnly; SameSite=Strict/)
  const code = await codeOnPhone()
  const wrong = await submit({ code: code === '0000' ? '1111' : '0000' }, sent.cookie)
  assert.match(wrong.text, /not the code/)
  assert.match((await submit({ code: '' }, sent.cookie)).text, /otpCode.*name="code"/s)
  assert.match((await submit({ code })).text, /Your number, please/)
  assert.match((await submit({ code }, sent.cookie)).text, /Welcome, \+4915112345678/)
  assert.match((await submit({ code }, sent.cookie)).text, /The code is over/)
})
