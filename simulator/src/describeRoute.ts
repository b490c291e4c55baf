import type { FastifySchema } from 'fastify'

/** What the OpenAPI page says about a route: the statuses it answers with, and of its body a JSON Schema. */
export function describeRoute(summary: string, statuses: readonly number[], body?: object): FastifySchema {
  const response = Object.fromEntries(statuses.map((status) => [status, { description: descriptions[status] ?? '' }]))
  const description = { tags: ['Simulator'], summary, response, ...(body ? { body } : {}) }
  return description
}

const descriptions: Readonly<Record<number, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'On its way',
  204: 'Done, nothing to say',
  400: 'Something in the request is wrong; `violations` names every field at fault',
  404: 'There is no such thing',
  409: 'Nobody is there to take it',
}
