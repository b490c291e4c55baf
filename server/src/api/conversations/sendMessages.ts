import type { FastifyInstance, FastifyReply } from 'fastify'
import { authenticate, principalOf } from '../../http/authenticate.ts'
import { permitSteps, type StepRules } from '../chat/permitSteps.ts'
import type { ReadOrder } from '../chat/readMessageRequest.ts'
import { BODY_PROBLEMS, problems } from '../problems.ts'
import { NUMBERED_CHANNELS } from './channelNumbers.ts'
import type { ConversationDependencies } from './conversationRoutes.ts'
import { busy, CONVERSATIONS, CONVERSATIONS_PREFIX, readByHand } from './endpoint.ts'
import { readBulkRequest, readMessageRequest } from './readRequest.ts'
import { BulkRequest, BulkResponse, MessageRequest, MessageResponse, TextRequest } from './schema.ts'

type SendDependencies = StepRules & Pick<ConversationDependencies, 'keyring' | 'rateLimit' | 'chats' | 'checkUrl'>

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
      return sendOne(dependencies, { accountId: principalOf(request).accountId, read, reply })
    },
  })
  for (const textOver of NUMBERED_CHANNELS) {
    app.post(`${CONVERSATIONS_PREFIX}/power-automate/messages/${textOver}/text`, {
      ...shared,
      schema: sending(`Send a text from a flow, by ${textOver}`, TextRequest),
      handler: async (request, reply): Promise<MessageResponse> => {
        const read = readMessageRequest(request.body, { checkUrl, textOver })
        return sendOne(dependencies, { accountId: principalOf(request).accountId, read, reply })
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
      const { accountId } = principalOf(request)
      const read = readBulkRequest(request.body, { checkUrl })
      await permitSteps(dependencies, accountId, read)
      const result = await dependencies.chats.sendBulk(read.map(({ order }) => ({ ...order, accountId })))
      if (result.kind === 'busy') throw busy()
      const [first] = result.messages
      reply.code(202)
      return {
        bulkId: result.bulkId,
        messageIds: result.messages.map(({ id }) => id),
        ...acceptedTexts(first?.acceptedAt ?? 0),
      }
    },
  })
}

async function sendOne(
  dependencies: SendDependencies,
  { accountId, read, reply }: { accountId: string; read: ReadOrder; reply: FastifyReply },
): Promise<MessageResponse> {
  await permitSteps(dependencies, accountId, [read])
  const result = await dependencies.chats.send({ ...read.order, accountId })
  if (result.kind === 'busy') throw busy()
  reply.code(202)
  return { messageId: result.message.id, ...acceptedTexts(result.message.acceptedAt) }
}

function acceptedTexts(at: number): { timestamp: string; acceptedAt: string } {
  const text = new Date(at).toISOString()
  return { timestamp: text, acceptedAt: text }
}
