import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { OtpStatusEntity, StatusEvent } from '../../src/api/otp/schema.ts'
import { JumpingClock } from '../jumpingClock.ts'
import { waitFor } from '../waitFor.ts'
import type { Answer } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// A code's whole way, from the request over the simulated phone to the verdict, on both stores.

const CONFIG = {
  accounts: [
    { id: 'acme', apiKeys: [{ key: 'key-of-acme', scopes: ['otp', 'messages'] }] },
    { id: 'strict', apiKeys: [{ key: 'key-of-strict', scopes: ['otp'] }], senders: ['Strict'] },
  ],
  simulator: true,
}
const APPLICATIONS = '/2fa/v1/application'
const OTPS = '/2fa/v1/otp'

interface Handset {
  readonly messages: readonly { readonly from: string; readonly text: string }[]
}

interface Calls {
  readonly calls: readonly { readonly said: readonly string[] }[]
}

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`one-time codes on ${engine}`, () => {
    let server: InProcess
    let numbers = 0
    const clock = new JumpingClock()

    before(async () => {
      server = await startInProcess(engine, CONFIG, { clock })
      await waitFor(async () => (await server.call('/readyz')).status === 200)
    })
    after(() => server.stop())

    const freshNumber = () => `+49151124${56_000 + ++numbers}`
    const post = <Body = OtpStatusEntity>(path: string, parameters: Record<string, string> = {}, key = 'key-of-acme') =>
      server.call<Body>(`${path}?${new URLSearchParams(parameters)}`, { method: 'POST', key })
    const send = async (parameters: Record<string, string> = {}): Promise<OtpStatusEntity> => {
      const answer = await post(OTPS, { number: freshNumber(), ...parameters })
      assert.equal(answer.status, 200, answer.text)
      return answer.body
    }
    const check = (otpId: string, otpCode: string) => post(`${OTPS}/${otpId}/check`, { otpCode })
    const received = async (number: string, count = 1): Promise<Handset['messages']> => {
      let messages: Handset['messages'] = []
      await waitFor(async () => {
        const answer = await server.call<Handset>(`/sim/v1/handsets/${encodeURIComponent(number)}/messages`)
        messages = answer.status === 200 ? answer.body.messages : []
        return messages.length >= count
      })
      return messages
    }
    const codeIn = (text: string | undefined) =>
      /\b[0-9]{4,10}\b/.exec(text ?? '')?.[0] ?? assert.fail(`no code: ${text}`)
    const calls = async (number: string): Promise<Calls['calls']> => {
      let found: Calls['calls'] = []
      await waitFor(async () => {
        found = (await server.call<Calls>(`/sim/v1/handsets/${encodeURIComponent(number)}/calls`)).body.calls
        return found.some(({ said }) => said.length > 0)
      })
      return found
    }
    const eventsOf = async ({ otpId }: OtpStatusEntity) =>
      (await server.call<StatusEvent[]>(`${OTPS}/${otpId}/events`)).body

    test('the code that reaches the phone verifies it once, and the events tell the story', async () => {
      const otp = await send({ referenceId: 'login 7' })
      const [sms] = await received(otp.number)
      assert.equal(sms?.from, 'VERIFY')
      const code = codeIn(sms?.text)
      assert.equal(code.length, 4)

      await waitFor(async () => (await eventsOf(otp)).some(({ statusText }) => statusText === 'DELIVERED'))
      const verified = await check(otp.otpId, code)
      assert.equal(verified.status, 202, verified.text)
      assert.deepEqual(verified.body, { ...otp, attemptCount: 1, otpStatus: 'VERIFIED' })
      assert.equal(verified.body.referenceId, 'login 7')
      const again = await check(otp.otpId, code)
      assert.equal(again.status, 410)
      assert.deepEqual(again.body, verified.body)

      const events = (await eventsOf(otp)).map(({ type, channel, status, statusText }) => [
        type,
        channel,
        status,
        statusText,
      ])
      assert.deepEqual(events[0], ['SEND', 'SMS', 'success', 'ACTIVE'])
      assert.deepEqual(events.slice(-3), [
        ['DELIVERY', 'SMS', 'success', 'DELIVERED'],
        ['CHECK', null, 'success', 'VERIFIED'],
        ['FINAL', null, 'success', 'VERIFIED'],
      ])
    })

    test('a landline is called, and hears the code digit by digit', async () => {
      const otp = await send({ number: '+4930901820', otpCode: '4711' })
      const [call] = await calls(otp.number)
      assert.match(call?.said.join(' ') ?? '', /4 7 1 1/)
      await waitFor(async () => (await eventsOf(otp)).some(({ statusText }) => statusText === 'DELIVERED'))
      assert.deepEqual(new Set((await eventsOf(otp)).map(({ channel }) => channel)), new Set(['VOICE']))
      assert.equal((await check(otp.otpId, '4711')).status, 202)
    })

    test('nobody but the phone sees the code', async () => {
      const otp = await send({ otpCode: '98127634', text: '{{OTP}} is it' })
      await received(otp.number)
      await check(otp.otpId, '98127634')
      const list = await server.call('/api/v1/messages')
      assert.match(list.text, /\*\*\*\*/)
      const events = await server.call(`${OTPS}/${otp.otpId}/events`)
      for (const { text } of [list, events]) assert.doesNotMatch(text, /98127634/)
    })

    test('a resend brings the same code, and the right one on the last attempt verifies', async () => {
      const otp = await send()
      const resent = await post(`${OTPS}/${otp.otpId}`)
      assert.equal(resent.status, 200)
      assert.deepEqual(resent.body, otp)
      const codes = (await received(otp.number, 2)).map(({ text }) => codeIn(text))
      assert.equal(codes[0], codes[1])
      const right = codes[0] ?? ''
      const wrong = right === '0000' ? '1111' : '0000'
      const statuses = []
      for (const code of [wrong, wrong, right]) statuses.push((await check(otp.otpId, code)).status)
      assert.deepEqual(statuses, [401, 401, 202])
      assert.equal((await server.call<OtpStatusEntity>(`${OTPS}/${otp.otpId}`)).body.attemptCount, 3)
    })

    test('of a deleted application codes are readable, but neither sent again nor verified', async () => {
      const { applicationId } = (await post<{ applicationId: string }>(APPLICATIONS)).body
      const otp = await send({ applicationId, otpCode: '4711' })
      assert.equal((await server.call(`${APPLICATIONS}/${applicationId}`, { method: 'DELETE' })).status, 200)
      assert.equal((await server.call(`${OTPS}/${otp.otpId}`)).status, 200)
      assert.equal((await post(`${OTPS}/${otp.otpId}`)).status, 401)
      assert.equal((await check(otp.otpId, '4711')).status, 410)
    })

    test('a deleted code is gone from every path', async () => {
      const otp = await send({ otpCode: '4711' })
      const deleted = await server.call<OtpStatusEntity>(`${OTPS}/${otp.otpId}`, { method: 'DELETE' })
      assert.deepEqual(deleted.body, otp)
      assert.equal((await check(otp.otpId, '4711')).status, 404)
      assert.equal((await server.call(`${OTPS}/${otp.otpId}`)).status, 404)
      assert.equal((await server.call(`${OTPS}?number=${encodeURIComponent(otp.number)}`)).status, 204)
    })

    test('a message speaks the language of the number, unless another is asked for or the text is given', async () => {
      const { applicationId } = (await post<{ applicationId: string }>(APPLICATIONS, { sender: 'Example' })).body
      const template = { language: 'de', text: 'Ihr Code ist {{OTP}}, {{SEC}} Sekunden lang.', channel: 'SMS' }
      const saved = await post<{ template: object; warnings: object[] }>(
        `${APPLICATIONS}/${applicationId}/language`,
        template,
      )
      assert.equal(saved.status, 200, saved.text)
      assert.deepEqual(Object.keys(saved.body.template).sort(), ['de-sms', 'en', 'en-voice'])
      assert(Array.isArray(saved.body.warnings))
      const textOf = async (parameters: Record<string, string>) => {
        const { number } = await send({ applicationId, otpCode: '4711', ...parameters })
        return (await received(number)).at(-1)
      }
      assert.deepEqual((await textOf({}))?.text, 'Ihr Code ist 4711, 300 Sekunden lang.')
      assert.match((await textOf({ language: 'fr' }))?.text ?? '', /^Your verification code is 4711/)
      assert.match((await textOf({ number: '+33612345601' }))?.text ?? '', /^Your verification code is 4711/)
      const own = await textOf({ text: 'Only {{OTP}}', sender: 'Other' })
      assert.deepEqual([own?.from, own?.text], ['Other', 'Only 4711'])
    })

    test('codes go only where the application allows and as long as the NIST profile asks', async () => {
      const settings = { countries: 'AT', nistProfile: 'true' }
      const created = (await post<{ applicationId: string; pinLength: number }>(APPLICATIONS, settings)).body
      assert.equal(created.pinLength, 6)
      const { applicationId } = created
      const refused = async (parameters: Record<string, string>) =>
        (await post<{ code: string }>(OTPS, { applicationId, number: '+436641234567', ...parameters })).body.code
      assert.equal(await refused({ number: '+4915112345678' }), '1146')
      assert.equal(await refused({ pinLength: '5' }), '1107')
      assert.equal(await refused({ otpCode: '12345' }), '1107')
      assert.equal(await refused({ pinLength: '11' }), '1006')
      const sent = await send({ applicationId, number: '06641234567', country: 'AT' })
      assert.equal(sent.number, '+436641234567')
      assert.equal(codeIn((await received(sent.number))[0]?.text).length, 6)
    })

    test('an account sends codes only as whom it may send', async () => {
      const strict = async (path: string, parameters: Record<string, string>) =>
        (await post(path, parameters, 'key-of-strict')).status
      assert.equal(await strict(OTPS, { number: freshNumber() }), 403)
      assert.equal(await strict(OTPS, { number: freshNumber(), sender: 'Other' }), 403)
      assert.equal(await strict(OTPS, { number: freshNumber(), sender: 'Strict' }), 200)
      assert.equal(await strict(APPLICATIONS, { sender: 'Other' }), 403)
      assert.equal(await strict(APPLICATIONS, { sender: 'Strict', caller: 'VERIFY' }), 200)
      assert.equal(await strict(APPLICATIONS, { sender: 'Strict', caller: '+4930901829' }), 403)
      assert.equal(await strict(`${APPLICATIONS}/default`, { sender: 'Strict' }), 200)
      assert.equal(await strict(OTPS, { number: freshNumber() }), 200)
    })

    test('only what the channel shows has to be the account’s own, at each send anew', async () => {
      const strict = (path: string, parameters: Record<string, string>) => post(path, parameters, 'key-of-strict')
      const { applicationId } = (await post<{ applicationId: string }>(APPLICATIONS, {}, 'key-of-strict')).body
      const landline = { applicationId, number: '+4930901828' }
      assert.equal((await strict(OTPS, { ...landline, via: 'SMS' })).status, 403)
      assert.equal((await strict(OTPS, { ...landline, caller: '+4930901829' })).status, 403)
      assert.equal((await strict(OTPS, { ...landline, sender: 'Other' })).status, 200)
      const sent = await strict(OTPS, { ...landline, via: 'SMS', sender: 'Strict', caller: '+4930901829' })
      assert.equal(sent.status, 200)
      const path = `${OTPS}/${sent.body.otpId}`
      assert.equal((await strict(path, { via: 'VOICE' })).status, 403)
      assert.equal((await strict(path, { via: 'VOICE', caller: 'VERIFY', sender: 'Other' })).status, 200)
      assert.equal((await strict(path, { via: 'SMS' })).status, 403)
      assert.equal((await strict(path, { via: 'SMS', sender: '4711' })).status, 403)
      assert.equal((await strict(path, { via: 'SMS', sender: 'Strict' })).status, 200)
    })

    test('a code is not sent again to a country that the application does not send to any more', async () => {
      const { applicationId } = (await post<{ applicationId: string }>(APPLICATIONS, { countries: 'DE,AT' })).body
      const otp = await send({ applicationId })
      assert.equal((await post(`${OTPS}/${otp.otpId}`)).status, 200)
      assert.equal((await post(`${APPLICATIONS}/${applicationId}`, { countries: 'AT' })).status, 200)
      const refused = await post<{ code: string; message: string }>(`${OTPS}/${otp.otpId}`)
      assert.deepEqual([refused.status, refused.body.code], [400, '1146'])
      const anew = await post<{ message: string }>(OTPS, { applicationId, number: otp.number })
      assert.equal(refused.body.message, anew.body.message)
      assert.equal((await received(otp.number, 2)).length, 2)
    })

    test('the sixth code to a number within 10 minutes is refused with 429 and the time to wait', async () => {
      const number = freshNumber()
      for (let sent = 0; sent < 5; sent++) await send({ number })
      const answer: Answer<{ code: string }> = await post(OTPS, { number })
      assert.equal(answer.status, 429, answer.text)
      assert.equal(answer.body.code, '1181')
      const seconds = Number(answer.headers.get('retry-after'))
      assert(seconds > 0 && seconds <= 600, String(seconds))
      clock.jump(seconds * 1_000)
      await send({ number })
    })

    test('after its time a code is worth nothing: read as EXPIRED, not sent again, refused with 403 and then 410', async () => {
      const otp = await send({ otpCode: '4711' })
      assert.equal(otp.expire - otp.created, 300_000)
      clock.jump(300_001)
      const read = await server.call<OtpStatusEntity>(`${OTPS}/${otp.otpId}`)
      assert.equal(read.body.otpStatus, 'EXPIRED')
      assert.equal((await post(`${OTPS}/${otp.otpId}`)).status, 401)
      const checks = [await check(otp.otpId, '4711'), await check(otp.otpId, '4711')]
      assert.deepEqual(
        checks.map(({ status, body }) => [status, body.otpStatus]),
        [
          [403, 'EXPIRED'],
          [410, 'EXPIRED'],
        ],
      )
    })
  })
}
