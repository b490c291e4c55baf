import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ChatMessage } from '../../chat/chat.ts'
import { authenticate, principalOf } from '../../http/authenticate.ts'
import { type SendChatDependencies, sendBulk, sendChat } from '../chat/sendChats.ts'
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
    body,
    response: { 202: MessageResponse, ...problems(...BODY_PROBLEMS) },
  })
  app.post(`${CONVERSATIONS_PREFIX}/messages`, {
    ...shared,
    schema: sending('Send a message', MessageRequest),
    handler: async (request, reply): Promise<MessageResponse> => {
      const read = readMessageRequest(request.body, { checkUrl })
      return accepted(reply, await sendChat(dependencies, principalOf(request).accountId, read))
    },
  })
  for (const textOver of NUMBERED_CHANNELS) {
    app.post(`${CONVERSATIONS_PREFIX}/power-automate/messages/${textOver}/text`, {
      ...shared,
      schema: sending(`Send a text from a flow, by ${textOver}`, TextRequest),
      handler: async (request, reply): Promise<MessageResponse> => {
        const read = readMessageRequest(request.body, { checkUrl, textOver })
        return accepted(reply, await sendChat(dependencies, principalOf(request).accountId, read))
      },
    })
  }
  app.post(`${CONVERSATIONS_PREFIX}/bulks`, {
    ...shared,
    schema: {
      ...CONVERSATIONS,
      summary: 'Send several messages to one recipient, in their order',
      body: BulkRequest,
      response: { 202: BulkResponse, ...problems(...BODY_PROBLEMS) },
    },
    handler: async (request, reply): Promise<BulkResponse> => {
      const read = readBulkRequest(request.body, { checkUrl })
      const { bulkId, messages } = await sendBulk(dependencies, principalOf(request).accountId, read)
      reply.code(202)
      const messageIds = messages.map(({ id }) => id)
      return { bulkId, messageIds, ...acceptedTexts(messages[0]?.acceptedAt ?? 0) }
    },
  })
}

function accepted(reply: FastifyReply, { id, acceptedAt }: ChatMessage): MessageResponse {
  reply.code(202)
  return { messageId: id, ...acceptedTexts(acceptedAt) }
}

function acceptedTexts(at: number): { timestamp: string; acceptedAt: string } {
  const text = new Date(at).toISOString()
  return { timestamp: text, acceptedAt: text }
}
