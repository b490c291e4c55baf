import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Clock } from '../../clock.ts'
import type { Database } from '../../db/database.ts'
import { isStorableText } from '../../db/storableText.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { constraintViolation } from '../../http/problem.ts'
import { CHANNELS, type MessageView } from '../../messages/message.ts'
import { listChangedMessages, listMessages, type MessageFilter } from '../../messages/readMessages.ts'
import { problems } from '../problems.ts'
import { renderMessage } from '../sms/renderMessage.ts'
import { RestMessageResponse } from '../sms/schema.ts'
import { timeOf } from './queryFields.ts'

export interface ListMessagesDependencies extends AuthenticateDependencies {
  readonly db: Database
  readonly clock: Clock
  readonly baseUrl: () => string
}

const Query = Type.Object({
  status: Type.Optional(
    Type.Enum(['accepted', 'queued', 'submitted', 'delivered', 'undelivered', 'expired', 'rejected', 'unknown']),
  ),
  channel: Type.Optional(Type.Enum([...CHANNELS])),
  to: Type.Optional(Type.String({ maxLength: 32 })),
  from: Type.Optional(Type.String({ maxLength: 32 })),
  reference: Type.Optional(Type.String({ maxLength: 256 })),
  acceptedSince: Type.Optional(Type.String({ description: 'ISO 8601 or epoch milliseconds' })),
  acceptedBefore: Type.Optional(Type.String({ description: 'ISO 8601 or epoch milliseconds' })),
  updatedSince: Type.Optional(
    Type.String({
      description: 'Lists by change time, oldest change first: each later change of a message lists it again',
    }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'The `next` of the page before' })),
})
type Query = Static<typeof Query>

const ListedMessage = Type.Object({
  ...RestMessageResponse.properties,
  channel: Type.String({ description: CHANNELS.join(', ') }),
  state: Type.String({ description: 'Our own word for the status; knows unknown and submitted' }),
  converted: Type.Union([Type.Boolean(), Type.Null()], { description: 'As you reported it; null: you did not' }),
  updatedDate: Type.String({ description: 'When the message last changed, to the millisecond' }),
})

const Page = Type.Object({
  messages: Type.Array(ListedMessage),
  next: Type.Union([Type.String(), Type.Null()], {
    description:
      'Cursor of the next page. By acceptance null ends the list; by change it is always given, to go on later',
  }),
  listedUpTo: Type.Optional(
    Type.String({ description: 'By change: ISO 8601, to the millisecond. Younger changes are not listed yet' }),
  ),
})

/** GET /api/v1/messages: newest first, or with `updatedSince` in the order of change, for readers that keep up. */
export function listMessagesRoute(app: FastifyInstance, dependencies: ListMessagesDependencies): void {
  app.get<{ Querystring: Query }>('/api/v1/messages', {
    onRequest: authenticate(dependencies, 'messages'),
    preValidation: canonicalQuery(Object.keys(Query.properties)),
    schema: {
      tags: ['Own'],
      summary: 'List messages',
      security: [{ apikey: [] }],
      querystring: Query,
      response: { 200: Page, ...problems(400) },
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const { query } = request
      const filter = filterOf(query)
      return query.updatedSince === undefined
        ? pageByAcceptance(dependencies, { accountId, filter, query })
        : pageByChange(dependencies, { accountId, filter, query, since: timeOf('updatedSince', query.updatedSince) })
    },
  })
}

interface PageRequest {
  readonly accountId: string
  readonly filter: MessageFilter
  readonly query: Query
}

async function pageByAcceptance({ db, baseUrl }: ListMessagesDependencies, { accountId, filter, query }: PageRequest) {
  const { limit, cursor } = query
  const before = cursor === undefined ? null : textOf(decodeCursor(cursor)[0])
  const views = await listMessages(db, { accountId, filter, before, limit: limit + 1 })
  const page = views.slice(0, limit)
  const last = page.at(-1)
  const next = views.length > limit && last !== undefined ? encodeCursor([last.message.id]) : null
  return { messages: page.map((view) => listed(view, baseUrl())), next }
}

async function pageByChange(
  { db, clock, baseUrl }: ListMessagesDependencies,
  { accountId, filter, query, since }: PageRequest & { since: number },
) {
  const { limit, cursor } = query
  const place = cursor === undefined ? [since, ''] : decodeCursor(cursor)
  const after = { updatedAt: Number(place[0]), id: textOf(place[1]) }
  if (!Number.isSafeInteger(after.updatedAt)) throw constraintViolation([BAD_CURSOR])
  const settledBefore = clock.now() - SETTLED_AFTER_MS
  const views = await listChangedMessages(db, { accountId, filter, after, settledBefore, limit })
  const last = views.at(-1)?.message ?? after
  return {
    messages: views.map((view) => listed(view, baseUrl())),
    next: encodeCursor([last.updatedAt, last.id]),
    listedUpTo: new Date(settledBefore).toISOString(),
  }
}

/**
 * A change is listed this much later, since it may be committed after a younger one: longer than commits take, and than
 * the clocks of nodes may differ.
 */
const SETTLED_AFTER_MS = 5_000

const BAD_CURSOR = { field: 'cursor', message: 'must be a cursor from an earlier answer' }

function listed(view: MessageView, baseUrl: string): Static<typeof ListedMessage> {
  const { channel, status, converted, updatedAt } = view.message
  const updatedDate = new Date(updatedAt).toISOString()
  return { ...renderMessage(view, baseUrl), channel, state: status, converted, updatedDate }
}

function filterOf(query: Query): MessageFilter {
  for (const field of ['to', 'from', 'reference'] as const) {
    const value = query[field]
    if (value !== undefined && !isStorableText(value))
      throw constraintViolation([{ field, message: 'must be plain text' }])
  }
  return {
    ...(query.channel === undefined ? {} : { channel: query.channel }),
    ...(query.status === undefined ? {} : { status: query.status }),
    ...(query.to === undefined ? {} : { recipient: `+${query.to.replace(/^(\+|00| )/, '')}` }),
    ...(query.from === undefined ? {} : { sender: query.from.replace(/^ /, '+') }),
    ...(query.reference === undefined ? {} : { reference: query.reference }),
    ...(query.acceptedSince === undefined ? {} : { acceptedSince: timeOf('acceptedSince', query.acceptedSince) }),
    ...(query.acceptedBefore === undefined ? {} : { acceptedBefore: timeOf('acceptedBefore', query.acceptedBefore) }),
  }
}

function textOf(value: unknown): string {
  if (typeof value !== 'string' || !isStorableText(value)) throw constraintViolation([BAD_CURSOR])
  return value
}
