import type { preValidationHookHandler } from 'fastify'

interface ParameterSchema {
  readonly properties: Readonly<Record<string, object>>
}

/**
 * Gathers the parameters of a request where its schema looks for them. They belong into the query, but some clients
 * send them as a body; what is in both counts as in the query. Names count in any case, and so do true and false. Empty
 * is as good as not given. What the schema does not name is left out; what is given twice becomes a list, which a schema
 * of scalars refuses by name.
 */
export function gatherParameters({ properties }: ParameterSchema, place: 'query' | 'body'): preValidationHookHandler {
  const spelling = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]))
  const isBoolean = (schema: object) => 'type' in schema && schema.type === 'boolean'
  const booleans = new Set(Object.entries(properties).flatMap(([name, schema]) => (isBoolean(schema) ? name : [])))

  const known = (given: unknown): Record<string, unknown> => {
    const found: Record<string, unknown> = {}
    for (const [written, value] of Object.entries(given ?? {})) {
      const name = spelling.get(written.toLowerCase())
      if (name === undefined || value === '' || value === null) continue
      const meant = booleans.has(name) && typeof value === 'string' ? value.toLowerCase() : value
      found[name] = name in found ? [found[name], meant].flat() : meant
    }
    return found
  }

  return (request, _reply, done) => {
    const gathered = { ...known(request.body), ...known(request.query) }
    if (place === 'query') request.query = gathered
    else request.body = gathered
    done()
  }
}
