import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { IdentifiedErrorResponse } from '../../src/api/errorResponses.ts'
import type { Answer, CallOptions } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// Every status that /openapi.json documents for an endpoint of the 2FA API is reached, on both stores.

const CONFIG = {
  http: { bodyBytesMax: 2_000 },
  accounts: [
    { id: 'acme', apiKeys: [{ key: 'key-of-acme', scopes: ['otp'] }] },
    { id: 'empty', apiKeys: [{ key: 'key-of-empty', scopes: ['otp'] }] },
    { id: 'slow', apiKeys: [{ key: 'key-of-slow', scopes: ['otp'] }], limits: { requestsPerSecond: 0.01 } },
    { id: 'texts', apiKeys: [{ key: 'key-of-texts', scopes: ['messages'] }] },
  ],
  simulator: true,
}
const APPLICATIONS = '/2fa/v1/application'
const OTPS = '/2fa/v1/otp'
const UNKNOWN = '01a200be-a3aa-76f3-adb0-c1d6fffe9b66'

type Entity = IdentifiedErrorResponse & {
  readonly otpId: string
  readonly otpStatus: string
  readonly number: string
  readonly applicationId: string
}
type Way = () => Promise<Answer<Entity>>

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`every status of 2FA on ${engine}`, () => {
    let server: InProcess
    let applicationId: string
    let otp: Entity
    let numbers = 0

    before(async () => {
      server = await startInProcess(engine, CONFIG)
      applicationId = await createApplication()
      otp = await sendOtp()
      // Uses up what the account may ask for in its first 100 seconds.
      await server.call(APPLICATIONS, { key: 'key-of-slow' })
    })
    after(() => server.stop())

    const createApplication = async () =>
      (await server.call<Entity>(APPLICATIONS, { method: 'POST' })).body.applicationId
    const sendOtp = async (more = '') => {
      const path = `${OTPS}?number=4915112${345_000 + ++numbers}&otpCode=4711${more}`
      const answer = await server.call<Entity>(path, { method: 'POST' })
      assert.equal(answer.status, 200, answer.text)
      return answer.body
    }
    const call = (path: string | (() => string | Promise<string>), options: CallOptions = {}): Way => {
      return async () => server.call(typeof path === 'string' ? path : await path(), options)
    }
    const post = (path: string | (() => string | Promise<string>)): Way => call(path, { method: 'POST' })
    const remove = (path: string | (() => string | Promise<string>)): Way => call(path, { method: 'DELETE' })

    /** How an endpoint is refused for who calls, and for a body that it cannot read. */
    const keyed = (path: string, method = 'GET'): Record<number, Way> => ({
      401: call(path, { method, key: null }),
      403: call(path, { method, key: 'key-of-texts' }),
      429: call(path, { method, key: 'key-of-slow' }),
      ...(method === 'POST'
        ? {
            413: call(path, { body: 'x'.repeat(3_000) }),
            415: call(path, { body: 'x', headers: { 'content-type': 'text/plain' } }),
          }
        : {}),
    })

    /** 503 is reached for all of them at once, in the last test. */
    const ways: Record<string, Record<number, Way>> = {
      [`get ${APPLICATIONS}`]: {
        ...keyed(APPLICATIONS),
        200: call(APPLICATIONS),
        204: call(APPLICATIONS, { key: 'key-of-empty' }),
      },
      [`post ${APPLICATIONS}`]: {
        ...keyed(APPLICATIONS, 'POST'),
        200: post(APPLICATIONS),
        400: call(APPLICATIONS, { body: { pinLength: 11 } }),
      },
      [`get ${APPLICATIONS}/{applicationId}`]: {
        ...keyed(`${APPLICATIONS}/${UNKNOWN}`),
        200: call(() => `${APPLICATIONS}/${applicationId}`),
        404: call(`${APPLICATIONS}/${UNKNOWN}`),
      },
      [`post ${APPLICATIONS}/{applicationId}`]: {
        ...keyed(`${APPLICATIONS}/${UNKNOWN}`, 'POST'),
        200: post(() => `${APPLICATIONS}/${applicationId}?attempts=4`),
        400: post(() => `${APPLICATIONS}/${applicationId}?expire=29`),
        404: post(`${APPLICATIONS}/${UNKNOWN}?attempts=4`),
      },
      [`delete ${APPLICATIONS}/{applicationId}`]: {
        ...keyed(`${APPLICATIONS}/${UNKNOWN}`, 'DELETE'),
        200: remove(async () => `${APPLICATIONS}/${await createApplication()}`),
        404: remove(`${APPLICATIONS}/${UNKNOWN}`),
      },
      [`post ${APPLICATIONS}/{applicationId}/language`]: {
        ...keyed(`${APPLICATIONS}/${UNKNOWN}/language`, 'POST'),
        200: post(() => `${APPLICATIONS}/${applicationId}/language?language=de&text={{OTP}}`),
        400: post(() => `${APPLICATIONS}/${applicationId}/language?language=de&text=OTP`),
        404: post(`${APPLICATIONS}/${UNKNOWN}/language?language=de&text={{OTP}}`),
      },
      [`delete ${APPLICATIONS}/{applicationId}/language`]: {
        ...keyed(`${APPLICATIONS}/${UNKNOWN}/language`, 'DELETE'),
        200: remove(async () => {
          const path = `${APPLICATIONS}/${applicationId}/language?language=fr`
          await server.call(`${path}&text={{OTP}}`, { method: 'POST' })
          return path
        }),
        400: remove(() => `${APPLICATIONS}/${applicationId}/language?language=en`),
        404: remove(() => `${APPLICATIONS}/${applicationId}/language?language=nl`),
      },
      [`get ${OTPS}`]: {
        ...keyed(`${OTPS}?number=4915112345000`),
        200: call(() => `${OTPS}?number=${encodeURIComponent(otp.number)}`),
        204: call(async () => {
          const { otpId, number } = await sendOtp()
          await server.call(`${OTPS}/${otpId}`, { method: 'DELETE' })
          return `${OTPS}?number=${encodeURIComponent(number)}`
        }),
        400: call(`${OTPS}?number=1`),
        404: call(`${OTPS}?number=4915112399999`),
      },
      [`post ${OTPS}`]: {
        ...keyed(`${OTPS}?number=4915112345000`, 'POST'),
        200: post(`${OTPS}?number=4915112345000`),
        400: post(`${OTPS}?number=1`),
        404: post(`${OTPS}?number=4915112345000&applicationId=${UNKNOWN}`),
      },
      [`get ${OTPS}/{otpId}`]: {
        ...keyed(`${OTPS}/${UNKNOWN}`),
        200: call(() => `${OTPS}/${otp.otpId}`),
        404: call(`${OTPS}/${UNKNOWN}`),
      },
      [`post ${OTPS}/{otpId}`]: {
        ...keyed(`${OTPS}/${UNKNOWN}`, 'POST'),
        200: post(() => `${OTPS}/${otp.otpId}?via=SMS`),
        400: post(() => `${OTPS}/${otp.otpId}?via=FAX`),
        404: post(`${OTPS}/${UNKNOWN}`),
      },
      [`delete ${OTPS}/{otpId}`]: {
        ...keyed(`${OTPS}/${UNKNOWN}`, 'DELETE'),
        200: remove(async () => `${OTPS}/${(await sendOtp()).otpId}`),
        404: remove(`${OTPS}/${UNKNOWN}`),
      },
      [`get ${OTPS}/{otpId}/events`]: {
        ...keyed(`${OTPS}/${UNKNOWN}/events`),
        200: call(() => `${OTPS}/${otp.otpId}/events`),
        404: call(`${OTPS}/${UNKNOWN}/events`),
      },
      [`post ${OTPS}/{otpId}/check`]: {
        ...keyed(`${OTPS}/${UNKNOWN}/check?otpCode=4711`, 'POST'),
        202: post(async () => `${OTPS}/${(await sendOtp()).otpId}/check?otpCode=4711`),
        400: post(() => `${OTPS}/${otp.otpId}/check`),
        404: post(`${OTPS}/${UNKNOWN}/check?otpCode=4711`),
        410: post(async () => {
          const path = `${OTPS}/${(await sendOtp()).otpId}/check?otpCode=4711`
          await server.call(path, { method: 'POST' })
          return path
        }),
      },
    }

    test('the table has every endpoint and every status that is documented, and no other', async () => {
      const { body } = await server.call<{ paths: Record<string, Record<string, { responses: object }>> }>(
        '/openapi.json',
      )
      const documented = Object.entries(body.paths).flatMap(([path, operations]) =>
        Object.entries(operations)
          .filter(() => path.startsWith('/2fa/'))
          .map(([method, { responses }]) => [`${method} ${path}`, Object.keys(responses).map(Number)]),
      )
      const tabled = Object.entries(ways).map(([endpoint, statuses]) => [
        endpoint,
        [...Object.keys(statuses).map(Number), 503].sort(),
      ])
      assert.deepEqual(Object.fromEntries(tabled), Object.fromEntries(documented))
    })

    for (const [endpoint, statuses] of Object.entries(ways)) {
      test(`${endpoint} answers ${Object.keys(statuses).join(', ')}`, async () => {
        for (const [status, way] of Object.entries(statuses)) expectStatus(await way(), Number(status), endpoint)
      })
    }

    test('a wrong code is 401 and one too many 403, with the OTP instead of an error', async () => {
      const { otpId } = await sendOtp(`&applicationId=${await createApplication()}`)
      const check = (code: string) => server.call<Entity>(`${OTPS}/${otpId}/check?otpCode=${code}`, { method: 'POST' })
      const answers = []
      for (const code of ['0001', '0002', '0003', '4711', '4711']) answers.push(await check(code))
      assert.deepEqual(
        answers.map(({ status, body }) => [status, body.otpId === otpId ? body.otpStatus : body]),
        [
          [401, 'ACTIVE'],
          [401, 'ACTIVE'],
          [401, 'TOO_MANY_ATTEMPTS'],
          [403, 'TOO_MANY_ATTEMPTS'],
          [410, 'TOO_MANY_ATTEMPTS'],
        ],
      )
    })

    test('a resend of an OTP that is over is 401, and deleting the default application 403, with their codes', async () => {
      const { otpId } = await sendOtp()
      await server.call(`${OTPS}/${otpId}/check?otpCode=4711`, { method: 'POST' })
      const resent = await server.call<Entity>(`${OTPS}/${otpId}`, { method: 'POST' })
      expectStatus(resent, 401, 'resend')
      assert.equal(resent.body.code, '1164')
      const deleted = await server.call<Entity>(`${APPLICATIONS}/default`, { method: 'DELETE' })
      expectStatus(deleted, 403, 'delete')
      assert.equal(deleted.body.code, '1109')
    })

    test('a path that there is not is a 404 in the same form, and every error has an id of its own', async () => {
      const answers = await Promise.all([1, 2].map(() => server.call<Entity>('/2fa/v1/nothing')))
      for (const answer of answers) expectStatus(answer, 404, 'no such path')
      assert.equal(new Set(answers.map(({ body }) => body.id)).size, 2)
    })

    test('without its store every endpoint answers 503 with Retry-After, and recovers', async (context) => {
      const { postgres } = server
      if (postgres === null) return context.skip('the embedded store is part of the process')
      const { otpId } = otp
      await postgres.interrupt()
      for (const [endpoint, { 200: found }] of Object.entries(ways)) {
        const check = post(`${OTPS}/${otpId}/check?otpCode=4711`)
        const answer = await (endpoint.startsWith('delete') ? ways[endpoint]?.[404] : (found ?? check))?.()
        assert(answer !== undefined)
        expectStatus(answer, 503, endpoint)
        assert.match(answer.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/, endpoint)
      }
      await postgres.resume()
      assert.equal((await server.call(APPLICATIONS)).status, 200)
    })
  })
}

function expectStatus(answer: Answer<Entity>, status: number, endpoint: string): void {
  assert.equal(answer.status, status, `${endpoint}: ${answer.text}`)
  if (status < 400 || status === 410) return
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  assert.deepEqual(Object.keys(answer.body), ['code', 'id', 'message', 'timestamp'], endpoint)
  assert.equal(answer.body.id.length, randomUUID().length)
}
