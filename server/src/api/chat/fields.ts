import { isStorableText } from '../../db/storableText.ts'
import type { Violation } from '../../http/problem.ts'

/** One JSON object of a request, and the name under which its sender knows it; '' is the request itself. */
export interface Layer {
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * The properties of layers of JSON: each is read from the first layer that has it. Null and an empty text are as good
 * as not given. What is of the wrong kind is refused by the name it has where it was written, and reads as null.
 */
export interface Fields {
  readonly layers: readonly Layer[]
  has(name: string): boolean
  /** As it is; undefined: not given. */
  value(name: string): unknown
  /** The property's name where it is, or where it is missed first. */
  nameOf(name: string): string
  refuse(name: string, message: string): null
  /** A number is taken for the text of its digits. Null: not given, or refused. */
  text(name: string, charactersMax: number): string | null
  /** The same for what has to be given. */
  requiredText(name: string, charactersMax: number): string | null
  word<Word extends string>(name: string, allowed: readonly Word[]): Word | null
  requiredWord<Word extends string>(name: string, allowed: readonly Word[]): Word | null
  integer(name: string, limits: { readonly min: number; readonly max: number }): number | null
  flag(name: string): boolean | null
  /** `check` says what is wrong with a URL, null: nothing. */
  url(name: string, check: (url: string) => string | null): string | null
  /** The entries of a list, as they are. */
  list(name: string, lengths: { readonly min: number; readonly max: number }): readonly unknown[] | null
  /** The entries of a list of objects, named by their place from 0. */
  objects(name: string, lengths: { readonly min: number; readonly max: number }): readonly Fields[] | null
  /** Its own properties are read from the same layers. Null: no layer has it, or what is there is refused. */
  object(name: string): Fields | null
  /** Its properties where it is no object: none. */
  nothing(name: string): Fields
  /** Only what is on the first layer that has any of these; the first of all where none has. */
  nearest(names: readonly string[]): Fields
  /** These, and what others have besides. */
  over(others: Fields): Fields
}

/** At least one layer. */
export function readFields(layers: readonly Layer[], refuseField: (violation: Violation) => void): Fields {
  const find = (name: string) => layers.find((layer) => given(valueIn(layer, name)))
  const nameOf = (name: string) => join((find(name) ?? layers[0])?.path ?? '', name)
  const refuse = (name: string, message: string): null => {
    refuseField({ field: nameOf(name), message })
    return null
  }
  const valueAt = (name: string): unknown => {
    const layer = find(name)
    return layer === undefined ? undefined : valueIn(layer, name)
  }
  const text = (name: string, charactersMax: number): string | null => {
    const value = valueAt(name)
    if (value === undefined) return null
    const read = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
    if (typeof read !== 'string') return refuse(name, 'must be a text')
    if (!isStorableText(read)) return refuse(name, 'must not contain NUL or unpaired surrogates')
    return isLonger(read, charactersMax) ? refuse(name, `must have at most ${charactersMax} characters`) : read
  }
  const word = <Word extends string>(name: string, allowed: readonly Word[]): Word | null => {
    const value = valueAt(name)
    if (value === undefined) return null
    return allowed.find((known) => known === value) ?? refuse(name, `must be one of ${allowed.join(', ')}`)
  }
  const list: Fields['list'] = (name, { min, max }) => {
    const value = valueAt(name) ?? []
    if (!Array.isArray(value)) return refuse(name, 'must be a list')
    if (value.length < min) return refuse(name, min === 1 ? 'must not be empty' : `must have at least ${min} entries`)
    return value.length > max ? refuse(name, `must have at most ${max} entries`) : value
  }
  return {
    layers,
    value: valueAt,
    has: (name) => find(name) !== undefined,
    nameOf,
    refuse,
    text,
    requiredText: (name, charactersMax) =>
      find(name) === undefined ? refuse(name, 'must not be empty') : text(name, charactersMax),

    word,
    requiredWord: (name, allowed) =>
      find(name) === undefined ? refuse(name, 'must not be empty') : word(name, allowed),

    integer(name, { min, max }) {
      const value = valueAt(name)
      if (value === undefined) return null
      const read = typeof value === 'string' && /^[0-9]{1,15}$/.test(value) ? Number(value) : value
      const isRight = typeof read === 'number' && Number.isInteger(read) && read >= min && read <= max
      return isRight ? read : refuse(name, `must be a whole number from ${min} to ${max}`)
    },

    flag(name) {
      const value = valueAt(name)
      if (value === undefined) return null
      if (value === true || value === 'true') return true
      return value === false || value === 'false' ? false : refuse(name, 'must be true or false')
    },

    url(name, check) {
      const url = text(name, URL_CHARACTERS_MAX)
      const problem = url === null ? null : check(url)
      return problem === null ? url : refuse(name, problem)
    },

    list,

    objects(name, lengths) {
      const path = nameOf(name)
      const entries = list(name, lengths)
      const wrong = entries?.findIndex((entry) => !isObject(entry)) ?? -1
      if (entries === null || wrong !== -1) {
        if (wrong !== -1) refuseField({ field: `${path}.${wrong}`, message: 'must be an object' })
        return null
      }
      return entries.filter(isObject).map((values, n) => readFields([{ path: `${path}.${n}`, values }], refuseField))
    },

    object(name) {
      const inner: Layer[] = []
      for (const layer of layers) {
        const values = valueIn(layer, name)
        const path = join(layer.path, name)
        if (isObject(values)) inner.push({ path, values })
        else if (given(values)) {
          refuseField({ field: path, message: 'must be an object' })
          return null
        }
      }
      return inner.length === 0 ? null : readFields(inner, refuseField)
    },

    nothing: (name) => readFields([{ path: nameOf(name), values: {} }], refuseField),

    over: (others) => readFields([...layers, ...others.layers], refuseField),

    nearest(names) {
      const first = layers.find((layer) => names.some((name) => given(valueIn(layer, name))))
      return readFields(first === undefined ? layers.slice(0, 1) : [first], refuseField)
    },
  }
}

const URL_CHARACTERS_MAX = 2_048

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function valueIn({ values }: Layer, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined
}

function given(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** Counted as JSON Schema does, by code points; only a text that could be too long is walked through. */
function isLonger(text: string, charactersMax: number): boolean {
  if (text.length <= charactersMax) return false
  return text.length > 2 * charactersMax || [...text].length > charactersMax
}
