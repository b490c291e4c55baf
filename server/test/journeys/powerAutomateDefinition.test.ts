import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CONNECTORS,
  type Operation,
  type Response,
  readDefinition,
  type Schema,
  schemasWithin,
} from '../../../connectors/power-automate/definition.ts'
import { accountOf } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'
import { fits } from './powerAutomateRuntime.ts'

// The connectors say nothing that the server does not say of itself in /openapi.json.

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}

interface Described {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema?: OpenSchema
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: OpenSchema }>> }
  readonly responses: Readonly<Record<string, OpenResponse>>
}

interface OpenResponse {
  readonly content?: Readonly<Record<string, { readonly schema: OpenSchema }>>
  readonly headers?: Readonly<Record<string, unknown>>
}

interface OpenSchema extends Omit<Schema, 'type' | 'items' | 'properties'> {
  readonly type?: string | readonly string[]
  readonly items?: OpenSchema
  readonly properties?: Readonly<Record<string, OpenSchema>>
  readonly anyOf?: readonly OpenSchema[]
}

let server: InProcess
let openApi: OpenApi

before(async () => {
  server = await startInProcess('sqlite', { accounts: [accountOf('acme')], simulator: true })
  openApi = (await server.call<OpenApi>('/openapi.json')).body
})
after(() => server?.stop())

for (const connector of CONNECTORS) {
  const { info, operations } = readDefinition(connector)

  describe(`against the server, ${info.title}`, () => {
    test('calls only what is there', () => {
      const missing = operations.filter((operation) => describedIn(openApi, operation) === undefined)
      assert.deepEqual(missing, [])
    })

    test('has only parameters that are read, and all that have to be there', () => {
      for (const operation of operations) {
        const described = describedIn(openApi, operation)
        const { parameters = [] } = described ?? {}
        const queries = new Map(
          parameters.filter((parameter) => parameter.in === 'query').map((query) => [query.name.toLowerCase(), query]),
        )
        const own = operation.parameters.filter((parameter) => parameter.in === 'query')
        for (const { name } of own) assert(queries.delete(name.toLowerCase()), `${operation.operationId} ${name}`)
        const left = [...queries.values()].filter(
          ({ required, schema }) => required === true && schema?.default === undefined,
        )
        assert.deepEqual(left, [], operation.operationId)
        assert.equal(
          operation.parameters.filter((parameter) => parameter.in === 'path').length,
          [...operation.path.matchAll(/\{/g)].length,
        )
      }
    })

    test('sends only fields that are read, of the same type, and all that have to be there', () => {
      for (const operation of operations) {
        const sent = operation.parameters.find((parameter) => parameter.in === 'body')?.schema
        if (sent === undefined) continue
        const read = describedIn(openApi, operation)?.requestBody?.content['application/json']?.schema ?? {}
        assert.deepEqual(wrongFields(sent, read), [], operation.operationId)
        for (const [way, schema] of schemasWithin(sent)) {
          const wanted = schemasAt(read, way).flatMap(({ required }) => required ?? [])
          const given = schema.required ?? []
          assert.deepEqual(
            wanted.filter((name) => !given.includes(name)),
            [],
            `${operation.operationId} ${way}`,
          )
        }
      }
    })

    test('expects only answers that are given, with fields of the same type', () => {
      for (const operation of operations) {
        for (const [status, expected] of Object.entries(operation.responses)) {
          const given = describedIn(openApi, operation)?.responses[status === 'default' ? '403' : status]
          assert(given !== undefined, `${operation.operationId} ${status}`)
          assert.deepEqual(wrongAnswer(expected, given), [], `${operation.operationId} ${status}`)
        }
      }
    })
  })
}

/** The same path whatever its parameters are called; else one whose parameter stands where this one has a word. */
function describedIn({ paths }: OpenApi, { path, method }: Operation): Described | undefined {
  const shape = (template: string) => template.replaceAll(/\{[^}]+\}/g, '{}')
  const candidates = Object.keys(paths)
  const same = candidates.find((candidate) => shape(candidate) === shape(path))
  const found = same ?? candidates.find((candidate) => fits(path, candidate))
  return found === undefined ? undefined : paths[found]?.[method.toLowerCase()]
}

function wrongAnswer({ schema, headers = {} }: Response, given: OpenResponse): string[] {
  const names = Object.keys(given.headers ?? {}).map((name) => name.toLowerCase())
  const missing = Object.keys(headers).filter((name) => !names.includes(name.toLowerCase()))
  if (schema === undefined) return missing
  const [content] = Object.values(given.content ?? {})
  return [...missing, ...wrongFields(schema, content?.schema ?? {})]
}

function wrongFields(schema: Schema, server: OpenSchema): string[] {
  return schemasWithin(schema).flatMap(([way, { type = '' }]) => {
    const types = schemasAt(server, way).flatMap((found) => found.type ?? (found.enum === undefined ? [] : ['string']))
    return types.includes(type) ? [] : [`${way} is ${types.join(', ') || 'not there'}`]
  })
}

/** What may stand somewhere, by the way that schemasWithin gives. */
function schemasAt(schema: OpenSchema, way: string): OpenSchema[] {
  const steps = way === '' ? [] : way.split('.')
  return steps.reduce<OpenSchema[]>(
    (found, step) => found.flatMap(({ properties, items }) => alternatives(step === '[]' ? items : properties?.[step])),
    alternatives(schema),
  )
}

function alternatives(schema: OpenSchema | undefined): OpenSchema[] {
  if (schema === undefined) return []
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(alternatives)
}
