import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { catalogOf, errorsOf, recordsOf, runForTest, statusesOf } from '@heliograph/airbyte-protocol/runForTest'
import type { SyncMode } from '@heliograph/airbyte-protocol/source'
import fc from 'fast-check'
import { tyntecSmsSource } from './source.ts'
import { type Answer, NOT_FOUND, startTestVendor } from './testVendor.ts'

describe('discover', () => {
  test('has the four streams with their keys, and messages are incremental without request IDs only', async () => {
    const shown = async (config: object) => {
      const { messages } = await runForTest(tyntecSmsSource, 'discover', { config: { api_key: KEY, ...config } })
      const { streams } = messages[0]?.catalog ?? {}
      return streams.map((stream: Record<string, unknown>) => [
        stream.name,
        stream.source_defined_primary_key,
        stream.supported_sync_modes,
      ])
    }
    const lists = [
      ['contacts', [['contactId']], ['full_refresh']],
      ['phones', [['phoneNumber'], ['requestId']], ['full_refresh']],
      ['registrations', [['requestId']], ['full_refresh']],
    ]
    assert.deepEqual(await shown({}), [['messages', [['requestId']], ['full_refresh', 'incremental']], ...lists])
    assert.deepEqual(await shown({ request_ids: ['a'] }), [['messages', [['requestId']], ['full_refresh']], ...lists])
  })
})

describe('messages by request ID', () => {
  test('are one record each, in the order of the IDs; one that is not there is logged and skipped', async () => {
    const ids = Array.from({ length: 250 }, (_, n) => `id-${n}`)
    const { messages, requests, exitCode } = await read({ request_ids: ids }, ['messages'], ({ pathname }) => {
      const requestId = pathname.split('/').at(-1)
      return requestId === 'id-120' ? NOT_FOUND : { body: { requestId, status: 'DELIVERED', parts: [] } }
    })
    const expected = ids.filter((id) => id !== 'id-120')
    assert.deepEqual(
      recordsOf(messages, 'messages').map(({ requestId }) => requestId),
      expected,
    )
    assert.deepEqual(requests.toSorted(), ids.map((id) => `/messaging/v1/messages/${id}`).toSorted())
    const warnings = messages.filter(({ log }) => log?.level === 'WARN').map(({ log }) => log.message)
    assert.match(warnings[0], /id-120 .404.: skipped/)
    assert.deepEqual(statusesOf(messages, 'messages'), ['STARTED', 'RUNNING', 'COMPLETE'])
    assert.equal(exitCode, 0)
  })

  test('cannot be read incrementally', async () => {
    const { messages, exitCode } = await read({ request_ids: ['a'] }, { messages: 'incremental' }, () => NOT_FOUND)
    assert.equal(errorsOf(messages)[0]?.failureType, 'config_error')
    assert.equal(exitCode, 1)
  })
})

describe('messages without request IDs', () => {
  test('need a server that lists them; the other streams are read all the same', async () => {
    const { messages, exitCode } = await read({}, ['messages', 'contacts'], ({ pathname }) =>
      pathname === '/byon/contacts/v1' ? { body: { contacts: [{ contactId: '1' }], size: 1 } } : NOT_FOUND,
    )
    const [error] = errorsOf(messages)
    assert.deepEqual([error?.failureType, error?.stream], ['config_error', 'messages'])
    assert.match(String(error?.message), /request_ids/)
    assert.deepEqual(statusesOf(messages, 'messages'), ['STARTED', 'INCOMPLETE'])
    assert.deepEqual(recordsOf(messages, 'contacts'), [{ contactId: '1' }])
    assert.deepEqual(statusesOf(messages, 'contacts'), ['STARTED', 'RUNNING', 'COMPLETE'])
    assert.equal(exitCode, 1)
  })

  test('are asked for nowhere at the vendor, which is known not to list them', async () => {
    const files = { config: { api_key: KEY }, catalog: catalogOf({ messages: 'full_refresh' }) }
    const { messages } = await runForTest(tyntecSmsSource, 'read', files)
    assert.match(String(errorsOf(messages)[0]?.message), /request_ids/)
  })
})

describe('contacts, phones and registrations', () => {
  const LISTS = [
    ['contacts', '/byon/contacts/v1', 'contacts', 'contactId'],
    ['phones', '/byon/phonebook/v1/numbers', 'provisioningRequests', 'phoneNumber'],
    ['registrations', '/byon/provisioning/v1', 'provisioningRequests', 'requestId'],
  ] as const

  for (const [stream, path, field, key] of LISTS) {
    test(`${stream}: a record a row, from one request where one has all`, async () => {
      const rows = [
        { [key]: '1', status: 'a' },
        { [key]: '2', more: 'kept' },
      ]
      const { messages, requests } = await read({}, [stream], () => ({ body: { [field]: rows, size: 2 } }))
      assert.deepEqual(recordsOf(messages, stream), rows)
      assert.deepEqual(requests, [`${path}?size=3000`])
    })

    test(`${stream}: nothing there (204, or an empty list) is no records and no error`, async () => {
      for (const answer of [{ status: 204 }, { body: { [field]: [], size: 0 } }, { body: [] }]) {
        const { messages, exitCode } = await read({}, [stream], () => answer)
        assert.deepEqual(recordsOf(messages, stream), [])
        assert.deepEqual(statusesOf(messages, stream).at(-1), 'COMPLETE')
        assert.equal(exitCode, 0)
      }
    })

    for (const [what, answer, failureType] of [
      ['a path that is not there', { status: 404, body: { message: 'no Route matched' } }, 'config_error'],
      ['a key that may not', { status: 403, body: { status: 403 } }, 'config_error'],
      ['something else than a list', { body: { size: 1 } }, 'system_error'],
      ['a list of something else', { body: { [field]: ['text'] } }, 'system_error'],
    ] as const) {
      test(`${stream}: ${what} is a ${failureType}`, async () => {
        const { messages, exitCode } = await read({}, [stream], () => answer)
        const error = errorsOf(messages)[0]
        assert.deepEqual([error?.failureType, error?.stream, exitCode], [failureType, stream, 1])
      })
    }
  }

  test('whatever a server makes of pages, every row comes once', async () => {
    const counting = fc.constantFrom('from 0', 'from 1', 'not at all')
    const total = fc.constantFrom(0, 1, 2_999, 3_000, 3_001, 6_000, 7_500)
    await fc.assert(
      fc.asyncProperty(counting, total, async (pages, rows) => {
        const all = Array.from({ length: rows }, (_, n) => ({ contactId: `contact-${n}` }))
        const { messages } = await read({}, ['contacts'], ({ searchParams }) => {
          const asked = searchParams.get('page')
          if (pages === 'not at all') return { body: { contacts: all, size: all.length } }
          const page = pages === 'from 0' ? Number(asked ?? 0) : Number(asked ?? 1) - 1
          const contacts = all.slice(page * 3_000, (page + 1) * 3_000)
          return { body: { contacts, size: contacts.length } }
        })
        assert.deepEqual(recordsOf(messages, 'contacts'), all)
      }),
      { numRuns: 15 },
    )
  })
})

test('no sync of any stream sends an SMS or writes anything', async () => {
  const id = fc.oneof(fc.string(), fc.constantFrom('..', '../sms', 'a/../../sms?to=1', '%2e%2e', 'a', 'b?c', 'd#e'))
  const old = fc.record({ to: fc.string(), from: fc.string(), message: fc.string() }, { requiredKeys: [] })
  await fc.assert(
    fc.asyncProperty(fc.array(id, { maxLength: 3 }), old, async (request_ids, rest) => {
      const all = { ...MODES, sms: 'full_refresh' } as const
      // The server fails the test over every request that is no GET, and over /messaging/v1/sms.
      await read({ ...rest, request_ids }, all, () => NOT_FOUND)
    }),
    { numRuns: 40 },
  )
})

const KEY = 'the-key-of-these-tests'

const MODES = {
  messages: 'full_refresh',
  contacts: 'full_refresh',
  phones: 'full_refresh',
  registrations: 'full_refresh',
} as const

async function read(
  config: object,
  streams: readonly string[] | Readonly<Record<string, SyncMode>>,
  answerTo: (url: URL) => Answer,
) {
  const vendor = await startTestVendor(answerTo)
  try {
    const modes = Array.isArray(streams)
      ? Object.fromEntries(streams.map((name) => [name, 'full_refresh' as const]))
      : { ...streams }
    const files = { config: { api_key: KEY, base_url: vendor.url, ...config }, catalog: catalogOf(modes) }
    const { messages, exitCode } = await runForTest(tyntecSmsSource, 'read', files)
    return { messages, exitCode, requests: vendor.requests }
  } finally {
    await vendor.close()
  }
}
