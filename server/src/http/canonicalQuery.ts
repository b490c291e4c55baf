import type { preValidationHookHandler } from 'fastify'

/**
 * Gives query parameters the spelling of the schema, whatever case the caller wrote: published clients disagree on it.
 * A parameter given twice, in whatever case, becomes a list, which a schema of scalars refuses by name.
 */
export function canonicalQuery(names: readonly string[]): preValidationHookHandler {
  const spelling = new Map(names.map((name) => [name.toLowerCase(), name]))
  return (request, _reply, done) => {
    const query: Record<string, unknown> = {}
    for (const [given, value] of Object.entries(request.query ?? {})) {
      const name = spelling.get(given.toLowerCase()) ?? given
      query[name] = Object.hasOwn(query, name) ? [query[name], value] : value
    }
    request.query = query
    done()
  }
}
