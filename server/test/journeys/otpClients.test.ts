import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { IdentifiedErrorResponse } from '../../src/api/errorResponses.ts'
import type { ApplicationAnswer, OtpStatusEntity } from '../../src/api/otp/schema.ts'
import type { CallOptions } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// The 2FA API as clients of all kinds call it: published connectors, SDKs that insist on a body, curl, browsers.

let server: InProcess
let numbers = 0

before(async () => {
  const account = { id: 'acme', apiKeys: [{ key: 'key-of-acme', scopes: ['otp'] }] }
  server = await startInProcess('sqlite', { accounts: [account], simulator: true })
})
after(() => server.stop())

const freshNumber = () => `4915112${345_000 + ++numbers}`
const call = <Body = OtpStatusEntity>(path: string, options: CallOptions = {}) =>
  server.call<Body>(path, { method: 'POST', ...options })
const accepted = async (path: string, options: CallOptions = {}) => {
  const answer = await call<OtpStatusEntity & ApplicationAnswer>(path, options)
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

test('the published connector: capitalised names, AUTO, integers where others send text', async () => {
  const query = new URLSearchParams({ number: `+${freshNumber()}`, via: 'AUTO', pinLength: '6', Sender: 'Flow' })
  const otp = await accepted(`/2fa/v1/otp?${query}`)
  await accepted(`/2fa/v1/otp/${otp.otpId}?via=SMS&Sender=Flow`)
  assert.equal((await call(`/2fa/v1/otp/${otp.otpId}/check?otpCode=1`)).status, 401)
  const number = freshNumber()
  assert.equal((await call(`/2fa/v1/otp?number=${number}&applicationId=42`)).status, 404)
  const own = await accepted(`/2fa/v1/otp?number=${number}&otpCode=0042`)
  assert.equal((await call(`/2fa/v1/otp/${own.otpId}/check`, { body: { otpCode: 42 } })).status, 202)
})

test('the vendor’s sample of an application names its caller as its sender', async () => {
  const sample = { name: 'Sample', attempts: 3, expire: 300, pinLength: 4, sender: 'VERIFY', caller: 'VERIFY' }
  const created = await accepted('/2fa/v1/application', { body: { ...sample, alphanumeric: false } })
  assert.deepEqual([created.sender, created.caller], ['VERIFY', 'VERIFY'])
  const { applicationId } = created
  assert.equal((await accepted(`/2fa/v1/application/${applicationId}?caller=Other`)).caller, 'Other')
  const { otpId } = await accepted(`/2fa/v1/otp?number=4930901821&applicationId=${applicationId}&caller=VERIFY`)
  await accepted(`/2fa/v1/otp/${otpId}?caller=12345`)
})

test('every path is the same with a slash at its end', async () => {
  const application = await accepted('/2fa/v1/application/')
  const path = `/2fa/v1/application/${application.applicationId}/`
  assert.deepEqual((await server.call(path)).body, application)
  assert.equal((await server.call('/2fa/v1/application/')).status, 200)
  await accepted(`${path}language/?language=de&text={{OTP}}`)
  const { otpId } = await accepted(`/2fa/v1/otp/?number=${freshNumber()}&otpCode=4711`)
  assert.equal((await server.call(`/2fa/v1/otp/${otpId}/events/`)).status, 200)
  assert.equal((await call(`/2fa/v1/otp/${otpId}/check/?otpCode=4711`)).status, 202)
})

test('parameters come in the query, as a form or as JSON', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  await accepted('/2fa/v1/otp', { body: `number=${freshNumber()}&via=sms`, headers: form })
  await accepted('/2fa/v1/otp', { body: { number: Number(freshNumber()), pinLength: '6' } })
  const created = await accepted('/2fa/v1/application?name=query', {
    body: { name: 'body', expire: '60', nistProfile: 'True' },
  })
  assert.deepEqual([created.name, created.expire, created.nistProfile], ['query', 60, true])
  const { applicationId } = created
  const edited = await accepted(`/2fa/v1/application/${applicationId}`, {
    body: { alphanumeric: true, countries: ['de'] },
  })
  assert.deepEqual([edited.alphanumeric, edited.countries], [true, ['DE']])
  const again = await accepted(
    `/2fa/v1/application/${applicationId}?ALPHANUMERIC=false&countries=all&deleteCaller=true`,
  )
  assert.deepEqual([again.alphanumeric, again.countries, again.caller], [false, null, null])
})

test('an application is created of nothing: no body, an empty one of any type, an empty object', async () => {
  for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain']) {
    const created = await accepted('/2fa/v1/application', { body: '', headers: { 'content-type': type } })
    assert.match(created.name, /^App-[0-9]{13}$/)
  }
  const { applicationId, accountId, name, created, ...settings } = await accepted('/2fa/v1/application', { body: {} })
  assert.deepEqual(settings, {
    pinLength: 4,
    alphanumeric: false,
    attempts: 3,
    expire: 300,
    template: settings.template,
    sender: 'VERIFY',
    caller: null,
    countries: null,
    nistProfile: false,
  })
  assert.deepEqual(Object.keys(settings.template), ['en', 'en-voice'])
})

test('the vendor’s codes are told for what the vendor refuses', async () => {
  const refused = async (path: string) => {
    const { status, body } = await call<IdentifiedErrorResponse>(path)
    assert.equal(status, 400)
    assert(Math.abs(body.timestamp - Date.now()) < 60_000)
    return body.code
  }
  for (const length of [3, 11]) assert.equal(await refused(`/2fa/v1/application?pinLength=${length}`), '1006')
  for (const seconds of [29, 7201]) assert.equal(await refused(`/2fa/v1/application?expire=${seconds}`), '1008')
  assert.equal(await refused('/2fa/v1/application?name=default'), '1017')
  assert.equal(await refused(`/2fa/v1/otp?number=${freshNumber()}&pinLength=11`), '1006')
})

test('every mistake is named, whatever comes in, and nothing is a 5xx', async () => {
  const hostile = [
    '',
    ' ',
    '%00',
    '%ff',
    '\u202e',
    '💥',
    '[]',
    '-1',
    '1e999',
    'x'.repeat(6_000),
    '../..',
    'constructor',
  ]
  const parameters = ['number', 'country', 'via', 'language', 'text', 'otpCode', 'sender', 'caller', 'pinLength']
  for (const parameter of [...parameters, 'referenceId', 'applicationId']) {
    for (const value of hostile) {
      const sane = parameter === 'number' ? '' : `number=${freshNumber()}&`
      const path = `/2fa/v1/otp?${sane}${parameter}=${value.startsWith('%') ? value : encodeURIComponent(value)}`
      const { status, body, text } = await call<IdentifiedErrorResponse>(path)
      assert(status < 500, `${path.slice(0, 100)}: ${text}`)
      if (status === 400) assert.match(body.message, new RegExp(`\\b${parameter}\\b`), `${path.slice(0, 100)}: ${text}`)
    }
  }
  for (const id of ['%00', '%ff', 'x', '💥', '__proto__', `${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`]) {
    for (const path of [`/2fa/v1/application/${id}`, `/2fa/v1/otp/${id}`, `/2fa/v1/otp/${id}/events`]) {
      const { status } = await server.call(path)
      assert([400, 404].includes(status), `${path}: ${status}`)
    }
  }
})

test('the key may stand in the query, and a request for the head of a list tells nothing more', async () => {
  assert.equal((await server.call('/2fa/v1/application?apiKey=key-of-acme', { key: null })).status, 200)
  assert.equal((await server.call('/2fa/v1/application?APIKEY=key-of-acme', { key: null })).status, 200)
  assert.equal((await server.call('/2fa/v1/application', { method: 'HEAD' })).text, '')
})
