import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ChatMessage, Chats } from '../../chat/chat.ts'
import { authenticate, principalOf } from '../../http/authenticate.ts'
import { notFound } from '../../http/problem.ts'
import { problems } from '../problems.ts'
import type { ConversationDependencies } from './conversationRoutes.ts'
import { CONVERSATIONS, CONVERSATIONS_PREFIX, idOf } from './endpoint.ts'
import { renderEvents, renderStatus } from './renderMessage.ts'
import { MessageEvents, MessageParams, MessageStatus } from './schema.ts'

/** GET /messages/{messageId}/status and /events, of messages that were sent by whatever API. */
export function messageReadingRoutes(
  app: FastifyInstance,
  dependencies: Pick<ConversationDependencies, 'keyring' | 'rateLimit' | 'chats'>,
): void {
  const { chats } = dependencies
  const onRequest = authenticate(dependencies, 'chat')
  const path = `${CONVERSATIONS_PREFIX}/messages/:messageId`
  const reading = (summary: string, schema: object) => ({
    onRequest,
    schema: { ...CONVERSATIONS, summary, params: MessageParams, response: { 200: schema, ...problems(404) } },
  })
  app.get<{ Params: MessageParams }>(`${path}/status`, {
    ...reading('Read the status of a message', MessageStatus),
    handler: async (request) => renderStatus(await messageOf(chats, request)),
  })
  app.get<{ Params: MessageParams }>(`${path}/events`, {
    ...reading('List the events of a message', MessageEvents),
    handler: async (request) => {
      const message = await messageOf(chats, request)
      const events = await chats.events(message.accountId, message.id)
      if (events === null) throw notFound('message')
      return renderEvents(message, events)
    },
  })
}

async function messageOf(chats: Chats, request: FastifyRequest<{ Params: MessageParams }>): Promise<ChatMessage> {
  const id = idOf(request.params.messageId)
  const message = id === null ? null : await chats.read(principalOf(request).accountId, id)
  if (message === null) throw notFound('message')
  return message
}
