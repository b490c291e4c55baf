import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../db/database.ts'
import { principalOf } from '../http/authenticate.ts'
import { constraintViolation, Problem, sendProblem } from '../http/problem.ts'
import { type IdempotencyClaim, type KeyedAnswer, readKeyedAnswer } from '../messages/idempotency.ts'

// An Idempotency-Key lets a client repeat a request whose answer it missed. The keys of an account are the same for all
// endpoints that take one.

/** The header, for the schema of an endpoint that takes it. */
export const idempotencyHeader = {
  type: 'object',
  properties: {
    'idempotency-key': { type: 'string', description: 'The same key and request give the same answer for 24 hours' },
  },
}

/** The key of a request, and the request in short. */
export type RequestKey = Omit<IdempotencyClaim, 'response'>

/** Null: it has none. `asked` is what the caller wrote, if anything. @throws Problem where the key is too long. */
export function requestKeyOf({ headers }: FastifyRequest, asked: unknown): RequestKey | null {
  const key = headers['idempotency-key']
  if (typeof key !== 'string' || key === '') return null
  if (key.length > KEY_CHARACTERS_MAX) {
    throw constraintViolation([
      { field: 'Idempotency-Key', message: `must have at most ${KEY_CHARACTERS_MAX} characters` },
    ])
  }
  return {
    key,
    requestHash: createHash('sha256')
      .update(JSON.stringify(asked ?? null))
      .digest('base64url'),
  }
}

const KEY_CHARACTERS_MAX = 255

/** Answers a request whose key was used before: as then, when it asked for the same. */
export function answerRepeated(reply: FastifyReply, earlier: KeyedAnswer, key: RequestKey | null): void {
  if (earlier.requestHash === key?.requestHash) {
    sendJson(reply.header('idempotency-replayed', 'true'), earlier.response)
  } else {
    sendProblem(reply, new Problem(409, 'this Idempotency-Key was used with another request'))
  }
}

/**
 * Answers a request with a key that is refused now. If it repeats one that was accepted it gets the answer of that: what
 * requests are checked against changes, and who is refused takes it that nothing was stored.
 * @throws DatabaseUnavailable where that cannot be known now.
 */
export async function answerRefused(
  db: Pick<Database, 'read'>,
  reply: FastifyReply,
  { key, refusal }: { readonly key: RequestKey; readonly refusal: Problem },
): Promise<FastifyReply> {
  const { accountId } = principalOf(reply.request)
  const earlier = await readKeyedAnswer(db, { accountId, key: key.key })
  if (earlier?.requestHash === key.requestHash) answerRepeated(reply, earlier, key)
  else sendProblem(reply, refusal)
  return reply
}

/** The answer as it is kept for its key, so that a repeated one has the same bytes. */
export function sendJson(reply: FastifyReply, json: string): void {
  reply.header('content-type', 'application/json; charset=utf-8').send(json)
}
