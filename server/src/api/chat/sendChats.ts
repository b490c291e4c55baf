import type { FastifyReply } from 'fastify'
import type { AcceptedBulk, AcceptedChat, Busy, Chats, ClaimFor, Repeated } from '../../chat/chat.ts'
import { principalOf } from '../../http/authenticate.ts'
import { unavailable } from '../../http/problem.ts'
import { answerRepeated, requestKeyOf, sendJson } from '../idempotencyKey.ts'
import { permitSteps, type StepRules } from './permitSteps.ts'
import type { ReadOrder } from './readMessageRequest.ts'

export interface SendChatDependencies extends StepRules {
  readonly chats: Chats
}

/**
 * Stores the message that a request asks for, once for its Idempotency-Key, and answers.
 * @throws Problem where the account may not send it, or not now.
 */
export async function sendChat(
  dependencies: SendChatDependencies,
  reply: FastifyReply,
  { read, answerOf }: { readonly read: ReadOrder; readonly answerOf: (accepted: AcceptedChat) => object },
): Promise<FastifyReply> {
  const { accountId } = principalOf(reply.request)
  await permitSteps(dependencies, accountId, [read])
  return sendOnce(reply, answerOf, (claim) => dependencies.chats.send({ ...read.order, accountId }, claim))
}

/** As sendChat, for messages that follow each other; all are stored, or none. */
export async function sendBulk(
  dependencies: SendChatDependencies,
  reply: FastifyReply,
  { read, answerOf }: { readonly read: readonly ReadOrder[]; readonly answerOf: (accepted: AcceptedBulk) => object },
): Promise<FastifyReply> {
  const { accountId } = principalOf(reply.request)
  await permitSteps(dependencies, accountId, read)
  const orders = read.map(({ order }) => ({ ...order, accountId }))
  return sendOnce(reply, answerOf, (claim) => dependencies.chats.sendBulk(orders, claim))
}

async function sendOnce<Accepted extends { readonly kind: 'accepted' }>(
  reply: FastifyReply,
  answerOf: (accepted: Accepted) => object,
  send: (claim: ClaimFor<Accepted> | null) => Promise<Accepted | Repeated | Busy>,
): Promise<FastifyReply> {
  const { request } = reply
  // Two paths may read one body as two things.
  const key = requestKeyOf(request, [request.routeOptions.url, request.body])
  const textOf = (accepted: Accepted) => JSON.stringify(answerOf(accepted))
  const result = await send(key === null ? null : (accepted) => ({ ...key, response: textOf(accepted) }))
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
