import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isRecord, type TwilioRecord } from './castRecord.ts'
import { goldenRequests } from './goldenRequests.ts'
import { streamTable } from './streams/streamTable.ts'
import { keysOf, NOW_MS, startTestTwilio, type TestTwilio } from './testTwilio.ts'

describe('every stream', () => {
  let twilio: TestTwilio
  before(async () => {
    twilio = await startTestTwilio({
      accounts: [{}, { subresourcesLeftOut: ['queues'] }],
      historyDays: 40,
      sizes: { messages: 40, calls: 12, conferences: 12, recordings: 8, alerts: 6, conversations: 3, users: 3 },
      pageSizeLimit: 20,
    })
  })
  after(() => twilio[Symbol.asyncDispose]())

  test('there are 37, each with a name of its own', () => {
    assert.equal(new Set(streamTable.map(({ name }) => name)).size, 37)
    assert.deepEqual(
      streamTable.filter(({ cursorField }) => cursorField !== null).map(({ name, cursorField }) => [name, cursorField]),
      [
        ['messages', 'date_sent'],
        ['message_media', 'date_created'],
        ['calls', 'end_time'],
        ['conferences', 'date_created'],
        ['recordings', 'date_created'],
        ['usage_records', 'start_date'],
        ['alerts', 'date_generated'],
      ],
    )
  })

  for (const declaration of streamTable) {
    const { name, primaryKey } = declaration

    test(`${name}: asks for what it needs and no more`, async () => {
      twilio.fake.clearRequests()
      await twilio.read(name, { config: { num_workers: 1, start_date: '2026-01-01T00:00:00Z' } })
      assert.deepEqual(twilio.asked(), goldenRequests[name] ?? [])
    })

    test(`${name}: gives every record of the source once`, async () => {
      const { records, error } = await twilio.read(name)
      assert.equal(error, null)
      const expected = [...twilio.fake.records(name)].filter((record) => isShown(name, record))
      assert.ok(records.length > 0)
      if (primaryKey.length > 0) assert.equal(keysOf(records, primaryKey).length, records.length)
      const key = primaryKey.length > 0 ? primaryKey : ['phone_number', 'country_code']
      const cast =
        name === 'usage_records'
          ? expected.map((record) => ({ ...object(record), start_date: `${object(record).start_date}T00:00:00Z` }))
          : expected
      assert.deepEqual(keysOf(records, key), keysOf(cast, key))
    })

    test(`${name}: gives records as its schema says`, async () => {
      const { records } = await twilio.read(name)
      const { jsonSchema } = twilio.stream(name)
      for (const record of records) assert.deepEqual(misfits(jsonSchema, record, name), [])
    })
  }

  /** Not what has no time, alerts that are too old, prices of no country, nor other accounts on the newer hosts. */
  function isShown(name: string, record: unknown): boolean {
    const { date_sent, date_generated, end_time, account_sid, iso_country } = object(record)
    if (name.includes('pricing')) return iso_country !== null
    if (name === 'messages') return date_sent !== null
    if (name === 'calls') return end_time !== null
    if (name === 'queues') return account_sid === twilio.fake.accounts[0]?.sid
    if (name === 'alerts' && Date.parse(String(date_generated)) < NOW_MS - 30 * 86_400_000 + 600_000) return false
    const isNewer = streamTable.some((declaration) => declaration.name === name && declaration.list.host !== 'api')
    return !isNewer || account_sid === undefined || account_sid === twilio.fake.accounts[0]?.sid
  }
})

function object(value: unknown): TwilioRecord {
  assert.ok(isRecord(value))
  return value
}

/** Where a value is not of the type that a JSON schema of ours asks for. */
function misfits(schema: unknown, value: unknown, path: string): string[] {
  const { type, properties, items, format } = object(schema)
  if (type === undefined) return []
  assert.ok(Array.isArray(type))
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  const isFit = type.includes(kind) || (kind === 'number' && type.includes('integer') && Number.isInteger(value))
  if (!isFit) return [`${path} is ${kind}, not ${type.join(' or ')}`]
  if (format === 'date-time' && typeof value === 'string' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value)) {
    return [`${path} is no time: ${value}`]
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => misfits(items, item, `${path}[${index}]`))
  if (!isRecord(value) || !isRecord(properties)) return []
  return Object.entries(properties).flatMap(([name, property]) =>
    value[name] === undefined ? [] : misfits(property, value[name], `${path}.${name}`),
  )
}
