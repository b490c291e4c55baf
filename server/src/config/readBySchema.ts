import assert from 'node:assert/strict'
import { type Static, type TArray, type TObject, type TRecord, type TSchema, type TUnion, Type } from 'typebox'
import { Value } from 'typebox/value'
import { expectationOf } from './expectation.ts'
import { type ConfigNode, type ConfigScalar, EMPTY_MAP, joinPath } from './readYaml.ts'

/** Collects what is wrong, and where each object read came from, so that later checks can name the place too. */
export interface Findings {
  readonly problems: string[]
  readonly paths: WeakMap<object, string>
  /** Lists from which an entry was left out for its mistakes. */
  readonly incompleteLists: Set<string>
}

/**
 * Turns a node into the schema's type with all defaults filled in. Everything wrong is reported with its path and what
 * was expected, and is then left out or replaced by its default, so that one reading finds all mistakes; the result is
 * only good for use while there are no problems. The schema must have a default wherever the whole can go wrong.
 */
export function readBySchema<Schema extends TSchema>(
  schema: Schema,
  node: ConfigNode,
  path: string,
  findings: Findings,
): Static<Schema> {
  const value = readValue(schema, node, path, findings) ?? defaultOf(schema, path, findings)
  assert(Value.Check(schema, value), `${path}: the reader let through what the schema refuses`)
  return value
}

/** As readBySchema, for a value that needs no default: undefined when it is wrong, and reported. */
export function readIfRight<Schema extends TSchema>(
  schema: Schema,
  node: ConfigNode,
  path: string,
  findings: Findings,
): Static<Schema> | undefined {
  const value = readValue(schema, node, path, findings)
  return Value.Check(schema, value) ? value : undefined
}

/** Undefined: absent, or wrong and reported. */
function readValue(schema: TSchema, node: ConfigNode, path: string, findings: Findings): unknown {
  if (Type.IsUnion(schema)) return readUnion(schema, node, path, findings)
  if (Type.IsObject(schema) && node.kind === 'map') return readObject(schema, node.entries, path, findings)
  if (Type.IsRecord(schema) && node.kind === 'map') return readRecord(schema, node.entries, path, findings)
  if (Type.IsArray(schema) && node.kind === 'list') return readList(schema, node.items, path, findings)
  if (node.kind === 'scalar') {
    const value = scalarFor(schema, node)
    if (value !== undefined) return value
  }
  findings.problems.push(`${path || 'the file'}: expected ${expectationOf(schema)}, got ${shown(node, path)}`)
  return undefined
}

function readObject(
  schema: TObject,
  entries: ReadonlyMap<string, ConfigNode>,
  path: string,
  findings: Findings,
): object | undefined {
  reportUnknownKeys(Object.keys(schema.properties), entries, path, findings)
  const result: Record<string, unknown> = {}
  let complete = true
  for (const [key, property] of Object.entries(schema.properties)) {
    const place = joinPath(path, key)
    const node = entries.get(key)
    const present = node !== undefined && !isNull(node)
    const read = present ? readValue(property, node, place, findings) : undefined
    const value = read ?? defaultOf(property, place, findings)
    if (value !== undefined) {
      result[key] = value
    } else if (!Type.IsOptional(property)) {
      complete = false
      if (!present) findings.problems.push(`${place}: missing, expected ${expectationOf(property)}`)
    }
  }
  findings.paths.set(result, path)
  return complete ? result : undefined
}

function readRecord(
  schema: TRecord,
  entries: ReadonlyMap<string, ConfigNode>,
  path: string,
  findings: Findings,
): object {
  const result: Record<string, unknown> = {}
  const [pattern, valueSchema] = Object.entries(schema.patternProperties)[0] ?? ['', Type.Never()]
  for (const [key, node] of entries) {
    const place = joinPath(path, key)
    if (new RegExp(pattern).test(key)) {
      const value = readValue(valueSchema, node, place, findings)
      if (value !== undefined) result[key] = value
    } else {
      findings.problems.push(`${place}: unknown key`)
    }
  }
  return result
}

function readList(schema: TArray, items: readonly ConfigNode[], path: string, findings: Findings): unknown[] {
  const result = items
    .map((item, index) => readValue(schema.items, item, `${path}[${index}]`, findings))
    .filter((value) => value !== undefined)
  if (result.length < items.length) findings.incompleteLists.add(path)
  const itemsMax = 'maxItems' in schema && typeof schema.maxItems === 'number' ? schema.maxItems : Infinity
  if (items.length > itemsMax) {
    findings.problems.push(`${path}: expected at most ${itemsMax} entries, got ${items.length}`)
  }
  return result
}

/**
 * A map is read by the branch that is an object, of several by the one of its `type`, so that its own mistakes are
 * told; a scalar by the first that fits.
 */
function readUnion(schema: TUnion, node: ConfigNode, path: string, findings: Findings): unknown {
  if (node.kind === 'map') {
    const objects = schema.anyOf.filter(Type.IsObject)
    const branch = objects.length > 1 ? branchOfType(objects, node.entries, path, findings) : objects[0]
    if (branch !== undefined) return branch === UNKNOWN_TYPE ? undefined : readValue(branch, node, path, findings)
  } else if (node.kind === 'list') {
    const branch = schema.anyOf.find((each) => Type.IsArray(each))
    if (branch !== undefined) return readValue(branch, node, path, findings)
  } else {
    for (const branch of schema.anyOf) {
      const value = scalarFor(branch, node)
      if (value !== undefined) return value
    }
  }
  findings.problems.push(`${path}: expected ${expectationOf(schema)}, got ${shown(node, path)}`)
  return undefined
}

const UNKNOWN_TYPE = Symbol('unknown type')

function branchOfType(
  branches: readonly TObject[],
  entries: ReadonlyMap<string, ConfigNode>,
  path: string,
  findings: Findings,
): TObject | typeof UNKNOWN_TYPE {
  const node = entries.get('type')
  const type = node?.kind === 'scalar' ? node.text : null
  const types = branches.map(({ properties }) => (Type.IsLiteral(properties.type) ? properties.type.const : null))
  const branch = branches[types.indexOf(type)]
  if (branch !== undefined) return branch
  const got = node === undefined ? 'nothing' : shown(node, path)
  findings.problems.push(`${joinPath(path, 'type')}: expected one of ${types.join(', ')}, got ${got}`)
  return UNKNOWN_TYPE
}

/**
 * Text may be written without quotes even where YAML sees a number (a password of digits, a network code), and a
 * variable, always text, may stand for a number or a yes or no. Undefined: none of these fits.
 */
function scalarFor(schema: TSchema, node: ConfigScalar): unknown {
  const candidates = [node.value]
  if (typeof node.value === 'number') candidates.push(node.text)
  if (node.variables !== null && /^-?[0-9]+(\.[0-9]+)?$/.test(node.text)) candidates.push(Number(node.text))
  if (node.variables !== null && /^(true|false)$/.test(node.text)) candidates.push(node.text === 'true')
  return candidates.find((value) => value !== null && Value.Check(schema, value))
}

function defaultOf(schema: TSchema, path: string, findings: Findings): unknown {
  if (!('default' in schema)) return undefined
  if (Type.IsObject(schema)) return readValue(schema, EMPTY_MAP, path, findings)
  return structuredClone(schema.default)
}

function reportUnknownKeys(
  known: readonly string[],
  entries: ReadonlyMap<string, ConfigNode>,
  path: string,
  findings: Findings,
): void {
  for (const key of entries.keys()) {
    if (known.includes(key)) continue
    const near = known.find((each) => isNear(each.toLowerCase(), key.toLowerCase()))
    const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`
    findings.problems.push(`${joinPath(path, key)}: unknown key, ${hint}`)
  }
}

/** Equal but for case, one letter too many, missing or wrong, or two neighbours swapped. */
function isNear(a: string, b: string): boolean {
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const [restOfA, restOfB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  if (restOfA.length <= 1 && restOfB.length <= 1) return true
  return restOfA.length === 2 && restOfA === [...restOfB].reverse().join('')
}

function isNull(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === null
}

function shown(node: ConfigNode, path: string): string {
  if (node.kind === 'map') return 'a map'
  if (node.kind === 'list') return 'a list'
  if (SECRET_PATHS.test(path)) return 'something else (not shown: it is a secret)'
  if (node.variables !== null) return `the value of "${node.variables}"`
  return typeof node.value === 'string' ? JSON.stringify(node.value) : node.text || 'nothing'
}

/** Places whose values never appear in messages; a database URL may hold a password. */
const SECRET_PATHS = /(^|[._])(key|password|secret|authToken)$|^(store\.url|DATABASE_URL)$/i
