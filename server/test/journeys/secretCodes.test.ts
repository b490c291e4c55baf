import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { OtpStatusEntity } from '../../src/api/otp/schema.ts'
import { makeCode } from '../../src/otp/code.ts'
import { CANARY_DIGITS, codesInFolder, codesInText } from '../findCodes.ts'
import { waitFor } from '../waitFor.ts'
import { Installation } from './heliograph.ts'

const CODES = 1_000
const CALLS = 40
const CALLERS = 32

/** Logs all it can. More codes go out to neighbours than the limits would let pass. */
const installation = await Installation.create({
  config: {
    accounts: [{ id: 'acme', apiKeys: [{ key: 'key-of-acme', scopes: ['otp', 'messages', 'admin'] }] }],
    simulator: true,
    otp: { limits: { sendsPerPrefix: 2 * CODES, failuresPerPrefix: 2 * CODES } },
  },
  environment: { LOG_LEVEL: 'trace' },
})
before(() => installation.start())
after(() => installation.remove())

test('of 1,000 codes that were sent, called, checked and mistyped, none is on disk, in the logs or in a list', async () => {
  const codes = Array.from({ length: CODES }, () => makeCode({ length: CANARY_DIGITS, alphanumeric: false }))
  await inParallel(codes, async (code, index) => {
    const otp = await post(`/2fa/v1/otp?${new URLSearchParams({ number: numberOf(index), otpCode: code })}`, 200)
    if (index % 3 === 1) return
    const right = index % 3 === 0
    const typed = right ? code : `${code.slice(1)}${code[0] === '9' ? 8 : 9}`
    await post(`/2fa/v1/otp/${otp.otpId}/check?otpCode=${typed}`, right ? 202 : 401)
    if (!right) await post(`/2fa/v1/otp/${otp.otpId}`, 200)
  })
  const [first = ''] = codes
  await waitFor(async () => (await handset(numberOf(CODES - 1), 'messages')).includes(codes.at(-1) ?? ''))
  await waitFor(async () => codesInText(await handset(numberOf(0), 'calls'), [first]).length === 1)

  const { text: list } = await installation.call('/api/v1/messages')
  assert.match(list, /Your verification co/)
  assert.deepEqual(codesInText(list, codes), [])
  assert.deepEqual(await codesInFolder(installation.dataFolder, codes), [])
  await installation.stop()
  assert.deepEqual(await codesInFolder(installation.dataFolder, codes), [])
  assert.deepEqual(codesInText(installation.output + installation.errors, codes), [])
})

/** Landlines first, which are called; the others are mobiles. */
function numberOf(index: number): string {
  return index < CALLS ? `+4930${String(20_000_000 + index)}` : `+49151${String(10_000_000 + index)}`
}

async function post(path: string, status: number): Promise<OtpStatusEntity> {
  const answer = await installation.call<OtpStatusEntity>(path, { method: 'POST' })
  assert.equal(answer.status, status, `${path}: ${answer.text}`)
  return answer.body
}

async function handset(number: string, what: 'messages' | 'calls'): Promise<string> {
  return (await installation.call(`/sim/v1/handsets/${encodeURIComponent(number)}/${what}`)).text
}

async function inParallel<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const waiting = items.entries()
  const caller = async () => {
    for (const [index, item] of waiting) await work(item, index)
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
}
