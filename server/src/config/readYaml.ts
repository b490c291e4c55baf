import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'

/** What a configuration file says, before anybody knows what it ought to say. */
export type ConfigNode =
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, ConfigNode> }
  | { readonly kind: 'list'; readonly items: readonly ConfigNode[] }
  | ConfigScalar

export interface ConfigScalar {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** As written, after variables: keeps the zeros of `00101` and of `0.10`. */
  readonly text: string
  /** The text with its variables, where there are any, so that a complaint need not show what they hold. */
  readonly variables: string | null
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Reads YAML 1.2 and puts the environment into every `${NAME}`; `$${` stands for `${` itself. */
export function readYaml(text: string, environment: Environment): { root: ConfigNode; problems: string[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const problems = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0])
    return `line ${line}, column ${col}: ${error.message}`
  })
  if (problems.length > 0) return { root: EMPTY_MAP, problems }

  const read = (node: unknown, path: string, depth: number): ConfigNode => {
    if (depth > DEPTH_MAX) {
      problems.push(`${path}: nested deeper than ${DEPTH_MAX} levels`)
      return ABSENT
    }
    if (isAlias(node)) return read(node.resolve(document), path, depth + 1)
    if (isSeq<Node>(node)) {
      return { kind: 'list', items: node.items.map((item, index) => read(item, `${path}[${index}]`, depth + 1)) }
    }
    if (isMap<Node, Node>(node)) {
      const entries = node.items.map(({ key, value }): [string, ConfigNode] => {
        const name = isScalar(key) ? String(key.value) : String(key)
        return [name, read(value, joinPath(path, name), depth + 1)]
      })
      return { kind: 'map', entries: new Map(entries) }
    }
    if (!isScalar(node)) return ABSENT
    if (typeof node.value === 'string') return substitute(node.value, environment, path, problems)
    return plainScalar(node.value, node.source ?? String(node.value))
  }
  const root = read(document.contents, '', 0)
  const empty = root.kind === 'scalar' && root.value === null
  return { root: empty ? EMPTY_MAP : root, problems }
}

/** A value from outside the file, where everything is text: digits are a number if that is what is wanted. */
export function textNode(text: string): ConfigScalar {
  return { kind: 'scalar', value: /^[0-9]{1,15}$/.test(text) ? Number(text) : text, text, variables: null }
}

/** How a key below a path is written in messages: `carriers[0].port`. */
export function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** A file's anchors may refer to themselves; no sensible file is nested this deep. */
const DEPTH_MAX = 20
const ABSENT: ConfigNode = { kind: 'scalar', value: null, text: '', variables: null }
export const EMPTY_MAP: ConfigNode = { kind: 'map', entries: new Map() }

function substitute(written: string, environment: Environment, path: string, problems: string[]): ConfigScalar {
  let variables = 0
  const value = written.replace(/\$?\$\{([^}]*)\}/g, (found, name: string) => {
    if (found.startsWith('$$')) return found.slice(1)
    variables++
    const replacement = environment[name]
    if (replacement === undefined) problems.push(`${path}: the environment variable ${name} is not set`)
    return replacement ?? ''
  })
  return { kind: 'scalar', value, text: value, variables: variables > 0 ? written : null }
}

function plainScalar(value: unknown, text: string): ConfigScalar {
  const known = typeof value === 'number' || typeof value === 'boolean' ? value : null
  return { kind: 'scalar', value: known, text, variables: null }
}
