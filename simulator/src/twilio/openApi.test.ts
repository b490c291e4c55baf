import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Ajv } from 'ajv'
import { ask, type Json, listsOf, recordsOf } from '../../test/twilioReader.ts'
import { catalogue } from './catalogue.ts'
import type { Host, Resource } from './resource.ts'
import { type FakeTwilio, startFakeTwilio } from './startFakeTwilio.ts'

const folder = process.env.HELIOGRAPH_SPEC_DIR
const skip = folder === undefined ? "HELIOGRAPH_SPEC_DIR is not set: Twilio's OpenAPI is not at hand" : false

/** There is no description of pricing at hand. */
const documents: Partial<Record<Host, string>> = {
  api: 'twilio_api_v2010',
  monitor: 'twilio_monitor_v1',
  conversations: 'twilio_conversations_v1',
  studio: 'twilio_studio_v1',
  trunking: 'twilio_trunking_v1',
  verify: 'twilio_verify_v2',
  chat: 'twilio_chat_v2',
}

/** Of the description, but only in some records. */
const sometimes = new Set(['reason_conference_ended', 'call_sid_ending_conference'])

const formats = {
  'date-time-rfc-2822': /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uri: /^(https?:\/\/[^\s/]+|\/2010-04-01)\/\S*$/,
  'http-method': /^(GET|POST)$/,
  'iso-country-code': /^[A-Z]{2}$/,
  currency: /^(USD|usd)$/,
  'phone-number': /^\+?[\d() -]+$/,
  int64: true,
  'uri-map': true,
  'phone-number-capabilities': true,
} as const

describe("answers of the fake Twilio, held to Twilio's OpenAPI", { skip }, () => {
  let fake: FakeTwilio
  before(async () => {
    fake = await startFakeTwilio({ accounts: [{}] })
  })
  after(() => fake.close())

  for (const host of new Set([...catalogue.values()].map((resource) => resource.host))) {
    const document = documents[host]
    if (document === undefined) continue
    test(`all lists of ${host}`, async () => {
      const text = await readFile(join(folder ?? '', 'twilio-openapi', `${document}.json`), 'utf8')
      const openApi = readObject(JSON.parse(text, plainSchema))
      const ajv = new Ajv({ strict: false, allErrors: true, formats })
      ajv.addSchema(openApi, 'openapi')
      const paths = readObject(openApi.paths)
      for (const resource of catalogue.values()) {
        if (resource.host !== host) continue
        const path = Object.keys(paths).find((candidate) => nameless(candidate) === nameless(resource.path))
        assert(path !== undefined, `${resource.path} is described`)
        const pointer = `/paths/${path.replaceAll('/', '~1')}/get/responses/200/content/application~1json/schema`
        const validate = ajv.compile<unknown>({ $ref: `openapi#${encodeURI(pointer)}` })
        const pages = await pagesOf(resource)
        for (const page of pages) {
          assert.ok(validate(page), `${resource.name}: ${ajv.errorsText(validate.errors)}`)
        }
        const described = Object.keys(itemProperties(openApi, at(openApi, pointer), resource.key))
        const [record] = pages.flatMap(recordsOf)
        assert(record !== undefined, `${resource.name} has records`)
        const missing = described.filter((property) => !(property in record) && !sometimes.has(property))
        assert.deepEqual(missing, [], `${resource.name} lacks properties`)
      }
    })
  }

  async function pagesOf(resource: Resource): Promise<Json[]> {
    const pages: Json[] = []
    for (const { address, user } of (await listsOf(fake, resource.name)).slice(0, 100)) {
      const { status, body } = await ask(fake, `${address}?PageSize=100`, user)
      // Some countries have no numbers.
      if (status !== 404) pages.push(body)
    }
    return pages
  }
})

test('the fake has every stream that readers of Twilio know', { skip }, async () => {
  const streams: unknown = JSON.parse(await readFile(join(folder ?? '', 'twilio-streams.json'), 'utf8'))
  assert(Array.isArray(streams))
  const names = streams.map((stream) => String(readObject(stream).name))
  assert.equal(names.length, 37)
  assert.deepEqual(
    names.filter((name) => !catalogue.has(name)),
    [],
  )
})

/** OpenAPI 3.0 says `nullable`, where JSON Schema says `type: [..., 'null']`. */
function plainSchema(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('nullable' in value)) return value
  const { nullable, ...schema } = readObject(value)
  if (nullable !== true || typeof schema.type !== 'string') return schema
  const { enum: values } = schema
  return { ...schema, type: [schema.type, 'null'], ...(Array.isArray(values) ? { enum: [...values, null] } : {}) }
}

function itemProperties(openApi: Json, page: Json, key: string): Json {
  const items = readObject(readObject(readObject(readObject(page.properties)[key]).items))
  const reference = String(items.$ref ?? '')
  return readObject(at(openApi, reference.replace('#', '')).properties)
}

function at(openApi: Json, pointer: string): Json {
  let value: unknown = openApi
  for (const step of pointer.split('/').slice(1)) value = readObject(value)[step.replaceAll('~1', '/')]
  return readObject(value)
}

/** The path without the names of its parameters. */
function nameless(path: string): string {
  return path.replace(/\{\w+\}/g, '{}')
}

function readObject(value: unknown): Json {
  assert(typeof value === 'object' && value !== null)
  return Object.fromEntries(Object.entries(value))
}
