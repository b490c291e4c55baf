/** The few types that records here have. Everything may be null: the vendor leaves fields out. */
export const TEXT = { type: ['null', 'string'] }
export const INTEGER = { type: ['null', 'integer'] }
export const BOOLEAN = { type: ['null', 'boolean'] }
export const TIME = { type: ['null', 'string'], format: 'date-time' }

/** The JSON schema (draft-07) of a record. Fields that are not listed may come, too. */
export function recordOf(properties: Properties): object {
  return { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', additionalProperties: true, properties }
}

/** An object within a record. */
export function objectOf(properties: Properties): object {
  return { type: ['null', 'object'], additionalProperties: true, properties }
}

type Properties = Readonly<Record<string, object>>
