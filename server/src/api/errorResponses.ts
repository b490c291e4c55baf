import { type Static, Type } from 'typebox'

/** Every error of the vendor's older APIs. */
export const ErrorResponse = Type.Object({
  code: Type.String({ description: 'One word for programs' }),
  message: Type.String({ description: 'What is wrong, for people' }),
  timestamp: Type.Integer({ description: 'Epoch milliseconds' }),
})
export type ErrorResponse = Static<typeof ErrorResponse>

/** The same in the one of them that numbers its codes and names each error. */
export const IdentifiedErrorResponse = Type.Object({
  code: Type.String({ description: 'A number, or one word, for programs' }),
  id: Type.String({ description: 'Of this error, a UUID' }),
  message: Type.String({ description: 'What is wrong, for people' }),
  timestamp: Type.Integer({ description: 'Epoch milliseconds' }),
})
export type IdentifiedErrorResponse = Static<typeof IdentifiedErrorResponse>

/** The errors an endpoint documents, for its `response`. What every endpoint behind a key can answer is among them. */
export function errorResponses(...statuses: readonly number[]): Record<number, object> {
  return describe(statuses, ErrorResponse)
}

export function identifiedErrorResponses(...statuses: readonly number[]): Record<number, object> {
  return describe(statuses, IdentifiedErrorResponse)
}

function describe(statuses: readonly number[], schema: object): Record<number, object> {
  const all = [...statuses, 401, 403, 429, 503]
  return Object.fromEntries(all.map((status) => [status, { description: DESCRIPTIONS[status], ...schema }]))
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'Something in the request is wrong; the message names every field at fault',
  401: 'No API key was sent',
  403: 'The API key is not valid, or may not do this',
  404: 'There is no such thing, or it is another account’s',
  409: 'It is in the way of something else; the code says of what',
  413: 'The body is too large',
  415: 'The body is of a type that nothing reads',
  429: 'Too many requests with this key; Retry-After says when to go on',
  503: 'The store cannot take more now; Retry-After says when to try again',
}
