import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Clock } from '../../clock.ts'
import type { Database } from '../../db/database.ts'
import { isStorableText } from '../../db/storableText.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { encodeCursor } from '../../http/cursor.ts'
import { constraintViolation, notFound } from '../../http/problem.ts'
import { configuredKey, endpointKey } from '../../webhooks/delivery.ts'
import { readEndpoint } from '../../webhooks/endpointRows.ts'
import { DELIVERY_STATUSES, type DeliveryFilter, listDeliveries, readDelivery } from '../../webhooks/listDeliveries.ts'
import { type ReplayRequest, replayDeliveries, replayDelivery } from '../../webhooks/replayDeliveries.ts'
import { BODY_PROBLEMS, problems } from '../problems.ts'
import { beforeOf, timeOf } from './queryFields.ts'
import { DeliveryWithAttempts, dateText, ShownDelivery, shownDelivery } from './webhookSchema.ts'

export interface WebhookDeliveriesDependencies extends AuthenticateDependencies {
  readonly db: Database
  readonly clock: Clock
}

const PATH = '/api/v1/webhooks/deliveries'
const Query = Type.Object({
  endpoint: Type.Optional(Type.String({ maxLength: 64, description: 'The id of a webhook endpoint' })),
  status: Type.Optional(Type.Enum([...DELIVERY_STATUSES])),
  event: Type.Optional(Type.String({ maxLength: 64 })),
  since: Type.Optional(Type.String({ description: 'Announced from then on; ISO 8601 or epoch milliseconds' })),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'The `next` of the page before' })),
})
type Query = Static<typeof Query>
const Page = Type.Object({
  deliveries: Type.Array(ShownDelivery),
  next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page; null ends the list' }),
})
const Params = Type.Object({ id: Type.String() })
type Params = Static<typeof Params>
const Replay = Type.Object({
  endpoint: Type.Optional(Type.String({ maxLength: 64, description: 'The id of a webhook endpoint' })),
  url: Type.Optional(
    Type.String({
      maxLength: 2_048,
      description: 'Instead: a URL that messages or numbers carry; its query is ignored',
    }),
  ),
  since: Type.Optional(
    Type.String({ description: 'All that were announced from then on and are finished; absent: those that failed' }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'The `next` of the answer before' })),
})
type Replay = Static<typeof Replay>
const Replayed = Type.Object({
  replayed: Type.Integer({ description: 'How many will be delivered again' }),
  next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor to replay the rest with; null: that was all' }),
})

/** /api/v1/webhooks/deliveries: what an account was told, every attempt of it, and how to be told again. */
export function webhookDeliveryRoutes(app: FastifyInstance, dependencies: WebhookDeliveriesDependencies): void {
  const { db, clock } = dependencies
  const replaying = { db, now: clock.now }
  const onRequest = authenticate(dependencies, 'messages')
  const shared = { tags: ['Own'], security: [{ apikey: [] }] }
  app.get<{ Querystring: Query }>(
    PATH,
    {
      onRequest,
      preValidation: canonicalQuery(Object.keys(Query.properties)),
      schema: {
        ...shared,
        summary: 'List webhook deliveries',
        querystring: Query,
        response: { 200: Page, ...problems(400, 404) },
      },
    },
    async (request) => {
      const { accountId } = principalOf(request)
      const { limit, cursor, endpoint } = request.query
      if (endpoint !== undefined) await expectEndpoint(accountId, endpoint)
      const filter = filterOf(request.query)
      const deliveries = await listDeliveries(db, { accountId, filter, before: beforeOf(cursor), limit: limit + 1 })
      const page = deliveries.slice(0, limit)
      const last = page.at(-1)
      const next = deliveries.length > limit && last !== undefined ? encodeCursor([last.id]) : null
      return { deliveries: page.map(shownDelivery), next }
    },
  )
  app.get<{ Params: Params }>(
    `${PATH}/:id`,
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Read a webhook delivery and its attempts',
        params: Params,
        response: { 200: DeliveryWithAttempts, ...problems(404) },
      },
    },
    async (request) => {
      const { id } = request.params
      const delivery = isStorableText(id) ? await readDelivery(db, principalOf(request).accountId, id) : null
      if (delivery === null) throw notFound('delivery')
      const attemptList = delivery.attemptList.map(({ startedAt, ...attempt }) => {
        return { ...attempt, startedDate: dateText(startedAt) }
      })
      return { ...shownDelivery(delivery), body: delivery.body, attemptList }
    },
  )
  app.post<{ Params: Params }>(
    `${PATH}/:id/replay`,
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Deliver one again',
        params: Params,
        response: { 202: Replayed, ...problems(404) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { accountId } = principalOf(request)
      if (!isStorableText(id) || !(await replayDelivery(replaying, { accountId, id }))) throw notFound('delivery')
      reply.code(202)
      return { replayed: 1, next: null }
    },
  )
  app.post<{ Body: Replay }>(
    '/api/v1/webhooks/replay',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Deliver many again',
        body: Replay,
        response: { 202: Replayed, ...problems(...BODY_PROBLEMS, 404) },
      },
    },
    async (request, reply) => {
      const { accountId } = principalOf(request)
      const { endpoint, since, cursor } = request.body
      const key = keyOf(accountId, request.body)
      const which: ReplayRequest['which'] =
        since === undefined ? { kind: 'failed' } : { kind: 'since', sinceMs: timeOf('since', since) }
      const after = beforeOf(cursor)
      if (endpoint !== undefined) await expectEndpoint(accountId, endpoint)
      const { count, next } = await replayDeliveries(replaying, { accountId, endpointKey: key, which, after })
      reply.code(202)
      return { replayed: count, next: next === null ? null : encodeCursor([next]) }
    },
  )

  async function expectEndpoint(accountId: string, id: string): Promise<void> {
    if (!isStorableText(id) || (await readEndpoint(db, accountId, id)) === null) throw notFound('endpoint')
  }
}

function filterOf({ endpoint, status, event, since }: Query): DeliveryFilter {
  if (event !== undefined && !isStorableText(event)) {
    throw constraintViolation([{ field: 'event', message: 'must be plain text' }])
  }
  return {
    ...(endpoint === undefined ? {} : { endpointId: endpoint }),
    ...(status === undefined ? {} : { status }),
    ...(event === undefined ? {} : { event }),
    ...(since === undefined ? {} : { sinceMs: timeOf('since', since) }),
  }
}

/** What is replayed together, because it is limited together. */
function keyOf(accountId: string, { endpoint, url }: Replay): string {
  if ((endpoint === undefined) === (url === undefined)) {
    throw constraintViolation([{ field: 'endpoint', message: 'must be given, or else url' }])
  }
  if (endpoint !== undefined) return configuredKey(accountId, endpoint)
  if (url === undefined || !isStorableText(url)) {
    throw constraintViolation([{ field: 'url', message: 'must be plain text' }])
  }
  return endpointKey(accountId, url)
}
