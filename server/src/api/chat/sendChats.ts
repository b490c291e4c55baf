import type { FastifyReply } from 'fastify'
import type { AcceptedBulk, AcceptedChat, Busy, Chats, ClaimFor, Repeated } from '../../chat/chat.ts'
import type { Database } from '../../db/database.ts'
import { principalOf } from '../../http/authenticate.ts'
import { Problem, unavailable } from '../../http/problem.ts'
import { answerRefused, answerRepeated, requestKeyOf, sendJson } from '../idempotencyKey.ts'
import { permitSteps, type StepRules } from './permitSteps.ts'
import type { ReadOrder } from './readMessageRequest.ts'

export interface SendChatDependencies extends StepRules {
  readonly db: Pick<Database, 'read'>
  readonly chats: Chats
}

/**
 * Stores the message that `read` finds in a request, once for its Idempotency-Key, and answers.
 * @throws Problem where the request is refused, by `read` or because the account may not send it, or not now.
 */
export async function sendChat(
  dependencies: SendChatDependencies,
  reply: FastifyReply,
  { read, answerOf }: { readonly read: () => ReadOrder; readonly answerOf: (accepted: AcceptedChat) => object },
): Promise<FastifyReply> {
  const { accountId } = principalOf(reply.request)
  return sendOnce(dependencies, reply, {
    answerOf,
    async send(claim) {
      const asked = read()
      await permitSteps(dependencies, accountId, [asked])
      return dependencies.chats.send({ ...asked.order, accountId }, claim)
    },
  })
}

/** As sendChat, for messages that follow each other; all are stored, or none. */
export async function sendBulk(
  dependencies: SendChatDependencies,
  reply: FastifyReply,
  {
    read,
    answerOf,
  }: { readonly read: () => readonly ReadOrder[]; readonly answerOf: (accepted: AcceptedBulk) => object },
): Promise<FastifyReply> {
  const { accountId } = principalOf(reply.request)
  return sendOnce(dependencies, reply, {
    answerOf,
    async send(claim) {
      const asked = read()
      await permitSteps(dependencies, accountId, asked)
      return dependencies.chats.sendBulk(
        asked.map(({ order }) => ({ ...order, accountId })),
        claim,
      )
    },
  })
}

/** `send` throws a Problem where the request is refused. */
async function sendOnce<Accepted extends { readonly kind: 'accepted' }>(
  { db }: Pick<SendChatDependencies, 'db'>,
  reply: FastifyReply,
  {
    send,
    answerOf,
  }: {
    readonly send: (claim: ClaimFor<Accepted> | null) => Promise<Accepted | Repeated | Busy>
    readonly answerOf: (accepted: Accepted) => object
  },
): Promise<FastifyReply> {
  const { request } = reply
  // Two paths may read one body as two things.
  const key = requestKeyOf(request, [request.routeOptions.url, request.body])
  const textOf = (accepted: Accepted) => JSON.stringify(answerOf(accepted))
  let result: Accepted | Repeated | Busy
  try {
    result = await send(key === null ? null : (accepted) => ({ ...key, response: textOf(accepted) }))
  } catch (error) {
    if (key === null || !(error instanceof Problem)) throw error
    return answerRefused(db, reply.code(202), { key, refusal: error })
  }
  switch (result.kind) {
    case 'accepted':
      sendJson(reply.code(202), textOf(result))
      break
    case 'repeated':
      answerRepeated(reply.code(202), result.earlier, key)
      break
    case 'busy':
      throw unavailable('too many messages wait to be stored; try again')
    default:
      result satisfies never
  }
  return reply
}
