import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Database } from '../../db/database.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { encodeCursor } from '../../http/cursor.ts'
import type { InboundMessage } from '../../inbound/inboundMessage.ts'
import { type InboundFilter, listInbound } from '../../inbound/readInbound.ts'
import { problems } from '../problems.ts'
import { ListedInbound } from '../sms/inboundSchema.ts'
import { renderInbound } from '../sms/renderInbound.ts'
import { beforeOf, numberOf, timeOf } from './queryFields.ts'

export interface ListInboundDependencies extends AuthenticateDependencies {
  readonly db: Database
}

const Query = Type.Object({
  from: Type.Optional(Type.String({ maxLength: 32, description: 'The handset' })),
  to: Type.Optional(Type.String({ maxLength: 32, description: 'Your number' })),
  since: Type.Optional(Type.String({ description: 'Recorded from then on; ISO 8601 or epoch milliseconds' })),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'The `next` of the page before' })),
})
type Query = Static<typeof Query>

const Page = Type.Object({
  messages: Type.Array(ListedInbound),
  next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page; null ends the list' }),
})

/** GET /api/v1/inbound: what was written to the account's numbers, newest first. */
export function listInboundRoute(app: FastifyInstance, dependencies: ListInboundDependencies): void {
  app.get<{ Querystring: Query }>('/api/v1/inbound', {
    onRequest: authenticate(dependencies, 'messages'),
    preValidation: canonicalQuery(Object.keys(Query.properties)),
    schema: {
      tags: ['Own'],
      summary: 'List received messages',
      security: [{ apikey: [] }],
      querystring: Query,
      response: { 200: Page, ...problems(400) },
    },
    handler: async (request) => {
      const { query } = request
      const { accountId } = principalOf(request)
      const { limit } = query
      const before = beforeOf(query.cursor)
      const messages = await listInbound(dependencies.db, {
        accountId,
        filter: filterOf(query),
        before,
        limit: limit + 1,
      })
      const page = messages.slice(0, limit)
      const last = page.at(-1)
      const next = messages.length > limit && last !== undefined ? encodeCursor([last.id]) : null
      return { messages: page.map(renderListedInbound), next }
    },
  })
}

/** A received message as lists and explanations show it. */
export function renderListedInbound(message: InboundMessage): Static<typeof ListedInbound> {
  const { requestId, from, to, message: text, originMCC, originMNC, size, missingParts } = renderInbound(message, [])
  return {
    requestId,
    from,
    to,
    message: text,
    binary: message.bodyIsHex,
    originMCC,
    originMNC,
    size,
    missingParts,
    receivedDate: new Date(message.receivedAt).toISOString(),
    recordedDate: new Date(message.recordedAt).toISOString(),
  }
}

function filterOf(query: Query): InboundFilter {
  return {
    ...(query.from === undefined ? {} : { sender: numberOf('from', query.from) }),
    ...(query.to === undefined ? {} : { recipient: numberOf('to', query.to) }),
    ...(query.since === undefined ? {} : { since: timeOf('since', query.since) }),
  }
}
