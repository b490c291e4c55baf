import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ErrorResponse } from '../../src/api/errorResponses.ts'
import type { Answer, CallOptions } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// Every status that /openapi.json documents for an endpoint of BYON is reached, on both stores.

const CONFIG = {
  http: { bodyBytesMax: 2_000 },
  accounts: [
    { id: 'acme', apiKeys: [{ key: 'key-of-acme', scopes: ['numbers', 'admin'] }] },
    { id: 'slow', apiKeys: [{ key: 'key-of-slow', scopes: ['numbers'] }], limits: { requestsPerSecond: 0.01 } },
    { id: 'texts', apiKeys: [{ key: 'key-of-texts', scopes: ['messages'] }] },
  ],
  simulator: true,
}
const CONTACT = { companyName: 'Example', contactName: 'E', contactEmail: 'e@example.com', contactPhone: '+4930123456' }
const REGISTERED = '+4915129999999'
const CONTACTS = '/byon/contacts/v1'
const PROVISIONING = '/byon/provisioning/v1'
const PHONE_BOOK = '/byon/phonebook/v1/numbers'

type Way = () => Promise<Answer<ErrorResponse>>

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`every status of BYON on ${engine}`, () => {
    let server: InProcess
    let contactId: string
    let requestId: string
    let numbers = 0

    before(async () => {
      server = await startInProcess(engine, CONFIG)
      contactId = await createContact()
      const body = [{ phoneNumber: REGISTERED }]
      const path = `${PROVISIONING}?contactId=${contactId}`
      requestId = (await server.call<{ requestId: string }>(path, { body })).body.requestId
      // Uses up what the account may ask for in its first 100 seconds.
      await server.call(CONTACTS, { key: 'key-of-slow' })
    })
    after(() => server.stop())

    const createContact = async () =>
      (await server.call<{ contactId: string }>(CONTACTS, { body: CONTACT })).body.contactId
    const wanted = (): CallOptions => ({ body: [{ phoneNumber: `+49151${30_000_000 + ++numbers}` }] })
    const call = (path: string | (() => string | Promise<string>), options: CallOptions = {}): Way => {
      return async () => server.call(typeof path === 'string' ? path : await path(), options)
    }
    /** How an endpoint is refused for who calls, and for a body that it cannot read. */
    const keyed = (path: string, options: CallOptions = {}): Record<number, Way> => ({
      401: call(path, { ...options, key: null }),
      403: call(path, { ...options, key: 'key-of-texts' }),
      429: call(path, { ...options, key: 'key-of-slow' }),
      ...(options.body === undefined
        ? {}
        : {
            413: call(path, { body: 'x'.repeat(3_000) }),
            415: call(path, { body: 'x', headers: { 'content-type': 'text/plain' } }),
          }),
    })

    /** 503 is reached for all of them at once, in the last test. */
    const ways: Record<string, Record<number, Way>> = {
      [`get ${CONTACTS}`]: { ...keyed(CONTACTS), 200: call(CONTACTS), 400: call(`${CONTACTS}?size=0`) },
      [`post ${CONTACTS}`]: {
        ...keyed(CONTACTS, { body: CONTACT }),
        201: call(CONTACTS, { body: CONTACT }),
        400: call(CONTACTS, { body: {} }),
      },
      [`get ${CONTACTS}/{contactId}`]: {
        ...keyed(`${CONTACTS}/x`),
        200: call(() => `${CONTACTS}/${contactId}`),
        404: call(`${CONTACTS}/x`),
      },
      [`post ${CONTACTS}/{contactId}`]: {
        ...keyed(`${CONTACTS}/x`, { body: {} }),
        200: call(() => `${CONTACTS}/${contactId}`, { body: {} }),
        400: call(() => `${CONTACTS}/${contactId}`, { body: { companyName: '' } }),
        404: call(`${CONTACTS}/x`, { body: {} }),
      },
      [`delete ${CONTACTS}/{contactId}`]: {
        ...keyed(`${CONTACTS}/x`, { method: 'DELETE' }),
        200: call(async () => `${CONTACTS}/${await createContact()}`, { method: 'DELETE' }),
        404: call(`${CONTACTS}/x`, { method: 'DELETE' }),
        409: call(() => `${CONTACTS}/${contactId}`, { method: 'DELETE' }),
      },
      [`get ${PROVISIONING}`]: {
        ...keyed(PROVISIONING),
        200: call(PROVISIONING),
        400: call(`${PROVISIONING}?page=-1`),
      },
      [`post ${PROVISIONING}`]: {
        ...keyed(PROVISIONING, wanted()),
        200: () => server.call(`${PROVISIONING}?contactId=${contactId}`, wanted()),
        400: call(PROVISIONING, wanted()),
        404: call(`${PROVISIONING}?contactId=x`, wanted()),
        409: async () => {
          const options = wanted()
          await server.call(`${PROVISIONING}?contactId=${contactId}`, options)
          return server.call(`${PROVISIONING}?contactId=${contactId}`, options)
        },
      },
      [`get ${PROVISIONING}/{requestId}`]: {
        ...keyed(`${PROVISIONING}/x`),
        200: call(() => `${PROVISIONING}/${requestId}`),
        404: call(`${PROVISIONING}/x`),
      },
      [`get ${PHONE_BOOK}`]: { ...keyed(PHONE_BOOK), 200: call(PHONE_BOOK), 400: call(`${PHONE_BOOK}?size=3001`) },
      [`get ${PHONE_BOOK}/{phoneNumber}`]: {
        ...keyed(`${PHONE_BOOK}/+4930123456`),
        200: call(`${PHONE_BOOK}/${REGISTERED}`),
        400: call(`${PHONE_BOOK}/x`),
        404: call(`${PHONE_BOOK}/+4930123456`),
      },
    }

    test('the table has every endpoint and every status that is documented, and no other', async () => {
      const { body } = await server.call<{ paths: Record<string, Record<string, { responses: object }>> }>(
        '/openapi.json',
      )
      const documented = Object.entries(body.paths).flatMap(([path, operations]) =>
        Object.entries(operations)
          .filter(() => path.startsWith('/byon/'))
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

    test('without its store every endpoint answers 503 with Retry-After, and recovers', async (context) => {
      const { postgres } = server
      if (postgres === null) return context.skip('the embedded store is part of the process')
      await postgres.interrupt()
      for (const [endpoint, { 200: found, 201: created }] of Object.entries(ways)) {
        const way = endpoint.startsWith('delete') ? ways[endpoint]?.[404] : (found ?? created)
        const answer = await way?.()
        assert(answer !== undefined)
        expectStatus(answer, 503, endpoint)
        assert.equal(answer.headers.get('retry-after'), '1', endpoint)
      }
      await postgres.resume()
      assert.equal((await server.call(CONTACTS)).status, 200)
    })
  })
}

function expectStatus(answer: Answer<ErrorResponse>, status: number, endpoint: string): void {
  assert.equal(answer.status, status, `${endpoint}: ${answer.text}`)
  if (status < 400) return
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  assert.deepEqual(Object.keys(answer.body), ['code', 'message', 'timestamp'], endpoint)
}
