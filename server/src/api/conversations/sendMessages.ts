import type { FastifyInstance } from 'fastify'
import type { AcceptedBulk, AcceptedChat } from '../../chat/chat.ts'
import { authenticate } from '../../http/authenticate.ts'
import { type SendChatDependencies, sendBulk, sendChat } from '../chat/sendChats.ts'
import { idempotencyHeader } from '../idempotencyKey.ts'
import { BODY_PROBLEMS, problems } from '../problems.ts'
import { readByHand } from '../readByHand.ts'
import { NUMBERED_CHANNELS } from './channelNumbers.ts'
import type { ConversationDependencies } from './conversationRoutes.ts'
import { CONVERSATIONS, CONVERSATIONS_PREFIX } from './endpoint.ts'
import { readBulkRequest, readMessageRequest } from './readRequest.ts'
import { BulkRequest, BulkResponse, MessageRequest, MessageResponse, TextRequest } from './schema.ts'

type SendDependencies = SendChatDependencies & Pick<ConversationDependencies, 'keyring' | 'rateLimit' | 'checkUrl'>

/** POST /messages, /bulks, and what Power Automate's connectors send by. */
export function sendRoutes(app: FastifyInstance, dependencies: SendDependencies): void {
  const { checkUrl } = dependencies
  const shared = { onRequest: authenticate(dependencies, 'chat'), ...readByHand }
  const sending = (summary: string, body: object) => ({
    ...CONVERSATIONS,
    summary,
    headers: idempotencyHeader,
    body,
    response: { 202: MessageResponse, ...problems(...BODY_PROBLEMS, 409) },
  })
  app.post(`${CONVERSATIONS_PREFIX}/messages`, {
    ...shared,
    schema: sending('Send a message', MessageRequest),
    handler: (request, reply) =>
      sendChat(dependencies, reply, { read: () => readMessageRequest(request.body, { checkUrl }), answerOf }),
  })
  for (const textOver of NUMBERED_CHANNELS) {
    app.post(`${CONVERSATIONS_PREFIX}/power-automate/messages/${textOver}/text`, {
      ...shared,
      schema: sending(`Send a text from a flow, by ${textOver}`, TextRequest),
      handler: (request, reply) =>
        sendChat(dependencies, reply, {
          read: () => readMessageRequest(request.body, { checkUrl, textOver }),
          answerOf,
        }),
    })
  }
  app.post(`${CONVERSATIONS_PREFIX}/bulks`, {
    ...shared,
    schema: {
      ...CONVERSATIONS,
      summary: 'Send several messages to one recipient, in their order',
      headers: idempotencyHeader,
      body: BulkRequest,
      response: { 202: BulkResponse, ...problems(...BODY_PROBLEMS, 409) },
    },
    handler: (request, reply) =>
      sendBulk(dependencies, reply, {
        read: () => readBulkRequest(request.body, { checkUrl }),
        answerOf: bulkAnswerOf,
      }),
  })
}

function answerOf({ message: { id, acceptedAt } }: AcceptedChat): MessageResponse {
  return { messageId: id, ...acceptedTexts(acceptedAt) }
}

function bulkAnswerOf({ bulkId, messages }: AcceptedBulk): BulkResponse {
  const messageIds = messages.map(({ id }) => id)
  return { bulkId, messageIds, ...acceptedTexts(messages[0]?.acceptedAt ?? 0) }
}

function acceptedTexts(at: number): { timestamp: string; acceptedAt: string } {
  const text = new Date(at).toISOString()
  return { timestamp: text, acceptedAt: text }
}
