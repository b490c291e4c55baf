/** What a field of a record is. `time` and `day` are text in JSON; `object` and `list` are passed on as they are. */
export type FieldType =
  | 'string'
  | 'time'
  | 'day'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'object'
  | 'list'
  | { readonly within: Fields }
  | { readonly listOf: Fields }

export type Fields = Readonly<Record<string, FieldType>>

/** The records of one kind, field names separated by white space: a page shows what thirty lines would. */
export interface Table {
  readonly strings?: string
  readonly times?: string
  readonly days?: string
  readonly integers?: string
  readonly numbers?: string
  readonly booleans?: string
  readonly objects?: string
  readonly lists?: string
  readonly within?: Readonly<Record<string, Fields>>
  readonly listsOf?: Readonly<Record<string, Fields>>
}

export function table(parts: Table): Fields {
  const named = (names: string | undefined, type: FieldType) =>
    (names ?? '').split(/\s+/).flatMap((name): [string, FieldType][] => (name === '' ? [] : [[name, type]]))
  return Object.fromEntries([
    ...named(parts.strings, 'string'),
    ...named(parts.times, 'time'),
    ...named(parts.days, 'day'),
    ...named(parts.integers, 'integer'),
    ...named(parts.numbers, 'number'),
    ...named(parts.booleans, 'boolean'),
    ...named(parts.objects, 'object'),
    ...named(parts.lists, 'list'),
    ...Object.entries(parts.within ?? {}).map(([name, within]): [string, FieldType] => [name, { within }]),
    ...Object.entries(parts.listsOf ?? {}).map(([name, listOf]): [string, FieldType] => [name, { listOf }]),
  ])
}
