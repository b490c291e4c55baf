import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { type ApiKey, createApiKey, listApiKeys } from '../../accounts/apiKeys.ts'
import type { Keyring } from '../../accounts/keyring.ts'
import { isScope, SCOPES, SCOPES_DEFAULT } from '../../accounts/scopes.ts'
import type { Clock } from '../../clock.ts'
import type { Database } from '../../db/database.ts'
import { isStorableText } from '../../db/storableText.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { constraintViolation, notFound } from '../../http/problem.ts'
import { BODY_PROBLEMS, problems } from '../problems.ts'

export interface ApiKeyRoutesDependencies extends AuthenticateDependencies {
  readonly db: Database
  readonly clock: Clock
  readonly keyring: Keyring
}

const Body = Type.Object({
  name: Type.Optional(Type.String({ maxLength: 100 })),
  scopes: Type.Array(Type.Enum([...SCOPES]), { minItems: 1, default: [...SCOPES_DEFAULT] }),
})
const Params = Type.Object({ id: Type.String() })
const Key = Type.Object({
  id: Type.String(),
  prefix: Type.String({ description: 'First characters of the key, to recognise it by' }),
  scopes: Type.Array(Type.String()),
  name: Type.Union([Type.String(), Type.Null()]),
  createdDate: Type.String(),
  revokedDate: Type.Union([Type.String(), Type.Null()]),
})
const Keys = Type.Object({ keys: Type.Array(Key) })
const NewKey = Type.Object({ ...Key.properties, key: Type.String({ description: 'Shown this once' }) })
const Revoked = Type.Null({ description: 'The key no longer works' })

/** /api/v1/keys: an account's keys, for keys with the scope admin. A key itself is in the answer to its creation only. */
export function apiKeyRoutes(app: FastifyInstance, dependencies: ApiKeyRoutesDependencies): void {
  const { db, clock, keyring } = dependencies
  const onRequest = authenticate(dependencies, 'admin')
  const shared = { tags: ['Own'], security: [{ apikey: [] }] }
  app.get(
    '/api/v1/keys',
    { onRequest, schema: { ...shared, summary: 'List API keys', response: { 200: Keys, ...problems() } } },
    async (request) => ({
      keys: (await listApiKeys(db, principalOf(request).accountId)).map(shown),
    }),
  )
  app.post<{ Body: Static<typeof Body> }>(
    '/api/v1/keys',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Create an API key',
        body: Body,
        response: { 201: NewKey, ...problems(...BODY_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const { name, scopes } = request.body
      if (name !== undefined && !isStorableText(name)) {
        throw constraintViolation([{ field: 'name', message: 'must be plain text' }])
      }
      const wanted = { accountId: principalOf(request).accountId, scopes: scopes.filter(isScope), name: name ?? null }
      const created = await createApiKey({ db, clock }, wanted)
      reply.code(201)
      return { ...shown(created), key: created.key }
    },
  )
  app.delete<{ Params: Static<typeof Params> }>(
    '/api/v1/keys/:id',
    {
      onRequest,
      schema: { ...shared, summary: 'Revoke an API key', params: Params, response: { 204: Revoked, ...problems(404) } },
    },
    async (request, reply) => {
      const { id } = request.params
      const revoked = isStorableText(id) && (await keyring.revoke({ accountId: principalOf(request).accountId, id }))
      if (!revoked) throw notFound('API key')
      return reply.code(204).send()
    },
  )
}

function shown({ id, prefix, scopes, name, createdAt, revokedAt }: ApiKey) {
  return {
    id,
    prefix,
    scopes,
    name,
    createdDate: new Date(createdAt).toISOString(),
    revokedDate: revokedAt === null ? null : new Date(revokedAt).toISOString(),
  }
}
