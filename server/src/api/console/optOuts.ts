import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Database } from '../../db/database.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { encodeCursor } from '../../http/cursor.ts'
import { listOptOuts, type OptOutChange } from '../../inbound/optOutStore.ts'
import { problems } from '../problems.ts'
import { ListedOptOut } from '../sms/inboundSchema.ts'
import { beforeOf, numberOf } from './queryFields.ts'

export interface OptOutsRouteDependencies extends AuthenticateDependencies {
  readonly db: Database
}

const Query = Type.Object({
  number: Type.Optional(Type.String({ maxLength: 32, description: 'Who wrote' })),
  sender: Type.Optional(Type.String({ maxLength: 32, description: 'Your number' })),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'The `next` of the page before' })),
})
type Query = Static<typeof Query>

const Page = Type.Object({
  optOuts: Type.Array(ListedOptOut),
  next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page; null ends the list' }),
})

/** GET /api/v1/opt-outs: who wanted no more messages, or some again, newest change first. */
export function optOutsRoute(app: FastifyInstance, dependencies: OptOutsRouteDependencies): void {
  app.get<{ Querystring: Query }>('/api/v1/opt-outs', {
    onRequest: authenticate(dependencies, 'messages'),
    preValidation: canonicalQuery(Object.keys(Query.properties)),
    schema: {
      tags: ['Own'],
      summary: 'List opt-outs',
      security: [{ apikey: [] }],
      querystring: Query,
      response: { 200: Page, ...problems(400) },
    },
    handler: async (request) => {
      const { number, sender, limit, cursor } = request.query
      const changes = await listOptOuts(dependencies.db, {
        accountId: principalOf(request).accountId,
        sender: sender === undefined ? null : numberOf('sender', sender),
        recipient: number === undefined ? null : numberOf('number', number),
        before: beforeOf(cursor),
        limit: limit + 1,
      })
      const page = changes.slice(0, limit)
      const last = page.at(-1)
      const next = changes.length > limit && last !== undefined ? encodeCursor([last.id]) : null
      return { optOuts: page.map(renderChange), next }
    },
  })
}

function renderChange(change: OptOutChange): Static<typeof ListedOptOut> {
  const { id, recipient, sender, state, keyword, messageId, changedAt } = change
  return {
    id,
    number: recipient,
    sender,
    state,
    keyword,
    requestId: messageId,
    date: new Date(changedAt).toISOString(),
  }
}
