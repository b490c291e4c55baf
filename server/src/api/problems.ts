import { type Static, Type } from 'typebox'

/** Every error of every API (RFC 9457). */
export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  violations: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
})
export type ProblemSchema = Static<typeof ProblemSchema>

/** The errors an endpoint documents, for its `response`. What every endpoint behind a key can answer is among them. */
export function problems(...statuses: readonly number[]): Record<number, object> {
  const all = [...statuses, 401, 403, 429, 503]
  return Object.fromEntries(all.map((status) => [status, { description: DESCRIPTIONS[status], ...ProblemSchema }]))
}

/** Those of an endpoint that reads a body. */
export const BODY_PROBLEMS = [400, 413, 415]

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'Something in the request is wrong; `violations` names every field at fault',
  401: 'No API key was sent',
  403: 'The API key is not valid, or may not do this',
  404: 'There is no such thing, or it is another account’s',
  409: 'The Idempotency-Key was used with another request',
  413: 'The body is too large',
  415: 'The body is of a type that nothing reads',
  429: 'Too many requests with this key; Retry-After says when to go on',
  503: 'The store cannot take more now; Retry-After says when to try again',
}
