import { readFileSync } from 'node:fs'

/** The folders of the two connectors, below this one. */
export const CONNECTORS = ['.', '2fa'] as const
export type Connector = (typeof CONNECTORS)[number]

/** What tests read of a Swagger 2.0 definition with Microsoft's extensions; references are resolved. */
export interface Definition {
  readonly info: {
    readonly title: string
    readonly description: string
    readonly contact: Readonly<Record<string, string>>
  }
  readonly host: string
  readonly operations: readonly Operation[]
  readonly testConnection: string
  readonly document: object
}

export interface Operation {
  readonly path: string
  readonly method: string
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly deprecated: boolean
  readonly visibility: string
  readonly isTrigger: boolean
  readonly parameters: readonly Parameter[]
  readonly responses: Readonly<Record<string, Response>>
  /** What a trigger's flow gets. */
  readonly notification: Response | null // null: no trigger
}

export interface Parameter extends Omit<Schema, 'required'> {
  readonly name: string
  readonly in: 'path' | 'query' | 'body'
  readonly required?: boolean
  readonly schema?: Schema
  readonly 'x-ms-url-encoding'?: string
}

export interface Response {
  readonly description: string
  readonly schema?: Schema
  readonly headers?: Readonly<Record<string, Schema>>
}

export interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly 'x-ms-summary'?: string
  readonly 'x-ms-visibility'?: string
  readonly 'x-ms-notification-url'?: boolean
  readonly 'x-nullable'?: boolean
}

export function readDefinition(connector: Connector): Definition {
  const document = JSON.parse(readConnectorFile(connector, 'apiDefinition.swagger.json').toString())
  const { info, host, paths } = resolveReferences(document, document)
  return {
    info,
    host,
    operations: Object.entries<Record<string, never>>(paths).flatMap(([path, item]) => operationsOf(path, item)),
    testConnection: document['x-ms-capabilities'].testConnection.operationId,
    document,
  }
}

export function readConnectorFile(connector: Connector, name: string): Buffer {
  return readFileSync(new URL(`${connector}/${name}`, import.meta.url))
}

/** Every schema within a schema, itself first, with the way to it: [['', …], ['content', …], ['content.text', …]]. */
export function schemasWithin(schema: Schema, path = ''): [path: string, schema: Schema][] {
  const inner = Object.entries({ ...schema.properties, ...(schema.items === undefined ? {} : { '[]': schema.items }) })
  return [
    [path, schema],
    ...inner.flatMap(([name, value]) => schemasWithin(value, path === '' ? name : `${path}.${name}`)),
  ]
}

function operationsOf(path: string, { 'x-ms-notification-content': notification, ...methods }: Record<string, never>) {
  return Object.entries<Record<string, never>>(methods).map(
    ([method, operation]): Operation => ({
      path,
      method: method.toUpperCase(),
      operationId: operation.operationId ?? '',
      summary: operation.summary ?? '',
      description: operation.description ?? '',
      deprecated: operation.deprecated ?? false,
      visibility: operation['x-ms-visibility'] ?? '',
      isTrigger: operation['x-ms-trigger'] !== undefined,
      parameters: operation.parameters ?? [],
      responses: operation.responses ?? {},
      notification: notification ?? null,
    }),
  )
}

function resolveReferences<Value>(value: Value, document: { definitions: Record<string, never> }): Value {
  if (typeof value !== 'object' || value === null) return value
  if ('$ref' in value) {
    const name = String(value.$ref).replace('#/definitions/', '')
    const target = document.definitions[name]
    if (target === undefined) throw new Error(`there is no ${value.$ref}`)
    return resolveReferences<Value>(target, document)
  }
  const entries = Object.entries(value).map(([name, inner]) => [name, resolveReferences(inner, document)])
  return (Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)) as Value
}
