import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Database } from '../../db/database.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { notFound } from '../../http/problem.ts'
import { readMessage, readSegments } from '../../messages/readMessages.ts'
import { deliveriesOfMessage } from '../../webhooks/deliveriesOfMessage.ts'
import { problems } from '../problems.ts'
import { renderMessage } from '../sms/renderMessage.ts'
import { RestMessageResponse } from '../sms/schema.ts'

export interface ExplainMessageDependencies extends AuthenticateDependencies {
  readonly db: Database
  readonly baseUrl: () => string
}

const Params = Type.Object({ id: Type.String() })
const Explanation = Type.Object(
  { ...RestMessageResponse.properties, state: Type.String(), text: Type.String() },
  { additionalProperties: true, description: 'The message with its submissions and callbacks' },
)

/**
 * GET /api/v1/messages/{id}: all that happened to one message. Its own times, what the transcoder changed, each try at
 * each carrier with its answer and receipt, and each call of the customer's URL.
 */
export function explainMessage(app: FastifyInstance, dependencies: ExplainMessageDependencies): void {
  app.get<{ Params: Static<typeof Params> }>('/api/v1/messages/:id', {
    onRequest: authenticate(dependencies, 'messages'),
    schema: {
      tags: ['Own'],
      summary: 'Explain a message',
      security: [{ apikey: [] }],
      params: Params,
      response: { 200: Explanation, ...problems(404) },
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const { db } = dependencies
      const view = await readMessage(db, accountId, request.params.id)
      if (view === null) throw notFound('message')
      const { message } = view
      return {
        ...renderMessage(view, dependencies.baseUrl()),
        channel: message.channel,
        origin: message.origin,
        state: message.status,
        text: message.body,
        encoding: message.encoding,
        transcoding: message.transcoding === null ? null : JSON.parse(message.transcoding),
        gateway: message.gateway,
        carrier: message.carrierId === '' ? null : message.carrierId,
        inDoubt: message.inDoubt,
        conversion: message.conversion,
        converted: message.converted,
        scheduledDate: isoOrNull(message.scheduledAt),
        expiryDate: isoOrNull(message.expiresAt),
        updatedDate: isoOrNull(message.updatedAt),
        dueDate: isoOrNull(message.dueAt),
        submissions: (await readSegments(db, [message.id])).map((segment) => ({
          submission: segment.submission,
          part: segment.number,
          carrier: segment.carrierId,
          carrierMessageId: segment.carrierMessageId,
          status: segment.status,
          errorCode: segment.errorCode,
          errorReason: segment.errorReason,
          sentDate: isoOrNull(segment.submittedAt),
          doneDate: isoOrNull(segment.doneAt),
        })),
        callbacks: await deliveriesOfMessage(db, accountId, message.id),
      }
    },
  })
}

function isoOrNull(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
