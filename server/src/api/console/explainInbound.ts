import { decodeUserData } from '@heliograph/text/decodeUserData'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Database } from '../../db/database.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { notFound } from '../../http/problem.ts'
import { type InboundView, type ReadPart, readInbound } from '../../inbound/readInbound.ts'
import { deliveriesOfMessage } from '../../webhooks/deliveriesOfMessage.ts'
import { problems } from '../problems.ts'
import { ExplainedInbound } from '../sms/inboundSchema.ts'
import { partId } from '../sms/renderInbound.ts'
import { renderListedInbound } from './listInbound.ts'

export interface ExplainInboundDependencies extends AuthenticateDependencies {
  readonly db: Database
}

const Params = Type.Object({ id: Type.String() })
type Part = Static<typeof ExplainedInbound>['parts'][number]

/** GET /api/v1/inbound/{id}: one received message, its parts, late ones too, and each call of the owner's URL. */
export function explainInbound(app: FastifyInstance, dependencies: ExplainInboundDependencies): void {
  app.get<{ Params: Static<typeof Params> }>('/api/v1/inbound/:id', {
    onRequest: authenticate(dependencies, 'messages'),
    schema: {
      tags: ['Own'],
      summary: 'Explain a received message',
      security: [{ apikey: [] }],
      params: Params,
      response: { 200: ExplainedInbound, ...problems(404) },
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const { db } = dependencies
      const view = await readInbound(db, accountId, request.params.id)
      if (view === null) throw notFound('message')
      return {
        ...renderListedInbound(view.message),
        parts: renderParts(view),
        callbacks: await deliveriesOfMessage(db, accountId, view.message.id),
      }
    },
  })
}

function renderParts({ message, parts }: InboundView): Part[] {
  if (message.setId !== null) return parts.map((part) => renderPart(message.id, part))
  const { body, bodyIsHex, carrierId, dataCoding, receivedAt } = message
  return [
    {
      msgId: partId(message.id, 1),
      sequenceNumber: 1,
      message: body,
      binary: bodyIsHex,
      carrier: carrierId,
      dataCoding,
      receivedDate: new Date(receivedAt).toISOString(),
      late: false,
    },
  ]
}

function renderPart(id: string, { number, carrierId, dataCoding, payload, receivedAt, late }: ReadPart): Part {
  const decoded = decodeUserData(Buffer.from(payload, 'hex'), dataCoding)
  return {
    msgId: partId(id, number),
    sequenceNumber: number,
    message: decoded.kind === 'text' ? decoded.text : decoded.hex,
    binary: decoded.kind === 'binary',
    carrier: carrierId,
    dataCoding,
    receivedDate: new Date(receivedAt).toISOString(),
    late,
  }
}
