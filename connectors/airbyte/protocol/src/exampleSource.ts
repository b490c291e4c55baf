import { isObject } from './isObject.ts'
import { ConfigError, type Source, type SourceStream } from './source.ts'

/**
 * The smallest source that has all kinds of streams, for tests and as a start for one's own: `numbers` counts up to
 * `count` and can go on from any of its states; `broken` and `empty` are what they are called.
 */
export const exampleSource: Source<ExampleConfig> = {
  specification: {
    documentationUrl: 'https://example.com/docs',
    supportsIncremental: true,
    supported_destination_sync_modes: ['append'],
    connectionSpecification: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'Example',
      type: 'object',
      required: ['key', 'count'],
      additionalProperties: true,
      properties: {
        key: { type: 'string', title: 'Key', airbyte_secret: true },
        count: { type: 'integer', title: 'How many numbers there are', minimum: 0 },
        url: { type: 'string', title: 'What `fetched` reads' },
      },
    },
  },
  readConfig(json) {
    if (!isObject(json)) throw new ConfigError('The config must be an object')
    const { key, count, url } = json
    if (typeof key !== 'string') throw new ConfigError('"key" must be a text')
    if (typeof count !== 'number') throw new ConfigError('"count" must be a number')
    return { key, count, url: typeof url === 'string' ? url : null }
  },
  async check({ key, url }, { http }) {
    if (url !== null) await http.getJson(url, { headers: { authorization: `Bearer ${key}` } })
    if (key.startsWith('wrong')) throw new ConfigError(`The key ${key} is wrong`)
  },
  streams: (config) => [numbers(config), fetched(config), broken(config), stuck(), empty()],
  httpLimits: () => ({ retryMsMax: 3_000, workers: 4 }),
}

interface ExampleConfig {
  readonly key: string
  readonly count: number
  readonly url: string | null
}

const NUMBER_SCHEMA = { type: 'object', properties: { number: { type: 'integer' }, text: { type: 'string' } } }
const CHECKPOINT_RECORDS = 100

function numbers({ count }: ExampleConfig): SourceStream {
  return {
    name: 'numbers',
    jsonSchema: NUMBER_SCHEMA,
    primaryKey: [['number']],
    cursorField: 'number',
    isResumable: true,
    async *read({ state }) {
      let number = isObject(state) && typeof state.number === 'number' ? state.number : 0
      while (number < count) {
        number++
        yield { kind: 'record', data: { number, text: 'n'.repeat(1_000) } }
        if (number % CHECKPOINT_RECORDS === 0) yield { kind: 'state', state: { number } }
      }
      yield { kind: 'state', state: { number } }
    },
  }
}

function fetched({ key, url }: ExampleConfig): SourceStream {
  return {
    name: 'fetched',
    jsonSchema: NUMBER_SCHEMA,
    primaryKey: [],
    cursorField: null,
    isResumable: false,
    async *read(_request, { http }) {
      const { body } = await http.getJson(url ?? '', { headers: { authorization: `Bearer ${key}` } })
      yield { kind: 'records', data: Array.isArray(body) ? body : [] }
    },
  }
}

function broken({ key }: ExampleConfig): SourceStream {
  return {
    name: 'broken',
    jsonSchema: NUMBER_SCHEMA,
    primaryKey: [['number']],
    cursorField: 'number',
    isResumable: true,
    async *read() {
      yield { kind: 'record', data: { number: 1 } }
      yield { kind: 'state', state: { number: 1 } }
      yield { kind: 'record', data: { number: 2 } }
      throw new Error(`The answer to ${key} made no sense`, { cause: new Error(`sent ${key}`) })
    },
  }
}

/** Yields the same position again and again, as a stream does whose records share a cursor. */
function stuck(): SourceStream {
  return {
    name: 'stuck',
    jsonSchema: NUMBER_SCHEMA,
    primaryKey: [],
    cursorField: 'number',
    isResumable: true,
    async *read() {
      for (const text of ['a', 'b', 'c']) {
        yield { kind: 'record', data: { number: 7, text } }
        yield { kind: 'state', state: { number: 7 } }
      }
    },
  }
}

function empty(): SourceStream {
  return {
    name: 'empty',
    jsonSchema: NUMBER_SCHEMA,
    primaryKey: [],
    cursorField: null,
    isResumable: false,
    async *read() {},
  }
}
