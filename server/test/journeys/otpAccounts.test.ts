import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ApplicationAnswer, OtpStatusEntity } from '../../src/api/otp/schema.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// What one account has is a 404 to another, on every route, and looks as what never was.

const CONFIG = {
  accounts: [
    { id: 'acme', apiKeys: [{ key: 'key-of-acme', scopes: ['otp'] }] },
    { id: 'other', apiKeys: [{ key: 'key-of-other', scopes: ['otp', 'admin'] }] },
  ],
  simulator: true,
}
const NEVER = '01a200be-a3aa-76f3-adb0-c1d6fffe9b66'

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`another account's key on ${engine}`, () => {
    let server: InProcess
    let otp: OtpStatusEntity
    let application: ApplicationAnswer

    before(async () => {
      server = await startInProcess(engine, CONFIG)
      application = (await server.call<ApplicationAnswer>('/2fa/v1/application', { method: 'POST' })).body
      const path = `/2fa/v1/otp?number=4915112345678&otpCode=4711&applicationId=${application.applicationId}`
      otp = (await server.call<OtpStatusEntity>(path, { method: 'POST' })).body
    })
    after(() => server.stop())

    test('finds nothing on any route, and changes nothing', async () => {
      const routes = ({ otpId, applicationId, number }: Record<'otpId' | 'applicationId' | 'number', string>) => [
        ['GET', `/2fa/v1/application/${applicationId}`],
        ['POST', `/2fa/v1/application/${applicationId}?attempts=1`],
        ['DELETE', `/2fa/v1/application/${applicationId}`],
        ['POST', `/2fa/v1/application/${applicationId}/language?language=de&text={{OTP}}`],
        ['DELETE', `/2fa/v1/application/${applicationId}/language?language=en&channel=VOICE`],
        ['POST', `/2fa/v1/otp?number=4915112345678&applicationId=${applicationId}`],
        ['GET', `/2fa/v1/otp?number=${encodeURIComponent(number)}`],
        ['GET', `/2fa/v1/otp/${otpId}`],
        ['POST', `/2fa/v1/otp/${otpId}`],
        ['DELETE', `/2fa/v1/otp/${otpId}`],
        ['GET', `/2fa/v1/otp/${otpId}/events`],
        ['POST', `/2fa/v1/otp/${otpId}/check?otpCode=4711`],
      ]
      const answers = async (ids: Record<'otpId' | 'applicationId' | 'number', string>) => {
        const found = []
        for (const [method = '', path = ''] of routes(ids)) {
          const { status, body } = await server.call<{ code: string; message: string }>(path, {
            method,
            key: 'key-of-other',
          })
          found.push({ status, code: body?.code, message: body?.message })
        }
        return found
      }
      const foreign = await answers({ ...otp, applicationId: application.applicationId })
      assert.deepEqual(new Set(foreign.map(({ status }) => status)), new Set([404]), JSON.stringify(foreign))
      assert.deepEqual(foreign, await answers({ otpId: NEVER, applicationId: NEVER, number: '+4915112399999' }))

      const { body } = await server.call<ApplicationAnswer>(`/2fa/v1/application/${application.applicationId}`)
      assert.deepEqual(body, application)
      const path = `/2fa/v1/otp/${otp.otpId}`
      assert.deepEqual((await server.call<OtpStatusEntity>(path)).body, otp)
      assert.equal((await server.call(`${path}/check?otpCode=4711`, { method: 'POST' })).status, 202)
    })

    test('lists nothing of it, though both have a default application', async () => {
      const defaults = await Promise.all(
        ['key-of-acme', 'key-of-other'].map((key) =>
          server.call<ApplicationAnswer>('/2fa/v1/application/default', { key }),
        ),
      )
      assert.deepEqual(
        defaults.map(({ body }) => body.accountId),
        ['acme', 'other'],
      )
      const list = await server.call<ApplicationAnswer[]>('/2fa/v1/application', { key: 'key-of-other' })
      assert.deepEqual(
        list.body.map(({ accountId, name }) => [accountId, name]),
        [['other', 'default']],
      )
    })

    test('is as unknown when the number has codes of both accounts', async () => {
      const path = '/2fa/v1/otp?number=4915112345678'
      await server.call(path, { method: 'POST', key: 'key-of-other' })
      for (const [key, accountId] of [
        ['key-of-acme', 'acme'],
        ['key-of-other', 'other'],
      ] as const) {
        const { body } = await server.call<OtpStatusEntity[]>(path, { key })
        assert.deepEqual(
          body.map((listed) => listed.accountId),
          [accountId],
        )
      }
    })
  })
}
