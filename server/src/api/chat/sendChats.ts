import type { ChatMessage, Chats } from '../../chat/chat.ts'
import { type Problem, unavailable } from '../../http/problem.ts'
import { permitSteps, type StepRules } from './permitSteps.ts'
import type { ReadOrder } from './readMessageRequest.ts'

export interface SendChatDependencies extends StepRules {
  readonly chats: Chats
}

/** Stores a message that a request asks for. @throws Problem where the account may not send it, or not now. */
export async function sendChat(
  dependencies: SendChatDependencies,
  accountId: string,
  read: ReadOrder,
): Promise<ChatMessage> {
  await permitSteps(dependencies, accountId, [read])
  const result = await dependencies.chats.send({ ...read.order, accountId })
  if (result.kind === 'busy') throw busy()
  return result.message
}

/** As sendChat, for messages that follow each other; all are stored, or none. */
export async function sendBulk(
  dependencies: SendChatDependencies,
  accountId: string,
  read: readonly ReadOrder[],
): Promise<{ readonly bulkId: string; readonly messages: readonly ChatMessage[] }> {
  await permitSteps(dependencies, accountId, read)
  const result = await dependencies.chats.sendBulk(read.map(({ order }) => ({ ...order, accountId })))
  if (result.kind === 'busy') throw busy()
  return result
}

function busy(): Problem {
  return unavailable('too many messages wait to be stored; try again')
}
