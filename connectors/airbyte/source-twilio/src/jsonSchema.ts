import type { Fields, FieldType } from './fields.ts'

/** The JSON schema of a stream's records (draft-07). Every field may be null, and fields that Twilio adds pass through. */
export function jsonSchema(fields: Fields): object {
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...objectSchema(fields) }
}

function objectSchema(fields: Fields): object {
  return {
    type: ['null', 'object'],
    additionalProperties: true,
    properties: Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, typeSchema(type)])),
  }
}

function typeSchema(type: FieldType): object {
  if (typeof type === 'object') {
    return 'within' in type ? objectSchema(type.within) : { type: ['null', 'array'], items: objectSchema(type.listOf) }
  }
  switch (type) {
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { type: ['null', type] }
    case 'time':
      return { type: ['null', 'string'], format: 'date-time' }
    case 'day':
      return { type: ['null', 'string'], format: 'date' }
    case 'object':
      return { type: ['null', 'object'], additionalProperties: true }
    case 'list':
      return { type: ['null', 'array'], items: {} }
    default:
      return type satisfies never
  }
}
