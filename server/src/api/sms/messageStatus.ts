import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Database } from '../../db/database.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { notFound } from '../../http/problem.ts'
import { readMessage } from '../../messages/readMessages.ts'
import { problems } from '../problems.ts'
import { renderMessage } from './renderMessage.ts'
import { RestMessageResponse } from './schema.ts'

export interface MessageStatusDependencies extends AuthenticateDependencies {
  readonly db: Database
  readonly baseUrl: () => string
}

const Params = Type.Object({ requestId: Type.String({ description: 'The request id of the message' }) })

/** GET /messaging/v1/messages/{requestId}; another account's message is as unknown as one that never was. */
export function messageStatus(app: FastifyInstance, dependencies: MessageStatusDependencies): void {
  app.get<{ Params: Static<typeof Params> }>('/messaging/v1/messages/:requestId', {
    onRequest: authenticate(dependencies, 'messages'),
    schema: {
      tags: ['SMS'],
      summary: 'Read the status of a message',
      security: [{ apikey: [] }],
      params: Params,
      response: { 200: RestMessageResponse, ...problems(404) },
    },
    handler: async (request) => {
      const view = await readMessage(dependencies.db, principalOf(request).accountId, request.params.requestId)
      if (view === null) throw notFound('message')
      return renderMessage(view, dependencies.baseUrl())
    },
  })
}
