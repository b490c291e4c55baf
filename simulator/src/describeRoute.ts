import type { FastifySchema } from 'fastify'

/** What the OpenAPI page says about a route. `body` is a JSON Schema. */
export function describeRoute(summary: string, body?: object): FastifySchema {
  const description = { tags: ['Simulator'], summary, ...(body ? { body } : {}) }
  return description
}
