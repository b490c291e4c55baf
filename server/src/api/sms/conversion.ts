import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Clock } from '../../clock.ts'
import type { Database } from '../../db/database.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { parseTime } from '../../http/parseTime.ts'
import { constraintViolation, notFound } from '../../http/problem.ts'
import { recordConversion } from '../../messages/recordConversion.ts'
import { BODY_PROBLEMS, problems } from '../problems.ts'
import { ConversionBody } from './schema.ts'

export interface ConversionDependencies extends AuthenticateDependencies {
  readonly db: Database
  readonly clock: Clock
}

const Answer = Type.Object({ requestId: Type.String(), delivered: Type.Boolean(), timestamp: Type.String() })

/** POST /messaging/v1/conversion: the customer says whether a message did what it was sent for. */
export function conversion(app: FastifyInstance, dependencies: ConversionDependencies): void {
  app.post<{ Body: Static<typeof ConversionBody> }>('/messaging/v1/conversion', {
    onRequest: authenticate(dependencies, 'messages'),
    schema: {
      tags: ['SMS'],
      summary: 'Report a conversion',
      security: [{ apikey: [] }],
      consumes: ['application/json', 'application/x-www-form-urlencoded'],
      body: ConversionBody,
      response: { 200: Answer, ...problems(...BODY_PROBLEMS, 404) },
    },
    handler: async (request) => {
      const { requestId, delivered, timestamp } = request.body
      const at = timestamp === undefined || timestamp === '' ? dependencies.clock.now() : parseTime(timestamp)
      if (at === null)
        throw constraintViolation([{ field: 'timestamp', message: 'must be a date like 2030-01-01T09:00:00Z' }])
      const { accountId } = principalOf(request)
      const known = await recordConversion(dependencies.db, { accountId, id: requestId, converted: delivered, at })
      if (!known) throw notFound('message')
      return { requestId, delivered, timestamp: new Date(at).toISOString() }
    },
  })
}
