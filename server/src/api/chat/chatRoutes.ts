import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ChatEvent, ChatMessage, Chats } from '../../chat/chat.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { notFound } from '../../http/problem.ts'
import { idempotencyHeader } from '../idempotencyKey.ts'
import { BODY_PROBLEMS, problems } from '../problems.ts'
import { readByHand } from '../readByHand.ts'
import { readBulkRequest } from './readBulkRequest.ts'
import { readMessageRequest } from './readMessageRequest.ts'
import type { CheckUrl } from './readStep.ts'
import { renderHistory, renderHistoryV2, renderStatus, renderStatusV2, renderStored } from './renderChat.ts'
import {
  BulkRequest,
  BulkResponse,
  MessageHistory,
  MessageHistoryV2,
  MessageParams,
  MessageRequest,
  MessageResponse,
  MessageStatus,
  MessageStatusV2,
  StoredMessage,
} from './schema.ts'
import { type SendChatDependencies, sendBulk, sendChat } from './sendChats.ts'

export interface ChatDependencies extends AuthenticateDependencies, SendChatDependencies {
  /** What is wrong with a URL that is to be called or fetched from the internet; null: nothing. */
  readonly checkUrl: CheckUrl
}

/** Everything that the vendor's Chat API does with messages: v1.1 and v2, whose names differ a little. */
export function chatRoutes(app: FastifyInstance, dependencies: ChatDependencies): void {
  messageRoutes(app, dependencies, {
    prefix: '/messaging/v1/chat',
    status: { schema: MessageStatus, render: renderStatus },
    history: { schema: MessageHistory, render: renderHistory },
  })
  messageRoutes(app, dependencies, {
    prefix: '/chat-api/v2',
    status: { schema: MessageStatusV2, render: renderStatusV2 },
    history: { schema: MessageHistoryV2, render: renderHistoryV2 },
  })
  bulkRoute(app, dependencies)
}

interface Version {
  readonly prefix: string
  readonly status: { readonly schema: object; readonly render: (message: ChatMessage) => object }
  readonly history: {
    readonly schema: object
    readonly render: (message: ChatMessage, events: readonly ChatEvent[]) => object
  }
}

const CHAT = { tags: ['Chat'], security: [{ apikey: [] }] }

function messageRoutes(
  app: FastifyInstance,
  dependencies: ChatDependencies,
  { prefix, status, history }: Version,
): void {
  const { chats, checkUrl } = dependencies
  const onRequest = authenticate(dependencies, 'chat')
  app.post(`${prefix}/messages`, {
    onRequest,
    ...readByHand,
    schema: {
      ...CHAT,
      summary: 'Send a message over a chain of channels',
      headers: idempotencyHeader,
      body: MessageRequest,
      response: { 202: MessageResponse, ...problems(...BODY_PROBLEMS, 409) },
    },
    handler: (request, reply) =>
      sendChat(dependencies, reply, {
        read: () => readMessageRequest(request.body, { checkUrl }),
        answerOf: ({ message: { id, acceptedAt } }): MessageResponse => ({
          messageId: id,
          acceptedAt: new Date(acceptedAt).toISOString(),
        }),
      }),
  })
  const reading = (summary: string, schema: object) => ({
    onRequest,
    schema: { ...CHAT, summary, params: MessageParams, response: { 200: schema, ...problems(404) } },
  })
  const path = `${prefix}/messages/:messageId`
  app.get<{ Params: MessageParams }>(path, reading('Read a message', StoredMessage), async (request) =>
    renderStored(await messageOf(chats, request)),
  )
  app.get<{ Params: MessageParams }>(`${path}/status`, reading('Read its status', status.schema), async (request) =>
    status.render(await messageOf(chats, request)),
  )
  app.get<{ Params: MessageParams }>(
    `${path}/history`,
    reading('Read its history', history.schema),
    async (request) => {
      const message = await messageOf(chats, request)
      const events = await chats.events(message.accountId, message.id)
      if (events === null) throw notFound('message')
      return history.render(message, events)
    },
  )
}

function bulkRoute(app: FastifyInstance, dependencies: ChatDependencies): void {
  const { checkUrl } = dependencies
  app.post('/chat-api/v2/bulks', {
    onRequest: authenticate(dependencies, 'chat'),
    ...readByHand,
    schema: {
      ...CHAT,
      summary: 'Send several messages to one recipient, in their order',
      headers: idempotencyHeader,
      body: BulkRequest,
      response: { 202: BulkResponse, ...problems(...BODY_PROBLEMS, 409) },
    },
    handler: (request, reply) =>
      sendBulk(dependencies, reply, {
        read: () => readBulkRequest(request.body, { checkUrl }),
        answerOf: ({ bulkId, messages }): BulkResponse => ({ bulkId, messageIds: messages.map(({ id }) => id) }),
      }),
  })
}

async function messageOf(chats: Chats, request: FastifyRequest<{ Params: MessageParams }>): Promise<ChatMessage> {
  const message = await chats.read(principalOf(request).accountId, request.params.messageId)
  if (message === null) throw notFound('message')
  return message
}
