import assert from 'node:assert/strict'
import type {
  Definition,
  Operation,
  Parameter,
  Response,
  Schema,
} from '../../../connectors/power-automate/definition.ts'
import type { ReceivedCall } from '../webhookReceiver.ts'
import type { Answer } from './heliograph.ts'
import type { InProcess } from './inProcess.ts'

/** What a flow fills into the fields of an operation; fields within a body by their way, as in content.text. */
export type Values = Readonly<Record<string, unknown>>

export interface Called {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * A connection of Power Automate: it knows nothing but the definition of a connector, and holds every answer to what
 * the definition says of it.
 */
export interface Connection {
  call(operationId: string, values?: Values): Promise<Called>
  /** What it does when a flow is deleted: a DELETE of what Location named. */
  deleteAt(location: string | null): Promise<Called>
  /** What a trigger's flow finds in a call. */
  read(operationId: string, received: ReceivedCall | undefined): Readonly<Record<string, unknown>>
}

export function connect(definition: Definition, { server, key }: { server: InProcess; key: string }): Connection {
  const operationOf = (operationId: string) =>
    definition.operations.find((operation) => operation.operationId === operationId) ?? assert.fail(operationId)
  const send = async (operation: Operation, request: { path: string; body?: unknown }): Promise<Called> => {
    const { path, ...body } = request
    const answer: Answer<Called['body']> = await server.call(path, { method: operation.method, key, ...body })
    holdTo(operation, answer)
    return answer
  }
  return {
    call(operationId, values = {}) {
      const operation = operationOf(operationId)
      return send(operation, requestOf(operation, values))
    },
    async deleteAt(location) {
      const { origin, pathname } = new URL(location ?? assert.fail('there is no Location'))
      assert.equal(origin, server.url)
      // Only what the definition has is sent through the connection, with its key.
      const operation = definition.operations.find(({ method, path }) => method === 'DELETE' && fits(pathname, path))
      return send(operation ?? assert.fail(pathname), { path: pathname })
    },
    read(operationId, received) {
      const body = JSON.parse(received?.body ?? '')
      assert.deepEqual(mismatches(operationOf(operationId).notification?.schema ?? {}, body), [])
      return body
    },
  }
}

/** Whether a path is one of a template with names in braces. */
export function fits(path: string, template: string): boolean {
  const pattern = template.replaceAll(/[.]/g, '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')
  return new RegExp(`^${pattern}$`).test(path)
}

/** A request as the designer builds it: what is given, and defaults where nothing is. */
function requestOf({ path, parameters }: Operation, values: Values): { path: string; body?: unknown } {
  let filled = path
  const query = new URLSearchParams()
  let body: { body?: unknown } = {}
  for (const parameter of parameters) {
    const value = values[parameter.name] ?? parameter.default
    if (parameter.in === 'body') body = { body: bodyOf(parameter.schema ?? {}, values) }
    else if (value === undefined) assert.notEqual(parameter.required, true, parameter.name)
    else if (parameter.in === 'path') filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(String(value)))
    else query.set(parameter.name, String(value))
  }
  assertKnown(parameters, values)
  return { path: query.size === 0 ? filled : `${filled}?${query}`, ...body }
}

function bodyOf(schema: Schema, values: Values, way = ''): unknown {
  const { type, properties = {}, items } = schema
  if (type === 'array' && items !== undefined) return [bodyOf(items, values, `${way}[]`)]
  if (type !== 'object') return values[way] ?? schema.default
  const entries = Object.entries(properties).map(([name, inner]) => [name, bodyOf(inner, values, within(way, name))])
  return Object.fromEntries(entries)
}

function within(way: string, name: string): string {
  return way === '' ? name : `${way}.${name}`
}

/** A test that fills in what the definition does not have would show nothing. */
function assertKnown(parameters: readonly Parameter[], values: Values): void {
  const unknown = Object.keys(values).filter((way) => {
    const [first = '', ...rest] = way.split('.')
    if (rest.length === 0 && parameters.some(({ name }) => name === first)) return false
    const schema = parameters.find((parameter) => parameter.in === 'body')?.schema
    return way.split('.').reduce<Schema | undefined>((inner, name) => inner?.properties?.[name], schema) === undefined
  })
  assert.deepEqual(unknown, [])
}

function holdTo({ operationId, responses }: Operation, { status, body }: Answer<unknown>): void {
  const declared = responses[String(status)] ?? (status >= 400 ? responses.default : undefined)
  const { schema }: Response = declared ?? assert.fail(`${operationId} does not say that it answers ${status}`)
  if (schema === undefined) assert.equal(body, undefined)
  else assert.deepEqual(mismatches(schema, body), [], `${operationId} ${status}: ${JSON.stringify(body)}`)
}

/** Where a value is not what a schema says: another type, something missing, or something it does not tell of. */
export function mismatches(schema: Schema, value: unknown, way = 'body'): string[] {
  const { type, enum: words, required = [], properties = {}, items } = schema
  if (value === null && schema['x-nullable'] === true) return []
  if (type !== typeOf(value)) return [`${way} is no ${type}`]
  if (words !== undefined && !words.includes(value)) return [`${way} is none of ${words.join(', ')}`]
  if (Array.isArray(value) && items !== undefined) {
    return value.flatMap((item, index) => mismatches(items, item, `${way}[${index}]`))
  }
  if (typeof value !== 'object' || value === null) return []
  return [
    ...required.filter((name) => !(name in value)).map((name) => `${way}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const field = properties[name]
      return field === undefined ? [] : mismatches(field, inner, `${way}.${name}`)
    }),
  ]
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}
