import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../clock.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { notFound } from '../../http/problem.ts'
import type { Media, MediaStore } from '../../media/media.ts'
import { CONVERSATIONS, CONVERSATIONS_PREFIX, idOf } from '../conversations/endpoint.ts'
import { PageQuery, tellPage } from '../conversations/pages.ts'
import { problems } from '../problems.ts'
import { MediaBytes, MediaEntry, MediaParams } from './schema.ts'
import { sendMedia, shownName } from './sendMedia.ts'
import { uploadRoute } from './uploadMedia.ts'

export interface MediaDependencies extends AuthenticateDependencies {
  readonly clock: Clock
  readonly media: MediaStore
  readonly baseUrl: () => string
}

/** Media of the vendor's APIs: reading in Chat v1.1 and v2, everything in Conversations v3. Register it in a scope of its own. */
export function mediaRoutes(app: FastifyInstance, dependencies: MediaDependencies): void {
  readingRoute(app, dependencies, { path: '/messaging/v1/chat/media', tag: 'Chat' })
  readingRoute(app, dependencies, { path: '/chat-api/v2/media', tag: 'Chat' })
  readingRoute(app, dependencies, { path: `${CONVERSATIONS_PREFIX}/media`, tag: 'Conversations' })
  listRoute(app, dependencies)
  deletingRoute(app, dependencies)
  app.register(async (scope) => uploadRoute(scope, dependencies))
}

function readingRoute(
  app: FastifyInstance,
  dependencies: MediaDependencies,
  { path, tag }: { readonly path: string; readonly tag: string },
): void {
  app.get<{ Params: MediaParams }>(`${path}/:mediaId`, {
    onRequest: authenticate(dependencies, 'chat'),
    schema: {
      tags: [tag],
      security: CONVERSATIONS.security,
      summary: 'Read media',
      params: MediaParams,
      response: { 200: MediaBytes, ...problems(404) },
    },
    handler: async (request, reply) => {
      const id = idOf(request.params.mediaId)
      if (id === null) throw notFound('media')
      return sendMedia(dependencies.media, { accountId: principalOf(request).accountId, id, request, reply })
    },
  })
}

function listRoute(app: FastifyInstance, dependencies: MediaDependencies): void {
  const { media, baseUrl } = dependencies
  const path = `${CONVERSATIONS_PREFIX}/media`
  app.get<{ Querystring: PageQuery }>(path, {
    onRequest: authenticate(dependencies, 'chat'),
    preValidation: canonicalQuery(Object.keys(PageQuery.properties)),
    schema: {
      ...CONVERSATIONS,
      summary: 'List uploaded media, newest first',
      querystring: PageQuery,
      response: { 200: { type: 'array', items: MediaEntry }, ...problems(400) },
    },
    handler: async (request, reply) => {
      const { page, size } = request.query
      const { media: found, total } = await media.list(principalOf(request).accountId, { number: page - 1, size })
      tellPage(reply, { url: `${baseUrl()}${path}`, query: request.query, items: total })
      return found.map(shown)
    },
  })
}

function deletingRoute(app: FastifyInstance, dependencies: MediaDependencies): void {
  app.delete<{ Params: MediaParams }>(`${CONVERSATIONS_PREFIX}/media/:mediaId`, {
    onRequest: authenticate(dependencies, 'chat'),
    schema: {
      ...CONVERSATIONS,
      summary: 'Delete media',
      params: MediaParams,
      response: { 204: { type: 'null', description: 'It is gone' }, ...problems(404) },
    },
    handler: async (request, reply) => {
      const id = idOf(request.params.mediaId)
      const isGone = id !== null && (await dependencies.media.remove(principalOf(request).accountId, id))
      if (!isGone) throw notFound('media')
      return reply.code(204).send()
    },
  })
}

function shown(media: Media): MediaEntry {
  const { id, contentType, size, createdAt, expiresAt } = media
  return {
    mediaId: id,
    contentType,
    validity: (expiresAt - createdAt) / MINUTE_MS,
    fileName: shownName(media),
    fileSize: size,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  }
}

const MINUTE_MS = 60_000
